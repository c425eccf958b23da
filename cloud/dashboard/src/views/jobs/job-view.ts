import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { change } from '../../api/client';
import { connection } from '../../api/connection';
import { at } from '../../api/address';
import type { FleetJob } from '../../api/schema';
import { Feed } from '../../api/feed';
import { many, nothing as dash, size, span } from '../../format/numbers';
import { age, moment } from '../../parts/age';
import { bar } from '../../parts/bar';
import { ask } from '../../parts/dialog';
import { Part } from '../../parts/element';
import { icon } from '../../parts/icon';
import { panel, settled } from '../../parts/panel';
import { state } from '../../parts/state';
import { toldSentence } from '../../parts/told';
import { go, link } from '../../state/place';
import { commandTable } from './command-table';
import { jobAddresses, type JobKind } from './job-link';

const called: Record<JobKind, string> = {
  restore: 'What nobody began is not begun; what has changed a database goes on to its end.',
  drill: 'What nobody began is not begun; what runs ends, and leaves nothing.',
  evacuation: 'What nobody began is not begun; a tenant that has a new owner comes there all the same.',
};

/** One job while it runs and afterwards: how far each part is, calling it back, undoing it. */
@customElement('job-view')
export class JobView extends Part {
  @property() jobId = '';
  @property() kind: JobKind = 'restore';
  private readonly job = new Feed(this, () => at(jobAddresses[this.kind], { id: this.jobId }), 1000);

  protected override render(): TemplateResult {
    const job = this.job.value;
    const title = job ? `${job.undoes ? 'Undo' : job.kind.charAt(0).toUpperCase() + job.kind.slice(1)} of ${many(job.total, 'tenant')}` : 'Job';
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/jobs">Jobs and drills</a></nav>
        <h1>${title} ${job ? state(job.state) : nothing}</h1>
        <p class="muted"><span class="guid">${this.jobId}</span> ${job ? html`asked for by ${job.requestedBy}, ${age(job.requestedAt)}` : nothing}${job?.undoes ? html`, undoes <a class="guid" href=${link('jobs', job.undoes)}>${job.undoes}</a>` : nothing}</p>
      </header>
      ${settled(this.job, job ? this.body(job) : nothing)}`;
  }

  private body(job: FleetJob): TemplateResult {
    const ended = job.done + job.failed + job.cancelled;
    const percent = job.commands?.length === 1 && job.state === 'running' ? (job.commands[0]!.percent ?? 0) / 100 : ended / Math.max(1, job.total);
    return html`${job.error ? html`<p class="hint bad">${icon('bad')}<span>${toldSentence(job.error)}</span></p>` : nothing}
      <section class="figures" aria-label="Progress"><dl>
        <div><dt>Progress</dt><dd class="value">${Math.round(100 * percent)} %</dd><dd class="sub">${bar(percent, 1, `${Math.round(100 * percent)} %`)}</dd></div>
        <div><dt>Done</dt><dd class="value">${job.done}</dd><dd class="sub">of ${job.total}</dd></div>
        <div class=${job.failed > 0 ? 'bad' : ''}><dt>Failed</dt><dd class="value">${job.failed}</dd><dd class="sub">${job.cancelled > 0 ? `${job.cancelled} called back` : 'none called back'}</dd></div>
        <div><dt>${job.kind === 'evacuation' ? 'Brought' : 'Restored'}</dt><dd class="value">${size(job.bytes || (job.commands ?? []).reduce((sum, c) => sum + (c.doneBytes ?? 0), 0) || null)}</dd><dd class="sub">${job.fromHost ? `from ${job.fromHost} to` : 'on'} ${job.toHosts.join(', ') || dash}</dd></div>
        <div><dt>Took</dt><dd class="value">${span(((job.finishedAt ? Date.parse(job.finishedAt) : Date.now()) - Date.parse(job.requestedAt)) / 1000)}</dd><dd class="sub">${job.finishedAt ? html`ended ${moment(job.finishedAt)}` : 'so far'}</dd></div>
      </dl></section>
      ${this.acts(job)} ${panel('Tenants', this.tenants(job), { feed: this.job })}`;
  }

  private tenants(job: FleetJob): TemplateResult {
    const more = job.nextCursor ? html`<p class="muted small">The first ${many(job.commands?.length ?? 0, 'tenant')} of ${job.total}; <code>litestream fleet ${this.kind}s -api ${location.origin} ${this.jobId}</code> counts all.</p>` : nothing;
    return html`${commandTable(job.commands ?? [])}${more}`;
  }

  private acts(job: FleetJob): TemplateResult {
    const off = connection.isAway;
    const undo = job.kind === 'restore' && (job.commands ?? []).some((c) => c.state === 'done' && c.beforeTxid);
    return html`<div class="acts" role="group" aria-label="Actions">
      ${job.state === 'running' || job.state === 'halted' ? html`<button ?disabled=${off} @click=${() => this.begin('cancel', 'Call it back?', called[this.kind], 'Call back')}>Cancel</button>` : nothing}
      ${undo ? html`<button ?disabled=${off} @click=${() => this.begin('undo', 'Undo this restore?', 'The databases go back to the state that they had before it, as it was captured then. What was committed since is taken back, and kept as this was.', 'Undo')}>${icon('undo')}Undo</button>` : nothing}
    </div>`;
  }

  private begin(what: 'cancel' | 'undo', title: string, text: string, verb: string): void {
    ask({
      title,
      text: html`<p>${text}</p>`,
      verb,
      command: `litestream fleet ${what} -api ${location.origin} ${this.jobId}`,
      act: async () => {
        const job = { id: this.jobId };
        if (what === 'undo') go(link('jobs', (await change('/api/restores/{id}/undo', job, {})).id));
        else await change(`${jobAddresses[this.kind]}/cancel`, job, {}).then(() => this.job.refresh());
      },
    });
  }
}
