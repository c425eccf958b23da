import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { span } from '../format/numbers';
import { local, utc } from '../format/times';
import { Clock } from '../state/clock';
import { Part } from './element';

/** How long ago, counted on by itself; the time itself on hover, in both zones. */
@customElement('fleet-age')
export class Age extends Part {
  @property() time: string | number | null = null;
  @property() never = 'never';

  constructor() {
    super();
    new Clock(this);
  }

  protected override render(): TemplateResult {
    if (this.time === null || this.time === '') return html`<span class="muted">${this.never}</span>`;
    const at = new Date(this.time);
    const seconds = (Date.now() - at.getTime()) / 1000;
    const text = seconds < -2 ? `in ${span(Math.ceil(-seconds))}` : seconds < 2 ? 'just now' : `${span(Math.floor(seconds))} ago`;
    return html`<time datetime=${at.toISOString()} title="${local(at)} local&#10;${utc(at)}">${text}</time>`;
  }
}

export const age = (time: string | number | null | undefined, never = 'never'): TemplateResult => html`<fleet-age .time=${time ?? null} .never=${never}></fleet-age>`;

/** A time on its own, local, with UTC on hover. */
export function moment(time: string | number | null | undefined, withMilliseconds = false): TemplateResult {
  return time === null || time === undefined
    ? html`<span class="muted">–</span>`
    : html`<time class="number" datetime=${new Date(time).toISOString()} title=${utc(time)}>${local(time, withMilliseconds)}</time>`;
}
