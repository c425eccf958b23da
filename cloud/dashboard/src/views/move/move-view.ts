import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { at } from '../../api/address';
import { type ApiError, change, plan } from '../../api/client';
import { connection } from '../../api/connection';
import { Feed, listed } from '../../api/feed';
import type { FleetHost, FleetTenant, MovePlan, MoveRequest } from '../../api/schema';
import { many, size } from '../../format/numbers';
import { age } from '../../parts/age';
import { commandLine, quoted } from '../../parts/command-line';
import { Part } from '../../parts/element';
import { endOf, guidEnd, isEndOf } from '../../parts/guid-end';
import { sentence } from '../../parts/panel';
import { tenantState } from '../../parts/state';
import { step } from '../../parts/step';
import { toldSentence } from '../../parts/told';
import { go, link } from '../../state/place';
import { jobLink } from '../jobs/job-link';
import { planned } from './planned';

const typingPause = 350;

/** A tenant goes to another host that lives. The plan is made as soon as a host is chosen, and nothing happens before the end of its GUID is typed. */
@customElement('move-view')
export class MoveView extends Part {
  @property() tenantId = '';
  @state() private to = '';
  @state() private path = '';
  @state() private plan: MovePlan | null = null;
  @state() private problem: ApiError | null = null;
  @state() private typed = '';
  @state() private isSending = false;
  private readonly tenant = new Feed(this, () => at('/api/tenants/{id}', { id: this.tenantId }), 5000);
  private readonly hosts = new Feed(this, () => at('/api/hosts', { limit: 1000 }), 5000);
  private key = crypto.randomUUID();
  private timer = 0;
  private planOf = '';

  protected override updated(): void {
    const made = JSON.stringify(this.wish);
    if (made === this.planOf) return;
    this.planOf = made;
    this.plan = this.problem = null;
    this.typed = '';
    this.key = crypto.randomUUID();
    clearTimeout(this.timer);
    if (this.to !== '') this.timer = window.setTimeout(() => void this.makePlan(made), this.path === '' ? 0 : typingPause);
  }

  protected override render(): TemplateResult {
    const tenant = this.tenant.value;
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/tenants">Tenants</a><a class="guid" href=${link('tenants', this.tenantId)}>${this.tenantId}</a></nav>
        <h1>Move to another host</h1>
      </header>
      <form class="steps" @submit=${this.submit}>
        ${step(1, 'What', !!tenant?.hostId, this.what(tenant))} ${step(2, 'To', this.to !== '', this.takers(tenant))} ${step(3, 'Plan', this.plan !== null, this.planning())}
        ${step(4, 'Confirm', false, this.confirm())}
      </form>`;
  }

  private get wish(): MoveRequest {
    return { tenantId: this.tenantId, to: this.to, ...(this.path === '' ? {} : { path: this.path }) };
  }

  private what(tenant: FleetTenant | undefined): TemplateResult {
    if (!tenant) return html`<p class="muted">${this.tenant.problem ? toldSentence(this.tenant.problem.message) : 'asking …'}</p>`;
    return html`<p class="line"><span class="guid">${tenant.tenantId}</span> ${tenantState(tenant)} <span class="muted path">${tenant.hostId ? `on ${tenant.hostId}, ${tenant.databasePath}, ${size(tenant.sizeBytes)}` : 'nobody’s'}, as said ${age(tenant.updatedAt)}</span></p>
      <p class="muted">It is fetched while its applications write. Then its host’s hook is told, its applications are kept from the old file, and what is left follows: nobody can write for some tenths of a second. No acknowledged commit is lost, and what cannot come is given back.</p>`;
  }

  private takers(tenant: FleetTenant | undefined): TemplateResult {
    const others = listed(this.hosts).items.filter((h) => h.hostId !== tenant?.hostId && (h.liveness === 'live' || h.liveness === 'late'));
    if (others.length === 0) return html`<p class="muted">${this.hosts.value ? 'No other host is heard of: start an agent on one.' : 'asking …'}</p>`;
    return html`<fieldset class="takers"><legend class="visually-hidden">Host that takes it</legend>${others.map((h) => this.taker(h, tenant?.sizeBytes ?? 0))}</fieldset>
      <label class="field"><span>There: a watched directory, or the file in one (optional)</span>
        <input name="path" class="wide" spellcheck="false" autocomplete="off" placeholder="its first directory that takes tenants" .value=${this.path} @input=${(e: Event) => (this.path = (e.target as HTMLInputElement).value.trim())} /></label>`;
  }

  private taker(host: FleetHost, bytes: number): TemplateResult {
    const isFull = host.diskFreeBytes !== null && host.diskFreeBytes < bytes;
    const free = host.diskFreeBytes === null ? 'free disk unknown' : `${size(host.diskFreeBytes)} free`;
    return html`<label><input type="radio" name="to" value=${host.hostId} .checked=${this.to === host.hostId} ?disabled=${isFull} @change=${() => (this.to = host.hostId)} /><span><strong>${host.hostId}</strong><span class="muted">${many(host.tenants, 'tenant')}, ${free}${isFull ? ': too little' : ''}${host.liveness === 'late' ? ', late' : ''}</span></span></label>`;
  }

  private planning(): TemplateResult {
    if (this.to === '') return html`<p class="muted">It is made once a host takes it.</p>`;
    if (this.problem) return html`<p class="error" role="alert">${toldSentence(this.problem.message)} ${this.problem.hint ? sentence(this.problem.hint) : nothing}</p>`;
    if (this.plan === null) return html`<div class="skeleton" role="status"><span class="visually-hidden">The plan is being made</span><i></i><i></i></div>`;
    return html`${planned(this.plan)}${commandLine(`litestream fleet move -api ${location.origin} -to ${quoted(this.to)}${this.path === '' ? '' : ` -path ${quoted(this.path)}`} ${this.tenantId}`)}`;
  }

  private confirm(): TemplateResult {
    const end = endOf(this.tenantId);
    const why = connection.isAway ? 'the API does not answer' : this.plan === null ? 'there is no plan that could be carried out' : !isEndOf(this.tenantId, this.typed) ? `type ${end} to confirm` : null;
    return html`${guidEnd(this.tenantId, 'its GUID', this.typed, (text) => (this.typed = text))}
      <p class="line"><button class="primary" type="submit" ?disabled=${why !== null || this.isSending}>${this.isSending ? 'Asking …' : 'Move'}</button>${why ? html`<span class="muted">Not yet: ${why}.</span>` : nothing}</p>`;
  }

  private async makePlan(made: string): Promise<void> {
    try {
      const found = await plan('/api/moves', {}, this.wish);
      if (this.planOf === made) this.plan = found;
    } catch (error) {
      if (this.planOf === made) this.problem = error as ApiError;
    }
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.plan === null || !isEndOf(this.tenantId, this.typed) || this.isSending) return;
    this.isSending = true;
    try {
      go(jobLink(await change('/api/moves', {}, this.wish, this.key)));
    } catch (error) {
      this.problem = error as ApiError;
    }
    this.isSending = false;
  }
}
