import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { at } from '../../api/address';
import type { FleetHost, StatusReport } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { count, many, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { Part } from '../../parts/element';
import { panel } from '../../parts/panel';
import { state } from '../../parts/state';
import { table } from '../../parts/table';
import { link } from '../../state/place';
import type { Serves, Status } from '../../state/serves';

/** What is in effect. It is changed where it was said: by flags, files, and variables. */
@customElement('settings-view')
export class SettingsView extends Part {
  @property({ attribute: false }) status!: Feed<Status>;
  @property() serves: Serves | null = null;
  private readonly hosts = new Feed(this, () => at('/api/hosts', { limit: 1000 }), 30000);

  protected override render(): TemplateResult {
    const status = this.status.value;
    return html`<header class="page"><h1>Settings</h1><p class="muted">As they are in effect. They are changed where they were said: flags, files, variables.</p></header>
      ${panel('Answers here', status ? this.answers(status) : nothing, { feed: this.status })} ${status?.serves === 'host' && status.directories.length > 0 ? panel('Watched directories', directories(status)) : nothing}
      ${this.serves === 'host' ? nothing : panel('Hosts', hosts(listed(this.hosts).items), { feed: this.hosts })}`;
  }

  private answers(status: Status): TemplateResult {
    const rows: [string, unknown][] = [
      ['Program', this.serves === 'host' ? `agent ${status.version}` : `fleet API ${status.version}`],
      ['Up', `for ${span(status.uptimeSeconds)}`],
      ['Address', html`<code>${location.origin}</code>`],
    ];
    if (status.replica) rows.push(['Replica', html`<code>${status.replica}</code>`]);
    return html`<dl class="settings">${[...rows, ...(status.serves === 'host' ? ofAHost(status) : [])].map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }
}

function ofAHost(status: StatusReport): [string, unknown][] {
  const rows: [string, unknown][] = [];
  if (status.replicas) rows.push(['Replicas', status.replicas.map((r) => html`<div><code>${r.url}</code> <span class="muted">${r.fencing}</span></div>`)]);
  rows.push(['Two writers are kept apart', status.fencing], ['Lag objective', span(status.lagLimitSeconds)]);
  if (status.fleet) rows.push(['Fleet table', html`<code>${status.fleet.table}</code> as ${status.fleet.hostId} ${state(status.fleet.state)} <span class="muted">every ${span(status.fleet.intervalSeconds)}, last heartbeat ${age(status.fleet.lastHeartbeatAt)}</span>`]);
  if (status.requests) rows.push(['Requests to the replica', Object.entries(status.requests).map(([k, n]) => `${count(n)} ${k}`).join(', ')]);
  return rows;
}

function directories(status: StatusReport): TemplateResult {
  return html`<dl class="settings">${status.directories.map((d) => html`<div><dt><code>${d.path}</code></dt><dd>${d.error ? html`<span class="bad">${d.error}</span>` : many(d.clients, 'tenant')}</dd></div>`)}</dl>`;
}

function hosts(items: FleetHost[]): TemplateResult {
  return table<FleetHost>(
    [
      { name: 'Host', cell: (h) => html`<a href=${link('hosts', h.hostId)}>${h.hostId}</a>` },
      { name: 'State', cell: (h) => state(h.liveness) },
      { name: 'Version', cell: (h) => h.version },
      { name: 'Heartbeat', isNumber: true, cell: (h) => span(h.intervalSeconds) },
      { name: 'Objective', isNumber: true, cell: (h) => span(h.lagLimitSeconds) },
      { name: 'Started', cell: (h) => age(h.startedAt) },
    ],
    items,
    { caption: 'Hosts and their settings' },
  );
}
