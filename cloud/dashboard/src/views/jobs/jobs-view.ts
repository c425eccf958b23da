import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { at } from '../../api/address';
import type { FleetJob, FleetJobList } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { count, many, nothing as dash, share, size, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { bar } from '../../parts/bar';
import { Part } from '../../parts/element';
import { empty, freshness, panel } from '../../parts/panel';
import { state } from '../../parts/state';
import { table } from '../../parts/table';
import { link } from '../../state/place';
import { jobLink } from './job-link';
import type { Serves } from '../../state/serves';

/** What was restored, and what was restored only to prove that it can be. */
@customElement('jobs-view')
export class JobsView extends Part {
  @property() serves: Serves | null = null;
  private readonly restores = new Feed(this, () => at('/api/restores', { limit: 50 }), 5000);
  private readonly evacuations = new Feed(this, () => (this.serves === 'fleet' ? at('/api/evacuations', { limit: 50 }) : null), 5000);
  private readonly moves = new Feed(this, () => (this.serves === 'fleet' ? at('/api/moves', { limit: 50 }) : null), 5000);
  private readonly drills = new Feed(this, () => at('/api/drills', { limit: 50 }), 5000);

  protected override render(): TemplateResult {
    return html`<header class="page"><h1>Jobs and drills</h1></header>
      ${this.coverage()}
      ${this.list('Restores', this.restores, empty('jobs', 'Nothing was restored yet', html`Choose a tenant under <a href="#/tenants">Tenants</a>; its timeline shows what can be.`))}
      ${this.list('Drills that were asked for', this.drills, empty('jobs', 'Nobody asked for drills', 'Those of the schedule need no asking; a tenant’s own are on its timeline. Choose tenants, or a host, to drill now.'))}
      ${this.serves === 'fleet'
        ? html`${this.list('Moves', this.moves)} ${this.list('Evacuations', this.evacuations)}`
        : nothing}`;
  }

  private coverage(): TemplateResult {
    const drills = this.drills.value?.coverage;
    if (!drills)
      return panel('Proven by drills', empty('unknown', 'Nothing is known', this.serves === 'host' ? 'Nobody drills here yet. A backup is one when it was restored: start the agent with -drill-interval, or drill tenants by hand.' : 'Nobody drills yet. A backup is one when it was restored: start a worker, or drill tenants by hand.'), { feed: this.drills });
    const days = (n: number, part: number): TemplateResult => html`<div><dt>Proven in ${many(n, 'day')}</dt><dd class="value">${share(part, drills.tenants)}</dd><dd class="sub">${bar(part, drills.tenants, share(part, drills.tenants))}${count(part)} of ${many(drills.tenants, 'tenant')}</dd></div>`;
    return html`<section class="figures ${this.drills.isStale ? 'stale' : ''}" aria-label="Proven by drills"><dl>
      ${days(1, drills.provenWithin1Day)}${days(7, drills.provenWithin7Days)}${days(30, drills.provenWithin30Days)}
      <div class=${drills.failed > 0 ? 'bad' : ''}><dt>Failed</dt><dd class="value">${drills.failed}</dd><dd class="sub">${drills.failed > 0 ? 'whose last drill found damage' : 'no drill found damage'}</dd></div>
      <div class=${drills.unproven > 0 ? 'warning' : ''}><dt>Unproven</dt><dd class="value">${drills.unproven}</dd><dd class="sub">${this.serves === 'host' ? (drills.unproven > 0 ? 'overdue' : 'none is overdue') : `${drills.visitedSlices} of 256 slices visited`}</dd></div>
      ${drills.behind > 0 ? html`<div class="bad"><dt>Not in their replica</dt><dd class="value">${drills.behind}</dd><dd class="sub">less is there than their hosts say</dd></div>` : nothing}
      <div><dt>Oldest proof</dt><dd class="value">${age(drills.oldestProofAt)}</dd><dd class="sub">of all tenants that passed once</dd></div>
      <div><dt>Restore time</dt><dd class="value">${drills.p99Seconds > 0 ? span(drills.p99Seconds) : dash}</dd><dd class="sub">${drills.p99Seconds > 0 ? `99 % are faster, half within ${span(drills.p50Seconds)}; ${size(drills.bytesPerSecond)} a second` : 'nothing measured yet'}</dd></div>
    </dl><div class="asof">${freshness(this.drills)}</div></section>`;
  }

  /** @param none in the place of an empty list; without it, what is rare takes no room until there is any. */
  private list(title: string, feed: Feed<FleetJobList>, none: TemplateResult | null = null): unknown {
    const { items, next } = listed(feed);
    if (none === null && feed.value && items.length === 0) return nothing;
    return panel(title, items.length === 0 ? none : html`${jobTable(items, title)}${next ? html`<button class="more" @click=${() => void feed.more(next)}>Show more</button>` : nothing}`, { feed });
  }
}

function jobTable(jobs: FleetJob[], caption: string): TemplateResult {
  return table<FleetJob>(
    [
      { name: 'Job', cell: (j) => html`<a href=${jobLink(j)}>${j.undoes ? 'undo' : j.kind} of ${many(j.total, 'tenant')}</a>` },
      { name: 'State', cell: (j) => state(j.state) },
      { name: 'Done', isNumber: true, cell: (j) => `${j.done} of ${j.total}` },
      { name: 'Failed', isNumber: true, cell: (j) => j.failed },
      { name: 'Host', isMinor: true, cell: (j) => j.toHosts.map((h, i) => html`${i > 0 ? ', ' : ''}<a href=${link('hosts', h)}>${h}</a>`) },
      { name: 'By', isMinor: true, cell: (j) => j.requestedBy },
      { name: 'Asked', cell: (j) => age(j.requestedAt) },
      { name: 'Took', isNumber: true, isMinor: true, cell: (j) => (j.finishedAt ? span((Date.parse(j.finishedAt) - Date.parse(j.requestedAt)) / 1000) : dash) },
    ],
    jobs,
    { caption },
  );
}
