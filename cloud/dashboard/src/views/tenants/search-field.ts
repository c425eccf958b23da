import { html, type TemplateResult } from 'lit';
import { icon } from '../../parts/icon';
import { refine } from '../../state/place';

const leastPrefix = 2;

/** The beginning of a GUID; what cannot be one is said at once. */
export function searchField(value: string): TemplateResult {
  const said = complaint(value);
  return html`<label class="field find ${said ? 'wrong' : ''}">
    ${icon('search')}<span class="visually-hidden">The beginning of a GUID</span>
    <input type="search" spellcheck="false" autocomplete="off" placeholder="Beginning of a GUID" .value=${value} aria-invalid=${said ? 'true' : 'false'}
      @input=${(e: Event) => refine({ q: (e.target as HTMLInputElement).value.trim().toLowerCase() })} />
    <span class="said" role="status">${said}</span>
  </label>`;
}

export function isPrefix(text: string): boolean {
  return text.replaceAll('-', '').length >= leastPrefix && complaint(text) === '';
}

function complaint(text: string): string {
  if (text === '') return '';
  const form = '00000000-0000-0000-0000-000000000000';
  const fits = text.length <= form.length && [...text].every((c, i) => (form[i] === '-' ? c === '-' : /[0-9a-f]/i.test(c)));
  return !fits ? 'not the beginning of a GUID' : text.length < leastPrefix ? 'two digits at least' : '';
}
