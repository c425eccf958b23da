import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { Part } from './element';
import { badge, type Tone } from './state';

const shown = 8000;

/** What was just done, said once. */
@customElement('fleet-notice')
export class Notice extends Part {
  @state() private said: { tone: Tone; text: unknown } | null = null;
  private timer = 0;

  say(tone: Tone, word: string, text: unknown): void {
    this.said = { tone, text: html`${badge(tone, word)} ${text}` };
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.said = null), shown);
  }

  protected override render(): TemplateResult {
    return html`<div class="notice" role="status" ?hidden=${this.said === null}>${this.said?.text ?? ''}</div>`;
  }
}

export function say(tone: Tone, word: string, text: unknown): void {
  document.querySelector<Notice>('fleet-notice')!.say(tone, word, text);
}
