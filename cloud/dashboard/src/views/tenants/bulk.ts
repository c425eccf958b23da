import { html, nothing, type TemplateResult } from 'lit';
import { type Action, actions, commandOf, drill, perform, performAll } from '../../actions';
import { connection } from '../../api/connection';
import type { FleetTenant } from '../../api/schema';
import { many } from '../../format/numbers';
import { ask } from '../../parts/dialog';
import { say } from '../../parts/notice';
import { sentence } from '../../parts/panel';
import { go, link } from '../../state/place';
import { jobLink } from '../jobs/job-link';

/** A restore takes this many tenants at once. */
const mostRestored = 100;

/** What can be done with those that are chosen; without any, nothing is shown to press. */
export function bulk(chosen: FleetTenant[], clear: () => void): TemplateResult {
  const off = connection.isAway;
  const why = off ? 'The API does not answer' : nothing;
  return html`<div class="bulk" role="group" aria-label="Actions for the chosen tenants" ?hidden=${chosen.length === 0}>
    <strong>${many(chosen.length, 'tenant')} chosen</strong>
    ${actions().map((a) => html`<button ?disabled=${off} title=${why} @click=${() => begin(a, chosen, clear)}>${a.name}</button>`)}
    <button ?disabled=${off || chosen.length > mostRestored} title=${chosen.length > mostRestored ? `at most ${mostRestored} at once` : why} @click=${() => go(link('restore', null, { tenant: chosen.map((t) => t.tenantId).join(',') }))}>Restore …</button>
    <button class="quiet" @click=${clear}>Clear</button>
  </div>`;
}

export function begin(action: Action, tenants: FleetTenant[], done: () => void): void {
  const only = tenants.length === 1 ? tenants[0]! : null;
  ask({
    title: `${action.name} ${only ? (only.name ?? only.tenantId) : many(tenants.length, 'tenant')}`,
    text: html`<p>${action.what}</p>`,
    verb: action.name,
    command: commandOf(action.act, tenants),
    act: async () => {
      if (action.act === 'drill') {
        go(jobLink(await drill({ tenants: tenants.map((t) => t.tenantId) })));
      } else if (only) {
        const command = await perform(action.act, only);
        say('running', 'requested', html`${action.name} on ${command.hostId}`);
      } else {
        const { failed, first } = await performAll(action.act, tenants, (d, f) => say('running', 'sending', `${d + f} of ${tenants.length}`));
        if (failed > 0) say('bad', 'refused', `${failed} of ${tenants.length}: ${sentence(first!.message)}`);
        else say('ok', 'requested', `${action.name} of ${many(tenants.length, 'tenant')}`);
      }
      done();
    },
  });
}
