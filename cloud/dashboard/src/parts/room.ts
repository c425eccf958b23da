import { html, type TemplateResult } from 'lit';
import { size } from '../format/numbers';
import { bar } from './bar';

/** What comes to a disk, of what is free there. */
export function room(bytes: number | null, free: number | null): TemplateResult {
  if (free === null) return html`<span class="muted">unknown</span>`;
  if (bytes === null) return html`${size(free)} free`;
  const said = `${size(bytes)} of ${size(free)}`;
  return html`<span class="room">${bar(bytes, free, said)}<span class="muted small">${said}</span></span>`;
}
