import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { drill } from '../../actions';
import { at } from '../../api/address';
import { connection } from '../../api/connection';
import type { FleetHost } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { count, many, nothing as dash, size, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { bar } from '../../parts/bar';
import { quoted } from '../../parts/command-line';
import { ask } from '../../parts/dialog';
import { Part } from '../../parts/element';
import { panel, settled, freshness } from '../../parts/panel';
import { confirmed, state } from '../../parts/state';
import { go, link, type Place } from '../../state/place';
import type { Serves } from '../../state/serves';
import { commandTable } from '../jobs/command-table';
import { jobLink } from '../jobs/job-link';
import '../tenants/tenant-list';

/** One host: who it is, whether it is heard of, what room it has, and its tenants. */
@customElement('host-view')
export class HostView extends Part {
  @property() hostId = '';
  @property({ attribute: false }) place!: Place;
  @property() serves: Serves | null = null;
  private readonly host = new Feed(this, () => at('/api/hosts/{id}', { id: this.hostId }), 5000);
  private readonly commands = new Feed(this, () => at('/api/hosts/{id}/commands', { id: this.hostId, limit: 10 }), 5000);

  protected override render(): TemplateResult {
    const host = this.host.value;
    const commands = listed(this.commands).items;
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/">${this.serves === 'host' ? 'Host' : 'Fleet'}</a></nav>
        <h1>${this.hostId} ${host ? confirmed(this.host.isStale, host.liveness, state(host.liveness)) : nothing}</h1>
        <p class="muted">${host ? html`agent ${host.version}, started ${age(host.startedAt)}, last heard of ${age(host.at)}` : nothing}</p>
      </header>
      <section class="figures ${this.host.isStale || (host && isUnheard(host)) ? 'stale' : ''}" aria-label="Figures of the host">
        ${settled(this.host, host ? figures(host) : nothing)}
        <div class="asof">${freshness(this.host)}</div>
      </section>
      ${host ? this.acts(host) : nothing}
      <fleet-tenant-list .hostId=${this.hostId} .place=${this.place}></fleet-tenant-list>
      ${commands.length > 0 ? panel('Commands', commandTable(commands), { feed: this.commands }) : nothing}`;
  }

  private acts(host: FleetHost): TemplateResult {
    const why = connection.isAway ? 'the API does not answer' : isUnheard(host) ? `it is ${host.liveness}` : null;
    return html`<div class="acts" role="group" aria-label="Actions">
      ${this.serves === 'fleet' && (host.liveness === 'lost' || host.liveness === 'stopped') && host.tenants > 0 ? html`<a class="button primary" href=${link('evacuate', host.hostId)}>Evacuate …</a>` : nothing}
      <button ?disabled=${why !== null || host.tenants === 0} title=${why ? `Not now: ${why}` : 'Every backup of this host is restored aside, compared and deleted'} @click=${() => this.drillAll(host)}>Drill all</button>
      ${why ? html`<span class="muted small">Not now: ${why}.</span>` : nothing}
    </div>`;
  }

  private drillAll(host: FleetHost): void {
    ask({
      title: `Drill all of ${host.hostId}`,
      text: html`<p>The backups of ${many(host.tenants, 'tenant')} are restored aside, compared with what was captured, measured, and deleted.</p>`,
      verb: 'Drill',
      command: `litestream fleet drill -api ${location.origin} -host ${quoted(host.hostId)}`,
      act: async () => go(jobLink(await drill({ host: host.hostId }))),
    });
  }
}

function isUnheard(host: FleetHost): boolean {
  return host.liveness !== 'live' && host.liveness !== 'late';
}

function figures(host: FleetHost): TemplateResult {
  const isUnknown = isUnheard(host);
  const used = host.diskBytes && host.diskFreeBytes !== null ? host.diskBytes - host.diskFreeBytes : null;
  const statuses = Object.entries(host.counts).filter(([word, n]) => n > 0 && word !== 'active');
  return html`<dl>
    <div><dt>Tenants</dt><dd class="value">${count(host.tenants)}</dd><dd class="sub">${statuses.length > 0 ? statuses.map(([word, n]) => `${count(n)} ${word}`).join(', ') : `${count(host.hotTenants)} written lately`}</dd></div>
    <div class=${host.unhealthyTenants > 0 ? 'bad' : ''}><dt>Unhealthy</dt><dd class="value">${isUnknown ? dash : count(host.unhealthyTenants)}</dd><dd class="sub">${isUnknown ? `${count(host.unhealthyTenants)} when it was last heard of` : 'in error or too far behind'}</dd></div>
    <div class=${!isUnknown && host.worstLagSeconds > host.lagLimitSeconds ? 'bad' : ''}><dt>Worst lag</dt><dd class="value">${isUnknown ? dash : span(host.worstLagSeconds)}</dd><dd class="sub">${isUnknown ? '' : `99 % below ${span(host.p99LagSeconds)}, `}objective ${span(host.lagLimitSeconds)}</dd></div>
    <div><dt>Queue</dt><dd class="value">${size(host.dirtyBytes)}</dd><dd class="sub">captured, not in every replica</dd></div>
    <div><dt>Data</dt><dd class="value">${size(host.tenantBytes)}</dd><dd class="sub">in ${many(host.tenants + host.otherDatabases, 'database')}</dd></div>
    <div><dt>Disk free</dt><dd class="value">${size(host.diskFreeBytes)}</dd><dd class="sub">${used === null ? '' : html`${bar(used, host.diskBytes!, `${Math.round((100 * used) / host.diskBytes!)} % of the disk used`)}of ${size(host.diskBytes)}`}</dd></div>
  </dl>`;
}
