import { html, type TemplateResult } from 'lit';
import type { FleetCommand } from '../../api/schema';
import { size } from '../../format/numbers';
import { age } from '../../parts/age';
import { state } from '../../parts/state';
import { type Column, table } from '../../parts/table';
import { link } from '../../state/place';
import { outcome } from './outcome';

const tenant: Column<FleetCommand> = { name: 'Tenant', cell: (c) => html`<a class="guid" href=${link('tenants', c.tenantId)}>${c.tenantId}</a>` };
const stateOf: Column<FleetCommand> = { name: 'State', cell: (c) => state(c.state) };

/** Commands of a host, each with how far it is and what came of it. */
export function commandTable(commands: FleetCommand[]): TemplateResult {
  return table<FleetCommand>(
    [
      { name: 'What', cell: (c) => c.kind },
      tenant,
      stateOf,
      { name: 'Outcome', cell: outcome },
      { name: 'By', isMinor: true, cell: (c) => c.requestedBy },
      { name: 'Asked', isMinor: true, cell: (c) => age(c.requestedAt) },
    ],
    commands,
    { caption: 'Commands' },
  );
}

/** Those of a job, which says itself who asked for what, and when: each with the host that does it, and its bytes as far as any is known. */
export function partTable(commands: FleetCommand[]): TemplateResult {
  const bytes: Column<FleetCommand>[] = commands.some((c) => c.doneBytes) ? [{ name: 'Bytes', isNumber: true, isMinor: true, cell: (c) => size(c.doneBytes || null) }] : [];
  return table<FleetCommand>(
    [tenant, { name: 'Host', cell: (c) => html`<a href=${link('hosts', c.hostId)}>${c.hostId}</a>` }, stateOf, ...bytes, { name: 'Outcome', cell: outcome }],
    commands,
    { caption: 'Tenants of the job' },
  );
}
