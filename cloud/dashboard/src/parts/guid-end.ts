import { html, type TemplateResult } from 'lit';

const digits = 6;

/** What is typed before something happens to a tenant: it was looked at. */
export function endOf(guid: string): string {
  return guid.slice(-digits);
}

export function isEndOf(guid: string, typed: string): boolean {
  return typed.trim().toLowerCase() === endOf(guid);
}

/** @param whose of several, which. */
export function guidEnd(guid: string, whose: string, typed: string, type: (text: string) => void): TemplateResult {
  return html`<label class="field"><span>The last ${digits} digits of ${whose}, <code>${endOf(guid)}</code></span>
    <input name="confirm" class="guid" spellcheck="false" autocomplete="off" maxlength=${digits} .value=${typed} @input=${(e: Event) => type((e.target as HTMLInputElement).value)} /></label>`;
}
