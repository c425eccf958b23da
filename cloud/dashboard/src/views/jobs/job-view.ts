import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { change } from '../../api/client';
import { connection } from '../../api/connection';
import { at } from '../../api/address';
import type { FleetJob } from '../../api/schema';
import { Feed } from '../../api/feed';
import { many } from '../../format/numbers';
import { age } from '../../parts/age';
import { ask } from '../../parts/dialog';
import { Part } from '../../parts/element';
import { icon } from '../../parts/icon';
import { panel, settled } from '../../parts/panel';
import { state } from '../../parts/state';
import { toldSentence } from '../../parts/told';
import { go, link } from '../../state/place';
import { partTable } from './command-table';
import { figures } from './figures';
import { jobAddresses, type JobKind } from './job-link';

const called: Record<JobKind, string> = {
  restore: 'What nobody began is not begun; what has changed a database goes on to its end.',
  drill: 'What nobody began is not begun; what runs ends, and leaves nothing.',
  evacuation: 'What nobody began is not begun; a tenant that has a new owner comes there all the same.',
  move: 'Until its host has let it go nothing has changed, and it stays there; from then on the move goes on to its end.',
};

/** Steps of a move behind which nobody calls it back: its former host has let the tenant go. */
const letGo = ['release-tell', 'claim', 'fence', 'fetch', 'replicate'];

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
        <p class="muted"><span class="guid">${this.jobId}</span> ${job ? html`asked for by ${job.requestedBy}, ${age(job.requestedAt)}${where(job)}` : nothing}${job?.undoes ? html`, undoes <a class="guid" href=${link('jobs', job.undoes)}>${job.undoes}</a>` : nothing}</p>
      </header>
      ${settled(this.job, job ? this.body(job) : nothing)}`;
  }

  private body(job: FleetJob): TemplateResult {
    return html`${job.error ? html`<p class="hint bad">${icon('bad')}<span>${toldSentence(job.error)}</span></p>` : nothing}
      ${figures(job)}
      ${this.acts(job)} ${panel('Tenants', this.tenants(job), { feed: this.job })}`;
  }

  private tenants(job: FleetJob): TemplateResult {
    const more = job.nextCursor ? html`<p class="muted small">The first ${many(job.commands?.length ?? 0, 'tenant')} of ${job.total}; <code>litestream fleet ${this.kind}s -api ${location.origin} ${this.jobId}</code> counts all.</p>` : nothing;
    return html`${partTable(job.commands ?? [])}${more}`;
  }

  private acts(job: FleetJob): unknown {
    const off = connection.isAway;
    const isOpen = job.state === 'running' || job.state === 'halted';
    const isLetGo = job.kind === 'move' && isOpen && (job.commands ?? []).some((c) => letGo.includes(c.step ?? ''));
    const canUndo = job.kind === 'restore' && (job.commands ?? []).some((c) => c.state === 'done' && c.beforeTxid);
    if (!isOpen && !canUndo) return nothing;
    return html`<div class="acts" role="group" aria-label="Actions">
      ${isOpen ? html`<button ?disabled=${off || isLetGo} @click=${() => this.begin('cancel', 'Call it back?', called[this.kind], 'Call back')}>Cancel</button>` : nothing}
      ${isLetGo ? html`<span class="muted small">Not any more: ${job.fromHost} has let it go.</span>` : nothing}
      ${canUndo ? html`<button ?disabled=${off} @click=${() => this.begin('undo', 'Undo this restore?', 'The databases go back to the state that they had before it, as it was captured then. What was committed since is taken back, and kept as this was.', 'Undo')}>${icon('undo')}Undo</button>` : nothing}
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

function where(job: FleetJob): unknown {
  const to = job.toHosts.map((h, i) => html`${i > 0 ? ', ' : ''}<a href=${link('hosts', h)}>${h}</a>`);
  if (to.length === 0) return nothing;
  return job.fromHost ? html`, from <a href=${link('hosts', job.fromHost)}>${job.fromHost}</a> to ${to}` : html`, on ${to}`;
}
