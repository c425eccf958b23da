import { html, nothing, type TemplateResult } from 'lit';
import type { FleetHost } from '../../api/schema';
import type { Status } from '../../state/serves';
import type { Feed } from '../../api/feed';
import { count, many, money, nothing as dash, share, size, span } from '../../format/numbers';
import { freshness, settled } from '../../parts/panel';
import { costPerMonth } from './cost';

/** The headline: one line of figures, each with what it is of. */
export function figures(feed: Feed<Status>, hosts: FleetHost[]): TemplateResult {
  const status = feed.value;
  return html`<section class="figures ${feed.isStale ? 'stale' : ''}" aria-label="Headline figures">
    ${settled(feed, status ? all(status, hosts) : nothing)}
    <div class="asof">${freshness(feed)}</div>
  </section>`;
}

function all(status: Status, hosts: FleetHost[]): TemplateResult {
  const unknown = status.unknownClients;
  const vouched = status.totalClients - unknown;
  const within = Math.max(0, status.activeClients - status.unhealthyClients);
  const drills = status.drills;
  const objective = status.serves === 'host' ? status.lagLimitSeconds : Math.max(0, ...hosts.map((h) => h.lagLimitSeconds));
  const requests = hosts.reduce((sum, h) => sum + Object.values(h.requests).reduce((a, b) => a + b, 0), 0);
  const cost = costPerMonth(hosts);
  const isLate = objective > 0 && status.worstLagSeconds > objective;
  return html`<dl>
    ${figure('Protected', share(status.activeClients, status.totalClients), `${count(status.activeClients)} of ${many(status.totalClients, 'tenant')} replicated`)}
    ${figure('In objective', count(within), unknown > 0 ? `of ${count(vouched)} that are heard of` : `of ${count(status.totalClients)}`)}
    ${figure('Breaching', count(status.unhealthyClients), status.unhealthyClients > 0 ? 'in error or too far behind' : 'nobody is behind', status.unhealthyClients > 0 ? 'bad' : '')}
    ${unknown > 0 ? figure('Unknown', count(unknown), 'of hosts that are not heard of', 'unknown') : nothing}
    ${figure('Unproven', drills ? count(drills.unproven) : dash, drills ? `${share(drills.provenWithin7Days, drills.tenants)} proven in 7 days` : 'nobody drills yet', drills && drills.unproven > 0 ? 'warning' : '')}
    ${figure('Worst lag now', vouched === 0 && status.totalClients > 0 ? dash : span(status.worstLagSeconds), objective > 0 ? `objective ${span(objective)}` : '', isLate ? 'bad' : '')}
    ${figure('Data', size(status.tenantBytes), `${size(status.dirtyBytes)} on its way`)}
    ${figure('Requests', hosts.length === 0 ? dash : count(requests), cost === null ? 'since the hosts started' : `≈ ${money(cost)} a month`, '', cost === null ? '' : 'At the rate since each host started, at $0.005 per 1,000 PUT and LIST, $0.0004 per 1,000 GET')}
  </dl>`;
}

function figure(name: string, value: string, sub: string, tone = '', title = ''): TemplateResult {
  return html`<div class=${tone} title=${title || nothing}>
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="sub">${sub}</dd>
  </div>`;
}
