import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Address, at } from '../../api/address';
import type { FleetTenant, FleetTenantList } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { many } from '../../format/numbers';
import { Part } from '../../parts/element';
import { empty, panel } from '../../parts/panel';
import type { Place } from '../../state/place';
import { refine } from '../../state/place';
import { bulk } from './bulk';
import { isPrefix, searchField } from './search-field';
import { readSorting, tenantTable, writeSorting } from './tenant-table';

const every = 5000;
const page = 100;

/** Tenants, page by page: of a host, of a prefix, or those with problems. The address has the filters; the API does the finding. */
@customElement('fleet-tenant-list')
export class TenantList extends Part {
  @property({ attribute: false }) place!: Place;
  /** Null: of all hosts. */
  @property() hostId: string | null = null;
  @state() private picked: ReadonlySet<string> = new Set();
  private readonly feed = new Feed(this, () => this.address(), every);

  private get wanted(): string {
    return this.place.query.get('q') ?? '';
  }

  private get isTroubled(): boolean {
    return this.place.query.get('problems') === 'true';
  }

  protected override render(): TemplateResult {
    const { items, next } = listed(this.feed);
    const shown = this.hostId ? items.filter((t) => t.hostId === this.hostId || t.hostId === null) : items;
    const chosen = shown.filter((t) => this.picked.has(t.tenantId));
    return panel('Tenants', html`${bulk(chosen, () => (this.picked = new Set()))} ${this.body(shown, next)}`, { ...(this.address() ? { feed: this.feed } : {}), tools: this.tools() });
  }

  private address(): Address<FleetTenantList> | null {
    if (this.isTroubled) return at('/api/tenants', { problems: true, limit: page });
    if (isPrefix(this.wanted)) return at('/api/tenants', { prefix: this.wanted, limit: page });
    return this.hostId ? at('/api/hosts/{id}/tenants', { id: this.hostId, limit: page }) : null;
  }

  private tools(): TemplateResult {
    const choice = (troubled: boolean, name: string): TemplateResult =>
      html`<button aria-pressed=${this.isTroubled === troubled} @click=${() => refine({ problems: troubled ? 'true' : null, q: null })}>${name}</button>`;
    return html`<div class="tools"><div class="segments" role="group" aria-label="Which tenants">${choice(false, this.hostId ? 'All' : 'By GUID')}${choice(true, 'With problems')}</div>${this.isTroubled ? nothing : searchField(this.wanted)}</div>`;
  }

  private body(shown: FleetTenant[], next: string | null): TemplateResult {
    if (!this.address()) return empty('search', 'Which tenant?', html`Type the beginning of its GUID, two digits at least; or look at <a href="#/tenants?problems=true">those with problems</a>, or at a <a href="#/">host</a>.`);
    if (shown.length === 0 && !next)
      return this.isTroubled
        ? empty('ok', 'No tenant with a problem', 'as far as hosts say that are heard of.')
        : this.wanted
          ? empty('search', 'No such tenant', html`None begins with <code>${this.wanted}</code>${this.hostId ? html` on ${this.hostId}` : nothing}.`)
          : empty('tenants', 'No tenants', 'This host has none.');
    const sort = readSorting(this.place.query.get('sort'));
    return html`${tenantTable(shown, {
        prefix: this.wanted,
        withHost: !this.hostId,
        sorting: sort,
        onSort: (s) => refine({ sort: writeSorting(s) }),
        picked: this.picked,
        onPick: (keys, isPicked) => this.pick(keys, isPicked),
      })}
      <footer class="pages">
        <span class="muted">${many(shown.length, 'tenant')} shown${next ? ', there are more' : ''}${sort && next ? '; the order is of those that are shown' : ''}</span>
        ${next ? html`<button ?disabled=${this.feed.isLoadingMore} @click=${() => void this.feed.more(next)}>${this.feed.isLoadingMore ? 'Reading …' : `Show ${page} more`}</button>` : nothing}
      </footer>`;
  }

  private pick(keys: string[], isPicked: boolean): void {
    const now = new Set(this.picked);
    for (const key of keys)
      if (isPicked) now.add(key);
      else now.delete(key);
    this.picked = now;
  }
}
