import { html, type TemplateResult } from 'lit';
import type { MovePlan } from '../../api/schema';
import { size } from '../../format/numbers';
import { room } from '../../parts/room';

/** Where a tenant goes from and to, and whether there is room for it. */
export function planned(plan: MovePlan): TemplateResult {
  return html`<dl class="facts">
    <div class="whole"><dt>From</dt><dd>${plan.from} <span class="muted path">${plan.fromPath}</span></dd></div>
    <div class="whole"><dt>To</dt><dd>${plan.to} <span class="muted path">${plan.path ?? 'in its first directory that takes tenants'}</span></dd></div>
    <div><dt>Bytes</dt><dd>${size(plan.sizeBytes)}</dd></div>
    <div><dt>Of its free disk</dt><dd>${room(plan.sizeBytes, plan.diskFreeBytes)}</dd></div>
  </dl>`;
}
