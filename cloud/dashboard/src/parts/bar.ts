import { html, svg, type TemplateResult } from 'lit';

/** How far something is. Drawn, as a style attribute would need a weaker policy. */
export function bar(done: number, total: number, said: string): TemplateResult {
  const part = total > 0 ? Math.min(1, done / total) : 0;
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${said}>${svg`<rect class="of" width="100" height="4"/><rect class="part" width=${100 * part} height="4"/>`}</svg>`;
}
