import { html, nothing, type TemplateResult } from 'lit';
import type { FleetHost, FleetProblem, FleetProblemList } from '../../api/schema';
import type { Status } from '../../state/serves';
import { type Feed, listed } from '../../api/feed';
import { many } from '../../format/numbers';
import { age } from '../../parts/age';
import { empty, panel } from '../../parts/panel';
import { badge, type Tone } from '../../parts/state';
import { toldSentence } from '../../parts/told';
import { link } from '../../state/place';

const tones: Tone[] = ['unknown', 'warning', 'bad', 'bad'];

/** What to do about each kind, where its detail does not say so itself. */
const fixes: Record<string, string> = {
  'split-brain': 'Two agents write one replica. Decide whose it is, then take it over there.',
  lost: 'Start its agent, or evacuate it: its page brings its tenants to other hosts.',
  'proof-failed': 'Take a snapshot, drill again, and look at the file that the detail names.',
  error: 'It is retried by itself; the detail says what stands in the way.',
  late: 'Look at the network and the load of its host; a sync asks for it now.',
  unproven: 'Drill them: a backup is one when it was restored.',
  stopped: 'Start its agent again: something is not in the replicas yet.',
};

export function problems(feed: Feed<FleetProblemList>, status: Status | undefined, hosts: FleetHost[]): TemplateResult {
  const { items, next } = listed(feed);
  const unheard = hosts.filter((h) => h.liveness !== 'live' && h.liveness !== 'late').length;
  const calm =
    (status?.totalClients ?? 0) === 0
      ? empty('idle', 'Nothing to protect yet', 'Problems of tenants and hosts stand here, with since when and what to do.')
      : unheard > 0
        ? empty('unknown', 'No problem is known', `${many(unheard, 'host')} ${unheard === 1 ? 'is' : 'are'} not heard of: of ${unheard === 1 ? 'its' : 'their'} tenants nothing is known.`)
        : empty('ok', 'No problems', 'Every tenant is as it should be, as far as its host says.');
  return panel(
    'Problems',
    items.length === 0
      ? calm
      : html`<ul class="problems">
            ${items.map(problem)}
          </ul>
          ${next ? html`<button class="more" ?disabled=${feed.isLoadingMore} @click=${() => void feed.more(next)}>Show more</button>` : nothing}`,
    { feed },
  );
}

function problem(p: FleetProblem): TemplateResult {
  const where = p.tenantId
    ? html`<a class="guid" href=${link('tenants', p.tenantId)}>${p.tenantId}</a>${p.hostId ? html` <span class="muted">on</span> <a href=${link('hosts', p.hostId)}>${p.hostId}</a>` : nothing}`
    : p.hostId
      ? html`<a href=${link('hosts', p.hostId)}>${p.hostId}</a> <span class="muted">${many(p.tenants, 'tenant')}</span>`
      : html`<span>${many(p.tenants, 'tenant')}${p.slice ? html` <span class="muted">whose GUID begins with ${p.slice}</span>` : nothing}</span>`;
  return html`<li>
    ${badge(tones[p.severity] ?? 'unknown', p.kind.replaceAll('-', ' '))}
    <div>
      <div>${where}</div>
      <p>${p.detail ? toldSentence(p.detail) : nothing} ${!p.hostId || p.tenantId ? html`<span class="muted">${fixes[p.kind] ?? ''}</span>` : nothing}</p>
    </div>
    <span class="since muted">since ${age(p.since)}</span>
  </li>`;
}
