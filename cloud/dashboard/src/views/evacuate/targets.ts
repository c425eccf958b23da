import { html, type TemplateResult } from 'lit';
import type { EvacuationPlan, EvacuationTarget } from '../../api/schema';
import { count, many, size } from '../../format/numbers';
import { room } from '../../parts/room';
import { badge } from '../../parts/state';
import { table } from '../../parts/table';
import { toldSentence } from '../../parts/told';
import { link } from '../../state/place';

const mostRefused = 20;

/** What each host would be given, and what cannot be brought anywhere. */
export function targets(plan: EvacuationPlan): TemplateResult {
  const refused = plan.items.filter((item) => item.code !== null);
  return html`<p class="line">${plan.refused > 0 ? badge('bad', 'refused') : badge('ok', 'possible')} ${count(plan.total - plan.refused)} of ${many(plan.total, 'tenant')}, ${size(plan.bytes)}${plan.hasMore ? '; the host has more: ask again when these are done' : ''}</p>
    ${table<EvacuationTarget>(
      [
        { name: 'To', cell: (t) => html`<a href=${link('hosts', t.hostId)}>${t.hostId}</a>` },
        { name: 'Tenants', isNumber: true, cell: (t) => count(t.tenants) },
        { name: 'Bytes', isNumber: true, cell: (t) => size(t.bytes) },
        { name: 'Of its free disk', cell: (t) => room(t.bytes, t.diskFreeBytes) },
      ],
      plan.targets,
      { caption: 'Where to', key: (t) => t.hostId },
    )}
    ${refused.length > 0 ? html`<ul class="plain">${refused.slice(0, mostRefused).map((item) => html`<li><span class="guid">${item.tenantId}</span> <span class="bad">${toldSentence(item.detail ?? item.code!)}</span></li>`)}</ul>` : ''}`;
}
