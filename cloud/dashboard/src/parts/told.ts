import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { short } from '../format/txids';
import { moment } from './age';
import { sentence } from './panel';

const pattern = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\b[0-9a-f]{16}\b)/;

/** What a program said, for people: its times are of this zone, UTC on hover, and its transactions without their zeros. */
export function told(text: string): unknown[] {
  return text.split(pattern).map((part, i) => (i % 2 === 0 ? part : part.includes('T') ? moment(part) : txid(part)));
}

export function toldSentence(text: string): unknown[] {
  return told(sentence(text));
}

function txid(text: string): TemplateResult {
  return html`<span class="number" title=${text}>${short(text)}</span>`;
}
