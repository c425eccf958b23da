import { html, type TemplateResult } from 'lit';
import type { FleetTenant } from '../api/schema';
import { icon, type IconName } from './icon';

export type Tone = 'ok' | 'warning' | 'bad' | 'unknown' | 'idle' | 'running';

/** Every word that the API has for a state. A word that we do not know is unknown, never green. */
const tones: Record<string, Tone> = {
  live: 'ok', late: 'warning', lost: 'bad', stopped: 'idle', unknown: 'unknown',
  healthy: 'ok', unhealthy: 'bad', idle: 'idle',
  active: 'ok', waiting: 'running', paused: 'idle', error: 'bad', 'split-brain': 'bad',
  requested: 'running', claimed: 'running', running: 'running', done: 'ok', failed: 'bad', cancelled: 'idle', expired: 'bad', halted: 'warning',
  pass: 'ok', fail: 'bad', inconclusive: 'warning',
  'proof-failed': 'bad', unproven: 'warning', connected: 'ok', connecting: 'running', away: 'warning', displaced: 'bad',
};

export function toneOf(word: string): Tone {
  return tones[word] ?? 'unknown';
}

/** Colour, icon and word: each alone says it. */
export function badge(tone: Tone, word: string, title = ''): TemplateResult {
  return html`<span class="state ${tone}" title=${title}>${icon(tone satisfies IconName)}<span>${word}</span></span>`;
}

export function state(word: string, title = ''): TemplateResult {
  return badge(toneOf(word), word.replaceAll('-', ' '), title);
}

/** What nobody confirms any more is not so, as far as one knows: what it was stands behind the word. */
export function confirmed(isStale: boolean, word: string, shown: TemplateResult): TemplateResult {
  return isStale ? badge('unknown', 'unknown', `was ${word}; nobody says how it is now`) : shown;
}

/** What was right counts only while its host is heard of. */
export function tenantState(tenant: FleetTenant): TemplateResult {
  const word = tenant.problem ?? tenant.status;
  if (tenant.health === 'unknown') return badge('unknown', 'unknown', `was ${word}; nobody says how it is now`);
  return badge(tenant.problem === 'late' ? 'warning' : tenant.health === 'unhealthy' ? 'bad' : toneOf(tenant.status), word.replaceAll('-', ' '), tenant.detail ?? '');
}
