import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { at } from '../../api/address';
import type { AuditEntry } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { moment } from '../../parts/age';
import { Part } from '../../parts/element';
import { empty, panel } from '../../parts/panel';
import { badge } from '../../parts/state';
import { table } from '../../parts/table';
import { link } from '../../state/place';

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Who changed what, or was not let. */
@customElement('audit-view')
export class AuditView extends Part {
  private readonly audit = new Feed(this, () => at('/api/audit', { limit: 100 }), 15000);

  protected override render(): TemplateResult {
    const { items, next } = listed(this.audit);
    return html`<header class="page"><h1>Audit</h1><p class="muted">Every change has its line before it happens.</p></header>
      ${panel(
        'Changes',
        items.length === 0
          ? empty('audit', 'Nobody changed anything', 'Restores, commands, and what was refused stand here, with who asked.')
          : html`${entries(items)}${next ? html`<button class="more" ?disabled=${this.audit.isLoadingMore} @click=${() => void this.audit.more(next)}>Show older</button>` : nothing}`,
        { feed: this.audit },
      )}`;
  }
}

function entries(items: AuditEntry[]): TemplateResult {
  return table<AuditEntry>(
    [
      { name: 'When', cell: (e) => moment(e.at) },
      { name: 'Who', cell: (e) => e.actor },
      { name: 'What', cell: (e) => e.action },
      { name: 'To what', cell: (e) => (guid.test(e.target) ? html`<a class="guid" href=${link('tenants', e.target)}>${e.target}</a>` : html`<span class="wrap">${e.target}</span>`) },
      { name: 'Outcome', cell: (e) => (e.refused ? badge('bad', e.refused) : e.doneAt ? badge('ok', 'done') : badge('unknown', 'begun', 'nobody noted that it came to its end')) },
      { name: 'Before and after', isMinor: true, cell: (e) => (e.before || e.after ? html`<details><summary>show</summary>${json('Before', e.before)}${json('After', e.after)}</details>` : nothing) },
    ],
    items,
    { caption: 'Changes' },
  );
}

function json(title: string, text: string | null): unknown {
  if (!text) return nothing;
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    // As it is.
  }
  return html`<p class="small muted">${title}</p><pre tabindex="0">${shown}</pre>`;
}
