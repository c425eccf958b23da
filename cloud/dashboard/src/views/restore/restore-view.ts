import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { at } from '../../api/address';
import { type ApiError, change, plan } from '../../api/client';
import { connection } from '../../api/connection';
import type { RestorePlan } from '../../api/schema';
import { Feed, listed } from '../../api/feed';
import { many } from '../../format/numbers';
import { parse } from '../../format/times';
import { commandLine } from '../../parts/command-line';
import { Part } from '../../parts/element';
import { endOf, guidEnd, isEndOf } from '../../parts/guid-end';
import { empty, sentence } from '../../parts/panel';
import { tenantState } from '../../parts/state';
import { step } from '../../parts/step';
import type { Moment } from '../../parts/timeline/past';
import type { Picker } from '../../parts/timeline/picker';
import '../../parts/timeline/picker';
import { go, link, type Place } from '../../state/place';
import type { Serves } from '../../state/serves';
import { planned } from './planned';
import { commandOf, type Draft, type Where, type Wish, wishOf } from './wish';

const typingPause = 350;

/** A restore, step by step on one page: what, when, where, how safe; the plan is made as soon as it can be, and nothing happens before the end of the GUID is typed. */
@customElement('restore-view')
export class RestoreView extends Part {
  @property({ attribute: false }) place!: Place;
  @property() serves: Serves | null = null;
  @state() private draft: Draft = { tenants: [], txid: null, timestamp: null, where: 'in-place', host: null, path: '', newTenant: '', ifBusy: 'wait' };
  @state() private plan: RestorePlan | null = null;
  @state() private problem: ApiError | null = null;
  @state() private isPlanning = false;
  @state() private typed = '';
  @state() private isSending = false;
  private readonly tenant = new Feed(this, () => (this.draft.tenants.length === 1 ? at('/api/tenants/{id}', { id: this.draft.tenants[0]! }) : null), 5000);
  private readonly hosts = new Feed(this, () => (this.serves === 'fleet' ? at('/api/hosts', { limit: 1000 }) : null), 15000);
  private key = crypto.randomUUID();
  private timer = 0;
  private planOf = '';

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('place')) return;
    const tenants = (this.place.query.get('tenant') ?? '').split(',').filter((t) => t !== '');
    this.draft = { ...this.draft, tenants, txid: this.place.query.get('txid'), newTenant: crypto.randomUUID() };
  }

  protected override updated(): void {
    const wish = JSON.stringify(wishOf(this.draft));
    if (wish === this.planOf) return;
    this.planOf = wish;
    this.plan = null;
    this.problem = null;
    this.typed = '';
    this.key = crypto.randomUUID();
    clearTimeout(this.timer);
    if (wish !== 'null') this.timer = window.setTimeout(() => void this.makePlan(JSON.parse(wish) as Wish, wish), typingPause);
  }

  protected override render(): TemplateResult {
    const { tenants } = this.draft;
    if (tenants.length === 0)
      return html`<header class="page"><h1>Restore</h1></header><section class="panel">${empty('search', 'Which tenant?', html`Find it under <a href="#/tenants">Tenants</a>, and press Restore there.`)}</section>`;
    const wish = wishOf(this.draft);
    const isPlanned = this.plan !== null && this.plan.refused === 0;
    return html`<header class="page">
        <nav class="crumbs" aria-label="Where"><a href="#/tenants">Tenants</a>${tenants.length === 1 ? html`<a class="guid" href=${link('tenants', tenants[0]!)}>${tenants[0]}</a>` : nothing}</nav>
        <h1>Restore ${tenants.length === 1 ? '' : many(tenants.length, 'tenant')}</h1>
      </header>
      <form class="steps" @submit=${this.submit}>
        ${step(1, 'What', true, this.what())} ${step(2, 'When', wish !== null || this.draft.where !== 'in-place', this.when())} ${step(3, 'Where', wish !== null, this.where())}
        ${step(4, 'Safety', true, this.safety())} ${step(5, 'Plan', isPlanned, this.planning(wish))} ${step(6, 'Confirm', false, this.confirm(wish, isPlanned))}
      </form>`;
  }

  private what(): TemplateResult {
    const tenant = this.tenant.value;
    if (this.draft.tenants.length > 1) return html`<details><summary>${many(this.draft.tenants.length, 'tenant')}, each on its own host, to one time</summary><ul class="plain">${this.draft.tenants.map((t) => html`<li class="guid">${t}</li>`)}</ul></details>`;
    return html`<p class="line"><span class="guid">${tenant?.name ?? this.draft.tenants[0]}</span> ${tenant ? tenantState(tenant) : nothing} ${tenant?.hostId ? html`<span class="muted path">on ${tenant.hostId}, ${tenant.databasePath}</span>` : nothing}</p>
      ${this.tenant.problem ? html`<p class="error">${sentence(this.tenant.problem.message)}</p>` : nothing}`;
  }

  private when(): TemplateResult {
    if (this.draft.tenants.length > 1)
      return html`<label class="field"><span>The newest state of each before</span><input class="when" placeholder="2026-11-21 14:03, of your zone, or with Z" @input=${(e: Event) => this.typedTime((e.target as HTMLInputElement).value)} /></label>`;
    return html`<fleet-picker .tenantId=${this.draft.tenants[0]!} .tenant=${this.tenant.value} .txid=${this.draft.txid} @chosen=${(e: CustomEvent<Moment>) => this.set({ txid: e.detail.txid })}></fleet-picker>
      ${this.draft.txid === null && this.draft.where === 'in-place' ? html`<p class="muted">Choose a state: in place, the newest is what the database has.</p>` : nothing}`;
  }

  private where(): TemplateResult {
    const choice = (where: Where, name: string, text: string, body: unknown): TemplateResult =>
      html`<div class="choice"><label><input type="radio" name="where" .checked=${this.draft.where === where} @change=${() => this.set({ where })} /><span><strong>${name}</strong><span class="muted">${text}</span></span></label>${this.draft.where === where ? body : nothing}</div>`;
    if (this.draft.tenants.length > 1) return html`<p>In place, each where it is.</p>`;
    return html`${choice('in-place', 'In place', 'Its application reads on; the present state can be brought back for 7 days.', nothing)}
      ${choice('path', 'To another file', 'A new file below a watched or restore directory of a host.', html`<label class="field"><span>Absolute path</span><input spellcheck="false" placeholder="/srv/restored/tenant.db" .value=${this.draft.path} @input=${(e: Event) => this.set({ path: (e.target as HTMLInputElement).value.trim() })} /></label>${this.onHost()}`)}
      ${choice('new', 'As a new tenant', 'A fork under another GUID, replicated from then on.', html`<label class="field"><span>GUID</span><input class="guid wide" spellcheck="false" .value=${this.draft.newTenant} @input=${(e: Event) => this.set({ newTenant: (e.target as HTMLInputElement).value.trim() })} /></label>${this.onHost()}`)}`;
  }

  private onHost(): unknown {
    if (this.serves !== 'fleet') return nothing;
    return html`<label class="field"><span>On host</span>
      <select @change=${(e: Event) => this.set({ host: (e.target as HTMLSelectElement).value || null })}>
        <option value="">its own</option>
        ${listed(this.hosts).items.map((h) => html`<option value=${h.hostId} ?disabled=${h.liveness !== 'live' && h.liveness !== 'late'}>${h.hostId} (${h.liveness})</option>`)}
      </select></label>`;
  }

  private safety(): TemplateResult {
    if (this.draft.where !== 'in-place') return html`<p class="muted">Nothing that exists is overwritten: a file that is there refuses the restore. What is written is checked against the sum of the database at capture.</p>`;
    return html`<p class="muted">The present state is captured and kept for 7 days before anything changes. What is written is checked against the sum of the database at capture.</p>
      <fieldset class="inline"><legend>If an application keeps it locked</legend>
        ${(['wait', 'fail'] as const).map((word) => html`<label><input type="radio" name="busy" .checked=${this.draft.ifBusy === word} @change=${() => this.set({ ifBusy: word })} />${word === 'wait' ? 'wait for it' : 'give up'}</label>`)}
      </fieldset>`;
  }

  private planning(wish: Wish | null): TemplateResult {
    if (wish === null) return html`<p class="muted">It is made once the steps above say enough.</p>`;
    if (this.problem) return html`<p class="error" role="alert">${sentence(this.problem.message)} ${this.problem.hint ? sentence(this.problem.hint) : nothing}</p>`;
    if (this.isPlanning || this.plan === null) return html`<div class="skeleton" role="status"><span class="visually-hidden">The plan is being made</span><i></i><i></i></div>`;
    return html`${planned(this.plan, this.newest())}${commandLine(commandOf(wish))}`;
  }

  private confirm(wish: Wish | null, isPlanned: boolean): TemplateResult {
    const last = this.draft.tenants.at(-1)!;
    const why = connection.isAway ? 'the API does not answer' : !isPlanned ? 'there is no plan that could be carried out' : !isEndOf(last, this.typed) ? `type ${endOf(last)} to confirm` : null;
    return html`${guidEnd(last, this.draft.tenants.length === 1 ? 'its GUID' : 'the last GUID', this.typed, (text) => (this.typed = text))}
      <p class="line"><button class="primary" type="submit" ?disabled=${why !== null || wish === null || this.isSending}>${this.isSending ? 'Asking …' : 'Restore'}</button>${why ? html`<span class="muted">Not yet: ${why}.</span>` : nothing}</p>`;
  }

  private newest(): string | null {
    const known = [this.tenant.value?.txid, this.querySelector<Picker>('fleet-picker')?.newest].filter((t) => !!t) as string[];
    return known.sort().at(-1) ?? null;
  }

  private set(part: Partial<Draft>): void {
    this.draft = { ...this.draft, ...part };
  }

  private typedTime(text: string): void {
    const time = parse(text);
    this.set({ timestamp: time === null ? null : new Date(time).toISOString() });
  }

  private async makePlan(wish: Wish, made: string): Promise<void> {
    this.isPlanning = true;
    try {
      const found = await plan('/api/restores', {}, wish);
      if (this.planOf === made) this.plan = found;
    } catch (error) {
      if (this.planOf === made) this.problem = error as ApiError;
    }
    this.isPlanning = false;
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const wish = wishOf(this.draft);
    if (wish === null || this.plan === null || this.plan.refused > 0 || !isEndOf(this.draft.tenants.at(-1)!, this.typed) || this.isSending) return;
    this.isSending = true;
    try {
      // The same key until it was answered: pressed twice, or after a lost answer, it happens once.
      const job = await change('/api/restores', {}, wish, this.key);
      go(link('jobs', job.id));
    } catch (error) {
      this.problem = error as ApiError;
    }
    this.isSending = false;
  }
}
