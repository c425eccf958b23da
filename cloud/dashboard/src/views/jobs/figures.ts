import { html, nothing, type TemplateResult } from 'lit';
import type { FleetJob } from '../../api/schema';
import { nothing as dash, size, span } from '../../format/numbers';
import { age } from '../../parts/age';
import { bar } from '../../parts/bar';

/** How far a job is, and what it took. */
export function figures(job: FleetJob): TemplateResult {
  const commands = job.commands ?? [];
  const ended = job.done + job.failed + job.cancelled;
  const percent = commands.length === 1 && job.state === 'running' ? (commands[0]!.percent ?? 0) / 100 : ended / Math.max(1, job.total);
  const said = `${Math.round(100 * percent)} %`;
  const bytes = job.bytes || commands.reduce((sum, c) => sum + (c.doneBytes ?? 0), 0);
  const isBrought = job.kind === 'evacuation' || job.kind === 'move';
  return html`<section class="figures" aria-label="Progress"><dl>
    <div><dt>Progress</dt><dd class="value">${said}</dd><dd class="sub">${bar(percent, 1, said)}</dd></div>
    <div><dt>Done</dt><dd class="value">${job.done}</dd><dd class="sub">of ${job.total}</dd></div>
    <div class=${job.failed > 0 ? 'bad' : ''}><dt>Failed</dt><dd class="value">${job.failed}</dd><dd class="sub">${job.cancelled > 0 ? `${job.cancelled} called back` : 'none called back'}</dd></div>
    ${job.kind === 'move' ? pause(job) : nothing}
    ${bytes > 0 ? html`<div><dt>${isBrought ? 'Brought' : 'Restored'}</dt><dd class="value">${size(bytes)}</dd><dd class="sub">${job.state === 'running' ? 'so far' : 'in all'}</dd></div>` : nothing}
    <div><dt>Took</dt><dd class="value">${span(((job.finishedAt ? Date.parse(job.finishedAt) : Date.now()) - Date.parse(job.requestedAt)) / 1000)}</dd><dd class="sub">${job.finishedAt ? html`ended ${age(job.finishedAt)}` : 'so far'}</dd></div>
  </dl></section>`;
}

/** As the two hosts measured it. */
function pause(job: FleetJob): TemplateResult {
  const ms = job.commands?.[0]?.pausedMs ?? null;
  return html`<div><dt>Paused</dt><dd class="value">${ms === null ? dash : ms < 1000 ? `${ms} ms` : span(ms / 1000)}</dd><dd class="sub">${ms !== null ? 'nobody could write' : job.finishedAt ? 'nothing was measured' : 'known when it is done'}</dd></div>`;
}
