import { html, nothing, type TemplateResult } from 'lit';
import type { FleetCommand } from '../../api/schema';
import { size } from '../../format/numbers';
import { short } from '../../format/txids';
import { age } from '../../parts/age';
import { bar } from '../../parts/bar';
import { state } from '../../parts/state';
import { table } from '../../parts/table';
import { told } from '../../parts/told';
import { link } from '../../state/place';

/** Commands of a host or of a job, each with how far it is and what came of it. */
export function commandTable(commands: FleetCommand[]): TemplateResult {
  return table<FleetCommand>(
    [
      { name: 'What', cell: (c) => c.kind },
      { name: 'Tenant', cell: (c) => html`<a class="guid" href=${link('tenants', c.tenantId)}>${c.tenantId}</a>` },
      { name: 'State', cell: (c) => state(c.state) },
      { name: 'Outcome', cell: outcome },
      { name: 'By', isMinor: true, cell: (c) => c.requestedBy },
      { name: 'Asked', isMinor: true, cell: (c) => age(c.requestedAt) },
    ],
    commands,
    { caption: 'Commands' },
  );
}

function outcome(command: FleetCommand): unknown {
  if (command.error) return html`<span class="bad wrap">${told(command.error)}</span>`;
  if (command.state === 'running')
    return html`<span class="small">${command.step ?? ''} ${command.percent === null ? nothing : html`${bar(command.percent, 100, `${command.percent} %`)} ${command.percent} %`} ${command.doneBytes ? size(command.doneBytes) : ''}</span>`;
  return html`<span class="wrap">${told(command.result ?? '')} ${command.resultTxid && !command.result?.includes(command.resultTxid) ? html`<span class="muted number">TXID ${short(command.resultTxid)}</span>` : nothing}</span>`;
}
