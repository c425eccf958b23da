import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Part } from './element';
import { icon } from './icon';

/** The same from a shell, to copy. */
@customElement('fleet-command')
export class CommandLine extends Part {
  @property() command = '';
  @state() private copied = false;

  protected override render(): TemplateResult {
    return html`<div class="command">
      <code tabindex="0" role="group" aria-label="The same from a shell">${this.command}</code>
      <button type="button" class="quiet" title="Copy" aria-label="Copy the command" @click=${this.copy}>${this.copied ? icon('ok', 'ok') : icon('copy')}</button>
    </div>`;
  }

  private async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.command);
    this.copied = true;
    setTimeout(() => (this.copied = false), 1500);
  }
}

export const commandLine = (command: string): TemplateResult => html`<fleet-command .command=${command}></fleet-command>`;

/** As a shell reads it. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
