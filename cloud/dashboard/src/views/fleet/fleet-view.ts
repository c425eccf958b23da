import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { at } from '../../api/address';
import type { FleetHost } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { many } from '../../format/numbers';
import { Part } from '../../parts/element';
import '../../parts/heat-map';
import { empty, panel } from '../../parts/panel';
import type { Serves, Status } from '../../state/serves';
import { activity } from './activity';
import { figures } from './figures';
import { firstVisit } from './first-visit';
import { hostTable } from './host-table';
import { problems } from './problems';
import { running } from './running';

/** The fleet at a glance: is everybody protected, who is not, and what is being done. */
@customElement('fleet-view')
export class FleetView extends Part {
  @property({ attribute: false }) status!: Feed<Status>;
  @property() serves: Serves | null = null;
  @state() private isTable = false;
  private readonly hosts = new Feed(this, () => at('/api/hosts', { limit: 1000 }), 5000);
  private readonly problems = new Feed(this, () => at('/api/problems', { limit: 20 }), 5000);
  private readonly jobs = new Feed(this, () => at('/api/restores', { limit: 10 }), 5000);
  private readonly evacuations = new Feed(this, () => (this.serves === 'fleet' ? at('/api/evacuations', { limit: 10 }) : null), 5000);
  private readonly moves = new Feed(this, () => (this.serves === 'fleet' ? at('/api/moves', { limit: 10 }) : null), 5000);
  private readonly audit = new Feed(this, () => at('/api/audit', { limit: 8 }), 15000);

  protected override render(): TemplateResult {
    const { items: hosts, next } = listed(this.hosts);
    if (next && !this.hosts.isLoadingMore && !this.hosts.problem) void this.hosts.more(next);
    const status = this.status.value;
    const isHost = this.serves === 'host';
    return html`<header class="page">
        <h1>${isHost ? (hosts[0]?.hostId ?? 'Host') : 'Fleet'}</h1>
        <p class="muted">${status ? this.sub(status) : ''}</p>
      </header>
      ${figures(this.status, hosts)} ${status?.serves === 'host' ? firstVisit(status) : nothing}
      <div class="columns">
        <div>
          ${panel('Hosts', this.heat(hosts, next !== null), { feed: this.hosts, tools: hosts.length > 0 ? this.twin() : nothing })}
          ${problems(this.problems, status, hosts)}
        </div>
        <div>${running(this.jobs, [...listed(this.evacuations).items, ...listed(this.moves).items])} ${activity(this.audit)}</div>
      </div>`;
  }

  private sub(status: Status): string {
    if (status.serves === 'host') return `${many(status.totalClients, 'tenant')} in ${many(status.watchDirs.length, 'watched directory', 'watched directories')}, replicated to ${status.replica ?? 'several places'}`;
    const words = Object.entries(status.hostCounts).filter(([, n]) => n > 0);
    const hosts = words.length === 1 ? many(status.hosts, `${words[0]![0]} host`) : `${many(status.hosts, 'host')} (${words.map(([word, n]) => `${n} ${word}`).join(', ')})`;
    return `${hosts}, ${many(status.totalClients, 'tenant')}`;
  }

  private heat(hosts: FleetHost[], isMore: boolean): unknown {
    if (hosts.length === 0) return empty('idle', 'No host has reported yet', html`Start an agent with <code>-fleet-table</code> and it is here after its first heartbeat.`);
    return html`${this.isTable ? hostTable(hosts) : html`<fleet-heat-map .hosts=${hosts}></fleet-heat-map>`}${isMore ? html`<p class="muted">more hosts are being read …</p>` : nothing}`;
  }

  private twin(): TemplateResult {
    const choice = (isTable: boolean, name: string): TemplateResult =>
      html`<button aria-pressed=${this.isTable === isTable} @click=${() => (this.isTable = isTable)}>${name}</button>`;
    return html`<div class="segments" role="group" aria-label="Show hosts as">${choice(false, 'Map')}${choice(true, 'Table')}</div>`;
  }
}
