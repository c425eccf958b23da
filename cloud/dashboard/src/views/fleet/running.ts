import { html, nothing, type TemplateResult } from 'lit';
import type { FleetJob, FleetJobList } from '../../api/schema';
import { type Feed, listed } from '../../api/feed';
import { many } from '../../format/numbers';
import { age } from '../../parts/age';
import { empty, panel } from '../../parts/panel';
import { bar } from '../../parts/bar';
import { state } from '../../parts/state';
import { jobLink } from '../jobs/job-link';

/** What is being done now; else what was done last. */
export function running(feed: Feed<FleetJobList>, others: FleetJob[]): TemplateResult {
  const items = [...listed(feed).items, ...others].sort((a, b) => (a.id < b.id ? 1 : -1));
  const now = items.filter((job) => job.state === 'running' || job.state === 'halted');
  const shown = now.length > 0 ? now : items.slice(0, 3);
  const none = empty('jobs', 'No jobs', 'Those that run, and those that ended last, stand here.');
  const body = items.length === 0 ? none : html`<ul class="jobs">${shown.map(row)}</ul>`;
  return panel(now.length > 0 ? `Running jobs` : 'Jobs', body, { feed });
}

function row(job: FleetJob): TemplateResult {
  return html`<li>
    <div class="line"><a href=${jobLink(job)}>${job.kind} of ${many(job.total, 'tenant')}</a>${state(job.state)}</div>
    ${job.state === 'running' ? bar(job.done + job.failed + job.cancelled, job.total, `${job.done} of ${job.total} done`) : nothing}
    <div class="muted small">${job.requestedBy}, ${age(job.requestedAt)}${job.failed > 0 ? html`, <span class="bad">${job.failed} failed</span>` : nothing}</div>
  </li>`;
}
