import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { at } from '../../api/address';
import { type ApiError, change, plan } from '../../api/client';
import { connection } from '../../api/connection';
import { Feed, listed } from '../../api/feed';
import type { EvacuationPlan, EvacuationRequest, FleetHost } from '../../api/schema';
import { many, size } from '../../format/numbers';
import { age } from '../../parts/age';
import { commandLine, quoted } from '../../parts/command-line';
import { Part } from '../../parts/element';
import { sentence } from '../../parts/panel';
import { state as stateOf } from '../../parts/state';
import { step } from '../../parts/step';
import { toldSentence } from '../../parts/told';
import { go, link } from '../../state/place';
import { jobLink } from '../jobs/job-link';
import { targets } from './targets';

/** A host is gone: what it had comes to others. The plan is made as soon as somebody takes it, and nothing happens before the host's name is typed. */
@customElement('evacuate-view')
export class EvacuateView extends Part {
  @property() hostId = '';
  @state() private to: readonly string[] = [];
  @state() private plan: EvacuationPlan | null = null;
  @state() private problem: ApiError | null = null;
  @state() private typed = '';
  @state() private isSending = false;
  private readonly hosts = new Feed(this, () => at('/api/hosts', { limit: 1000 }), 5000);
  private key = crypto.randomUUID();
  private planOf = '';

  protected override updated(changed: PropertyValues): void {
    if (changed.has('hostId')) this.to = [];
    const made = [this.hostId, ...this.to].join();
    if (made === this.planOf) return;
    this.planOf = made;
    this.plan = this.problem = null;
    this.typed = '';
    this.key = crypto.randomUUID();
    if (this.to.length > 0) void this.makePlan(made);
  }

  protected override render(): TemplateResult {
    const from = listed(this.hosts).items.find((h) => h.hostId === this.hostId);
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/">Fleet</a><a href=${link('hosts', this.hostId)}>${this.hostId}</a></nav>
        <h1>Evacuate ${this.hostId}</h1>
      </header>
      <form class="steps" @submit=${this.submit}>
        ${step(1, 'From', from !== undefined && from.liveness !== 'live' && from.liveness !== 'late', this.from(from))} ${step(2, 'To', this.to.length > 0, this.takers())} ${step(3, 'Plan', this.isPossible, this.planned())}
        ${step(4, 'Confirm', false, this.confirm())}
      </form>`;
  }

  private get wish(): EvacuationRequest {
    return { from: this.hostId, to: [...this.to] };
  }

  private get isPossible(): boolean {
    return this.plan !== null && this.plan.total > this.plan.refused;
  }

  private from(host: FleetHost | undefined): TemplateResult {
    if (!host) return html`<p class="muted">${this.hosts.value ? 'No such host ever reported.' : 'asking …'}</p>`;
    return html`<p class="line"><strong>${host.hostId}</strong> ${stateOf(host.liveness)} <span class="muted">${many(host.tenants, 'tenant')}, ${size(host.tenantBytes)}, last heard of ${age(host.at)}</span></p>
      <p class="muted">Its tenants come from their replicas, as they were last published; what it committed and never published is on its disk only. From then on the others own them: when it comes back it writes nothing, and says what it alone has.</p>`;
  }

  private takers(): TemplateResult {
    const others = listed(this.hosts).items.filter((h) => h.hostId !== this.hostId && (h.liveness === 'live' || h.liveness === 'late'));
    if (others.length === 0) return html`<p class="muted">No other host is heard of: start an agent on one.</p>`;
    return html`<fieldset class="takers"><legend class="visually-hidden">Hosts that take them</legend>
      ${others.map((h) => html`<label><input type="checkbox" .checked=${this.to.includes(h.hostId)} @change=${() => this.take(h.hostId)} /><span><strong>${h.hostId}</strong><span class="muted">${many(h.tenants, 'tenant')}, ${h.diskFreeBytes === null ? 'free disk unknown' : `${size(h.diskFreeBytes)} free`}</span></span></label>`)}
    </fieldset>`;
  }

  private planned(): TemplateResult {
    if (this.to.length === 0) return html`<p class="muted">It is made once a host takes them.</p>`;
    if (this.problem) return html`<p class="error" role="alert">${toldSentence(this.problem.message)} ${this.problem.hint ? sentence(this.problem.hint) : nothing}</p>`;
    if (this.plan === null) return html`<div class="skeleton" role="status"><span class="visually-hidden">The plan is being made</span><i></i><i></i></div>`;
    return html`${targets(this.plan)}${commandLine(`litestream fleet evacuate -api ${location.origin} -to ${this.to.map(quoted).join()} ${quoted(this.hostId)}`)}`;
  }

  private confirm(): TemplateResult {
    const why = connection.isAway ? 'the API does not answer' : !this.isPossible ? 'there is no plan that could be carried out' : this.typed.trim() !== this.hostId ? `type ${this.hostId} to confirm` : null;
    return html`<label class="field"><span>The name of the host that is emptied, <code>${this.hostId}</code></span>
        <input name="confirm" spellcheck="false" autocomplete="off" .value=${this.typed} @input=${(e: Event) => (this.typed = (e.target as HTMLInputElement).value)} /></label>
      <p class="line"><button class="primary" type="submit" ?disabled=${why !== null || this.isSending}>${this.isSending ? 'Asking …' : 'Evacuate'}</button>${why ? html`<span class="muted">Not yet: ${why}.</span>` : nothing}</p>`;
  }

  private take(host: string): void {
    this.to = this.to.includes(host) ? this.to.filter((h) => h !== host) : [...this.to, host];
  }

  private async makePlan(made: string): Promise<void> {
    try {
      const found = await plan('/api/evacuations', {}, this.wish);
      if (this.planOf === made) this.plan = found;
    } catch (error) {
      if (this.planOf === made) this.problem = error as ApiError;
    }
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.isPossible || this.typed.trim() !== this.hostId || this.isSending) return;
    this.isSending = true;
    try {
      go(jobLink(await change('/api/evacuations', {}, this.wish, this.key)));
    } catch (error) {
      this.problem = error as ApiError;
    }
    this.isSending = false;
  }
}
