import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { actions } from '../../actions';
import { at } from '../../api/address';
import { connection } from '../../api/connection';
import type { FleetTenant } from '../../api/schema';
import { Feed } from '../../api/feed';
import { many, nothing as dash, size, span } from '../../format/numbers';
import { between, short } from '../../format/txids';
import { age, moment } from '../../parts/age';
import { commandLine } from '../../parts/command-line';
import { Part } from '../../parts/element';
import { freshness, panel, settled } from '../../parts/panel';
import { confirmed, state, tenantState } from '../../parts/state';
import { toldSentence } from '../../parts/told';
import '../../parts/timeline/picker';
import type { Moment } from '../../parts/timeline/past';
import { link, type Place, refine } from '../../state/place';
import type { Serves } from '../../state/serves';
import { begin } from './bulk';

/** One tenant: how it is, what of its past can be restored, and what can be done. */
@customElement('tenant-view')
export class TenantView extends Part {
  @property() tenantId = '';
  @property({ attribute: false }) place!: Place;
  @property() serves: Serves | null = null;
  private readonly tenant = new Feed(this, () => at('/api/tenants/{id}', { id: this.tenantId }), 3000);

  protected override render(): TemplateResult {
    const tenant = this.tenant.value;
    const txid = this.place.query.get('txid');
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/">${this.serves === 'host' ? 'Host' : 'Fleet'}</a>${tenant?.hostId ? html`<a href=${link('hosts', tenant.hostId)}>${tenant.hostId}</a>` : nothing}</nav>
        <h1><span class="guid">${tenant?.name ?? this.tenantId}</span> ${tenant ? confirmed(this.tenant.isStale, tenant.problem ?? tenant.status, tenantState(tenant)) : nothing}</h1>
        <p class="muted path">${tenant?.databasePath ?? ''}${tenant && this.serves === 'fleet' ? html`<br />as its host said ${age(tenant.updatedAt)}` : nothing}</p>
      </header>
      ${tenant?.detail && (tenant.problem || tenant.reason) ? html`<p class="hint ${tenant.problem ? 'bad' : ''}">${toldSentence(tenant.detail)} <span class="muted">since ${age(tenant.since)}</span></p>` : nothing}
      <section class="figures ${this.tenant.isStale || tenant?.health === 'unknown' ? 'stale' : ''}" aria-label="Figures of the tenant">
        ${settled(this.tenant, tenant ? figures(tenant, this.serves) : nothing)}
        <div class="asof">${freshness(this.tenant)}</div>
      </section>
      ${tenant ? this.acts(tenant) : nothing}
      ${panel('Restorable past', html`<fleet-picker .tenantId=${this.tenantId} .tenant=${tenant} .txid=${txid} @chosen=${(e: CustomEvent<Moment>) => refine({ txid: e.detail.txid })}></fleet-picker>`, {
        tools: html`<a class="button primary" href=${link('restore', null, { tenant: this.tenantId, txid })}>Restore …</a>`,
      })}
      ${tenant?.replica ? panel('Replica', html`<div class="rows"><code class="path">${tenant.replica}</code>${commandLine(`litestream restore -o restored.db${txid ? ` -txid ${txid}` : ''} '${tenant.replica}'`)}</div>`) : nothing}`;
  }

  private acts(tenant: FleetTenant): TemplateResult {
    const host = tenant.hostLiveness;
    const why = connection.isAway ? 'the API does not answer' : tenant.hostId === null ? 'it is nobody’s' : host === 'live' || host === 'late' ? null : `its host is ${host}`;
    const isPaused = tenant.status === 'paused';
    return html`<div class="acts" role="group" aria-label="Actions">
      ${actions()
        .filter((a) => a.act !== (isPaused ? 'pause' : 'resume'))
        .map((a) => html`<button ?disabled=${why !== null} title=${why ? `Not now: ${why}` : a.what} @click=${() => begin(a, [tenant], () => this.tenant.refresh())}>${a.name}</button>`)}
      ${why ? html`<span class="muted small">Not now: ${why}.</span>` : this.serves === 'fleet' ? html`<a class="button" href=${link('move', tenant.tenantId)}>Move …</a>` : nothing}
    </div>`;
  }
}

function figures(tenant: FleetTenant, serves: Serves | null): TemplateResult {
  const isUnknown = tenant.health === 'unknown';
  const waiting = tenant.txid && tenant.replicatedTxid ? between(tenant.replicatedTxid, tenant.txid) : null;
  const drilled = tenant.lastDrillAt;
  return html`<dl>
    <div><dt>Lag</dt><dd class="value">${isUnknown ? dash : span(tenant.lagSeconds)}</dd><dd class="sub">objective ${span(tenant.lagLimitSeconds)}</dd></div>
    <div><dt>Size</dt><dd class="value">${size(tenant.sizeBytes)}</dd><dd class="sub">${tenant.pageSize ? `pages of ${tenant.pageSize} B` : 'unknown yet'}</dd></div>
    <div><dt>TXID</dt><dd class="value number" title=${tenant.txid ?? ''}>${short(tenant.txid)}</dd><dd class="sub">${waiting === null ? 'nothing replicated yet' : waiting === 0 ? 'all of it is in the replica' : `${many(waiting, 'transaction')} on ${waiting === 1 ? 'its' : 'their'} way`}</dd></div>
    <div><dt>Last sync</dt><dd class="value">${age(tenant.lastSyncAt)}</dd><dd class="sub">${moment(tenant.lastSyncAt)}</dd></div>
    <div><dt>Full image</dt><dd class="value">${age(tenant.lastSnapshotAt)}</dd><dd class="sub">${moment(tenant.lastSnapshotAt)}</dd></div>
    <div><dt>Proven</dt><dd class="value">${age(drilled ?? tenant.lastProofAt)}</dd><dd class="sub">${tenant.lastDrillVerdict ? state(tenant.lastDrillVerdict) : tenant.lastProofAt ? 'equal to what was captured' : 'not yet'}</dd></div>
    ${serves === 'fleet' ? html`<div><dt>Epoch</dt><dd class="value number">${tenant.epoch}</dd><dd class="sub">${tenant.undoUntil ? html`undo until ${moment(tenant.undoUntil)}` : 'nothing to undo'}</dd></div>` : nothing}
  </dl>`;
}
