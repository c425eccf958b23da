import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Drill, Job, Page, Status } from '../../api/contract';
import { Feed, listed } from '../../api/feed';
import { many, nothing as dash, share, size, span } from '../../format/numbers';
import { short } from '../../format/txids';
import { age } from '../../parts/age';
import { bar } from '../../parts/bar';
import { Part } from '../../parts/element';
import { empty, panel } from '../../parts/panel';
import { state } from '../../parts/state';
import { table } from '../../parts/table';
import { link } from '../../state/place';
import type { Serves } from '../../state/serves';

/** What was restored, and what was restored only to prove that it can be. */
@customElement('jobs-view')
export class JobsView extends Part {
  @property({ attribute: false }) status!: Feed<Status>;
  @property() serves: Serves | null = null;
  private readonly jobs = new Feed<Page<Job>>(this, () => '/api/restores?limit=50', 5000);
  private readonly drills = new Feed<Page<Drill>>(this, () => '/api/drills?limit=50', 30000);

  protected override render(): TemplateResult {
    return html`<header class="page"><h1>Jobs and drills</h1></header>
      ${this.coverage()} ${this.restores()} ${this.tried()}`;
  }

  private coverage(): TemplateResult {
    const drills = this.status.value?.drills;
    if (!drills)
      return panel('Proven by drills', empty('unknown', 'Nothing is known', this.serves === 'host' ? 'One host keeps no coverage; the fleet’s API does.' : 'Nobody drills yet. A backup is one when it was restored: start a worker, or drill tenants by hand.'), { feed: this.status });
    const days = (n: number, part: number): TemplateResult => html`<div><dt>within ${many(n, 'day')}</dt><dd class="value">${share(part, drills.tenants)}</dd><dd class="sub">${bar(part, drills.tenants, share(part, drills.tenants))}${many(part, 'tenant')}</dd></div>`;
    return html`<section class="figures ${this.status.isStale ? 'stale' : ''}" aria-label="Proven by drills"><dl>
      ${days(1, drills.provenWithin1Day)}${days(7, drills.provenWithin7Days)}${days(30, drills.provenWithin30Days)}
      <div class=${drills.failed > 0 ? 'bad' : ''}><dt>Failed</dt><dd class="value">${drills.failed}</dd><dd class="sub">last drill found damage</dd></div>
      <div class=${drills.unproven > 0 ? 'warning' : ''}><dt>Unproven</dt><dd class="value">${drills.unproven}</dd><dd class="sub">${drills.visitedSlices} of 256 slices visited</dd></div>
      <div><dt>Restore time</dt><dd class="value">${drills.p99Seconds > 0 ? span(drills.p99Seconds) : dash}</dd><dd class="sub">99 % are faster, measured</dd></div>
    </dl></section>`;
  }

  private restores(): TemplateResult {
    const { items, next } = listed(this.jobs);
    const none = empty('jobs', 'Nothing was restored yet', html`Choose a tenant under <a href="#/tenants">Tenants</a>; its timeline shows what can be.`);
    return panel('Restores', items.length === 0 ? none : html`${jobTable(items)}${next ? html`<button class="more" @click=${() => void this.jobs.more(next)}>Show more</button>` : nothing}`, { feed: this.jobs });
  }

  private tried(): TemplateResult {
    const { items } = listed(this.drills);
    const none = empty('jobs', 'No drills to show', 'Each drill restores a tenant aside, proves it, measures it, and deletes it again.');
    // Not every API lists drills of all tenants; a tenant's own are on its timeline.
    if (this.drills.problem && !this.drills.problem.isAway) return panel('Drills', none);
    return panel('Drills', items.length === 0 ? none : drillTable(items), { feed: this.drills });
  }
}

function jobTable(jobs: Job[]): TemplateResult {
  return table<Job>(
    [
      { name: 'Job', cell: (j) => html`<a href=${link('jobs', j.id)}>${j.undoes ? 'undo' : j.kind} of ${many(j.total, 'tenant')}</a>` },
      { name: 'State', cell: (j) => state(j.state) },
      { name: 'Done', isNumber: true, cell: (j) => `${j.done} of ${j.total}` },
      { name: 'Failed', isNumber: true, cell: (j) => j.failed },
      { name: 'Host', isMinor: true, cell: (j) => j.toHosts.map((h, i) => html`${i > 0 ? ', ' : ''}<a href=${link('hosts', h)}>${h}</a>`) },
      { name: 'By', isMinor: true, cell: (j) => j.requestedBy },
      { name: 'Asked', cell: (j) => age(j.requestedAt) },
      { name: 'Took', isNumber: true, isMinor: true, cell: (j) => (j.finishedAt ? span((Date.parse(j.finishedAt) - Date.parse(j.requestedAt)) / 1000) : dash) },
    ],
    jobs,
    { caption: 'Restores' },
  );
}

function drillTable(drills: Drill[]): TemplateResult {
  return table<Drill>(
    [
      { name: 'Tenant', cell: (d) => html`<a class="guid" href=${link('tenants', d.tenantId)}>${d.tenantId}</a>` },
      { name: 'Verdict', cell: (d) => state(d.verdict, d.detail ?? '') },
      { name: 'TXID', isNumber: true, isMinor: true, cell: (d) => short(d.txid) },
      { name: 'Size', isNumber: true, cell: (d) => size(d.bytes) },
      { name: 'Took', isNumber: true, cell: (d) => span(d.seconds) },
      { name: 'Checks', isMinor: true, cell: (d) => d.checks.join(', ') },
      { name: 'By', isMinor: true, cell: (d) => d.by },
      { name: 'When', cell: (d) => age(d.at) },
    ],
    drills,
    { caption: 'Drills' },
  );
}
