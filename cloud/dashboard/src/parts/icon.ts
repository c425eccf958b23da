import { html, svg, type TemplateResult } from 'lit';

/** Drawn on 16 x 16, strokes of 1.5: no font, no picture files. */
const shapes = {
  ok: svg`<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4.25"/>`,
  warning: svg`<path d="M8 2.25 14.25 13.25H1.75Z"/><path d="M8 6.5v3M8 11.4v.1"/>`,
  bad: svg`<path d="M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4Z"/><path d="M8 5v3.5M8 10.9v.1"/>`,
  unknown: svg`<circle cx="8" cy="8" r="6.25" stroke-dasharray="2.4 2"/><path d="M6.4 6.4a1.7 1.7 0 1 1 2.3 1.6c-.5.2-.7.5-.7 1M8 11.2v.1"/>`,
  idle: svg`<circle cx="8" cy="8" r="6.25"/><path d="M6.4 6v4M9.6 6v4"/>`,
  running: svg`<circle cx="8" cy="8" r="6.25"/><path d="M8 4.5V8l2.5 1.5"/>`,
  fleet: svg`<rect x="2" y="2" width="5" height="5" rx="1"/><rect x="9" y="2" width="5" height="5" rx="1"/><rect x="2" y="9" width="5" height="5" rx="1"/><rect x="9" y="9" width="5" height="5" rx="1"/>`,
  tenants: svg`<ellipse cx="8" cy="4" rx="5.25" ry="2.25"/><path d="M2.75 4v8c0 1.25 2.35 2.25 5.25 2.25s5.25-1 5.25-2.25V4M2.75 8c0 1.25 2.35 2.25 5.25 2.25S13.25 9.25 13.25 8"/>`,
  jobs: svg`<path d="M2.5 8a5.5 5.5 0 1 1 1.7 4M2.25 13.5V10h3.5"/><path d="M8 5v3.25l2 1.25"/>`,
  audit: svg`<path d="M3.25 1.75h9.5v12.5h-9.5ZM5.75 5h4.5M5.75 8h4.5M5.75 11h2.5"/>`,
  settings: svg`<path d="M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7"/><circle cx="10.75" cy="4.5" r="1.75"/><circle cx="5.25" cy="11.5" r="1.75"/>`,
  search: svg`<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.25 3.25"/>`,
  copy: svg`<rect x="5.25" y="5.25" width="8.5" height="8.5" rx="1.25"/><path d="M10.75 2.25h-7.25a1.25 1.25 0 0 0-1.25 1.25v7.25"/>`,
  light: svg`<circle cx="8" cy="8" r="2.75"/><path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1"/>`,
  dark: svg`<path d="M13.5 9.75A5.75 5.75 0 0 1 6.25 2.5 5.75 5.75 0 1 0 13.5 9.75Z"/>`,
  system: svg`<rect x="1.75" y="2.5" width="12.5" height="8.5" rx="1"/><path d="M5.5 14h5M8 11v3"/>`,
  next: svg`<path d="m6 3.5 4.5 4.5L6 12.5"/>`,
  undo: svg`<path d="M6 3 2.75 6.25 6 9.5M3 6.25h6.25a4 4 0 0 1 0 8H6"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  minus: svg`<path d="M3 8h10"/>`,
};

export type IconName = keyof typeof shapes;

/** Decoration: the word beside it says the same. */
export function icon(name: IconName, className = ''): TemplateResult {
  return html`<svg class="icon ${className}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
}
