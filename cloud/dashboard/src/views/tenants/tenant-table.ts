import { html, nothing, type TemplateResult } from 'lit';
import type { FleetTenant } from '../../api/schema';
import { size, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { tenantState } from '../../parts/state';
import { type Column, type Sorting, table, type TableOptions } from '../../parts/table';
import { link } from '../../state/place';

export function tenantTable(tenants: FleetTenant[], options: Omit<TableOptions<FleetTenant>, 'caption' | 'key'> & { withHost?: boolean; prefix?: string }): TemplateResult {
  // The list of a fleet's host knows only what the index repeats: columns that nobody could fill are left out.
  const knows = (get: (t: FleetTenant) => unknown): boolean => tenants.some((t) => get(t) !== null && get(t) !== undefined);
  const columns: (Column<FleetTenant> | null)[] = [
    { name: 'Tenant', cell: (t) => html`<a class="guid" href=${link('tenants', t.tenantId)}>${t.name ?? guid(t.tenantId, options.prefix ?? '')}</a>`, sort: (t) => t.name ?? t.tenantId },
    { name: 'State', cell: tenantState, sort: (t) => `${t.health} ${t.problem ?? t.status}` },
    options.withHost ? { name: 'Host', cell: (t) => (t.hostId ? html`<a href=${link('hosts', t.hostId)}>${t.hostId}</a>` : html`<span class="muted">nobody's</span>`), sort: (t) => t.hostId ?? '' } : null,
    knows((t) => t.lagSeconds) ? { name: 'Lag', isNumber: true, cell: (t) => (t.health === 'unknown' ? html`<span class="muted">unknown</span>` : span(t.lagSeconds)), sort: (t) => t.lagSeconds ?? -1 } : null,
    knows((t) => t.sizeBytes) ? { name: 'Size', isNumber: true, cell: (t) => size(t.sizeBytes), sort: (t) => t.sizeBytes ?? -1 } : null,
    knows((t) => t.lastSyncAt) ? { name: 'Last sync', isMinor: true, cell: (t) => age(t.lastSyncAt), sort: (t) => t.lastSyncAt ?? '' } : null,
    knows((t) => t.lastProofAt ?? t.lastDrillAt) ? { name: 'Proven', isMinor: true, cell: (t) => age(t.lastDrillAt ?? t.lastProofAt), sort: (t) => t.lastDrillAt ?? t.lastProofAt ?? '' } : null,
    { name: 'Since', isMinor: true, cell: (t) => age(t.since), sort: (t) => t.since },
    knows((t) => t.reason) ? { name: 'Reason', isMinor: true, cell: (t) => html`<span class="muted" title=${t.detail ?? nothing}>${t.reason?.replaceAll('-', ' ') ?? ''}</span>`, sort: (t) => t.reason ?? '' } : null,
  ];
  return table(columns.filter((c) => c !== null), tenants, { ...options, caption: 'Tenants', key: (t) => t.tenantId });
}

/** What was looked for stands out. */
function guid(id: string, prefix: string): TemplateResult {
  const length = id.startsWith(prefix) ? prefix.length : 0;
  return html`${length > 0 ? html`<mark>${id.slice(0, length)}</mark>` : nothing}${id.slice(length)}`;
}

export function readSorting(text: string | null): Sorting | null {
  return text ? { column: text.replace(/^-/, ''), descending: text.startsWith('-') } : null;
}

export function writeSorting(sorting: Sorting): string {
  return (sorting.descending ? '-' : '') + sorting.column;
}
