import { html, type TemplateResult } from 'lit';
import type { AuditList } from '../../api/schema';
import { type Feed, listed } from '../../api/feed';
import { age } from '../../parts/age';
import { empty, panel } from '../../parts/panel';
import { link } from '../../state/place';

const guid = /^[0-9a-f]{8}-/;

/** Who did what, lately. */
export function activity(feed: Feed<AuditList>): TemplateResult {
  const { items } = listed(feed);
  return panel(
    'Activity',
    items.length === 0
      ? empty('audit', 'Nobody changed anything', 'Every change is written down here, with who made it.')
      : html`<ul class="activity">
            ${items.map(
              (entry) => html`<li>
                <span><strong>${entry.actor}</strong> ${entry.refused ? html`<span class="bad">was refused</span>` : ''} ${words(entry.action)} ${guid.test(entry.target) ? html`<a class="guid" href=${link('tenants', entry.target)}>${entry.target.slice(0, 8)}</a>` : html`<span class="muted">${entry.target}</span>`}</span>
                <span class="muted small">${age(entry.at)}</span>
              </li>`,
            )}
          </ul>
          <a class="all" href=${link('audit')}>All of the audit</a>`,
    { feed },
  );
}

function words(action: string): string {
  return action.replace('command.', '').replaceAll('.', ' ');
}
