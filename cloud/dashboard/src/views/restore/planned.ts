import { html, nothing, type TemplateResult } from 'lit';
import type { RestorePlan, RestorePlanStep } from '../../api/schema';
import { many, size, span } from '../../format/numbers';
import { between, short } from '../../format/txids';
import { moment } from '../../parts/age';
import { badge } from '../../parts/state';
import { toldSentence } from '../../parts/told';

/**
 * What would be done, and why not where it would not.
 * @param newest what stands in the replica or the catalogue, whichever is further.
 */
export function planned(plan: RestorePlan, newest: string | null): TemplateResult {
  return html`${plan.refused > 0 ? html`<p class="line">${badge('bad', 'refused')} ${plan.refused} of ${many(plan.total, 'tenant')}</p>` : nothing}
    <ul class="plain plan">
      ${plan.items.map((item) => html`<li>${item.code ? html`<span class="guid">${item.tenantId}</span> <span class="bad">${toldSentence(item.detail ?? item.code)}</span>` : facts(item, newest)}</li>`)}
    </ul>`;
}

function facts(item: RestorePlanStep, newest: string | null): TemplateResult {
  const lost = item.txid && newest && newest > item.txid && !item.targetPath && !item.newTenant ? between(item.txid, newest) : null;
  return html`<dl class="facts">
    <div><dt>To</dt><dd>${item.targetPath ?? (item.newTenant ? html`new tenant <span class="guid">${item.newTenant}</span>` : 'in place')}</dd></div>
    <div><dt>Host</dt><dd>${item.hostId} <span class="muted">${item.hostLiveness}</span></dd></div>
    <div><dt>TXID</dt><dd class="number">${short(item.txid)}</dd></div>
    <div><dt>State of</dt><dd>${moment(item.time, true)}</dd></div>
    <div><dt>Read</dt><dd>${item.files === null ? 'unknown' : html`${many(item.files, 'file')}, ${size(item.sizeBytes)}`}</dd></div>
    <div title="By the restores of drills, its own or those of all"><dt>Takes about</dt><dd>${item.seconds === null ? html`<span class="muted">unknown: no drill was measured</span>` : span(Math.max(0.1, item.seconds))}</dd></div>
    ${lost === null ? nothing : html`<div class="warning"><dt>Taken back</dt><dd>${many(lost, 'transaction')}</dd></div>`}
  </dl>`;
}
