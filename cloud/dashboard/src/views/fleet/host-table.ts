import { html, type TemplateResult } from 'lit';
import type { FleetHost } from '../../api/schema';
import { count, size, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { state } from '../../parts/state';
import { table } from '../../parts/table';
import { link } from '../../state/place';

/** The heat map for who prefers words. */
export function hostTable(hosts: FleetHost[]): TemplateResult {
  return table<FleetHost>(
    [
      { name: 'Host', cell: (h) => html`<a href=${link('hosts', h.hostId)}>${h.hostId}</a>` },
      { name: 'State', cell: (h) => state(h.liveness) },
      { name: 'Tenants', isNumber: true, cell: (h) => count(h.tenants) },
      { name: 'Unhealthy', isNumber: true, cell: (h) => count(h.unhealthyTenants) },
      { name: 'Worst lag', isNumber: true, cell: (h) => (h.liveness === 'live' || h.liveness === 'late' ? span(h.worstLagSeconds) : html`<span class="muted">unknown</span>`) },
      { name: 'Data', isNumber: true, isMinor: true, cell: (h) => size(h.tenantBytes) },
      { name: 'Last seen', isMinor: true, cell: (h) => age(h.at) },
    ],
    hosts,
    { caption: 'Hosts' },
  );
}
