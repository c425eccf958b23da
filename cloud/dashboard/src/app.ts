import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { at } from './api/address';
import { connection } from './api/connection';
import { Feed } from './api/feed';
import { age } from './parts/age';
import './parts/dialog';
import { Part } from './parts/element';
import { icon, type IconName } from './parts/icon';
import './parts/notice';
import { sentence } from './parts/panel';
import { arrive } from './sign-in/code-flow';
import './sign-in/sign-in';
import { go, link, read, type Place } from './state/place';
import type { Serves, Status } from './state/serves';
import { setTheme, theme, type Theme } from './state/theme';
import './views/fleet/fleet-view';
import './views/hosts/host-view';
import './views/evacuate/evacuate-view';
import './views/move/move-view';
import './views/tenants/tenants-view';
import './views/tenants/tenant-view';
import './views/restore/restore-view';
import './views/jobs/jobs-view';
import { jobKind } from './views/jobs/job-link';
import './views/jobs/job-view';
import './views/audit/audit-view';
import './views/settings/settings-view';

const every = 5000;

interface Entry {
  view: string;
  name: string;
  icon: IconName;
}

const entries: Entry[] = [
  { view: 'fleet', name: 'Fleet', icon: 'fleet' },
  { view: 'tenants', name: 'Tenants', icon: 'tenants' },
  { view: 'jobs', name: 'Jobs and drills', icon: 'jobs' },
  { view: 'audit', name: 'Audit', icon: 'audit' },
  { view: 'settings', name: 'Settings', icon: 'settings' },
];

const themes: { theme: Theme; icon: IconName; name: string; next: Theme }[] = [
  { theme: 'system', icon: 'system', name: 'as the system', next: 'light' },
  { theme: 'light', icon: 'light', name: 'light', next: 'dark' },
  { theme: 'dark', icon: 'dark', name: 'dark', next: 'system' },
];

/** The frame around every view: where one can go, who answers, and how old what one sees is. */
@customElement('fleet-app')
export class App extends Part {
  @state() private place: Place = read(location.hash);
  private readonly status = new Feed(this, () => (this.isReady ? at('/api/status', { limit: 1 }) : null), every);
  private lastPath = '';
  /** Nothing is asked for before it is clear whether somebody comes back from signing in. */
  @state() private isReady = false;
  @state() private refused = '';

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.moved);
    document.addEventListener('keydown', this.key);
    connection.addEventListener('change', this.changed);
    void arrive()
      .catch((error: Error) => (this.refused = error.message))
      .finally(() => {
        this.place = read(location.hash);
        this.isReady = true;
      });
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.moved);
    document.removeEventListener('keydown', this.key);
    connection.removeEventListener('change', this.changed);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const status = this.status.value;
    const serves = status?.serves ?? null;
    return html`<a class="skip" href="#main" @click=${this.skip}>Skip to content</a>
      ${this.side(serves, status)}
      <main id="main" tabindex="-1">
        ${connection.isAway ? this.away() : nothing} ${this.content(serves)}
      </main>
      <fleet-dialog></fleet-dialog><fleet-notice></fleet-notice>`;
  }

  protected override updated(): void {
    const path = `${this.place.view}/${this.place.id ?? ''}`;
    if (path === this.lastPath) return;
    // A view is a page to whoever hears it: its name is read, and it begins at its top.
    if (this.lastPath !== '') {
      window.scrollTo(0, 0);
      this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
    }
    this.lastPath = path;
    const name = entries.find((e) => e.view === this.place.view)?.name ?? this.place.view;
    document.title = `${this.place.id ?? name} · Litestream`;
  }

  private content(serves: Serves | null): unknown {
    const problem = this.status.problem;
    if (!this.isReady) return nothing;
    if (problem?.status === 401) return html`<fleet-sign-in .problem=${problem} .refused=${this.refused} .again=${() => this.status.refresh()}></fleet-sign-in>`;
    return this.status.value || !problem ? this.view(serves) : this.never();
  }

  private side(serves: Serves | null, status: Status | undefined): TemplateResult {
    const now = themes.find((t) => t.theme === theme())!;
    return html`<nav class="side" aria-label="Views">
      <a class="brand" href="#/"><svg viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="3.5" /><path d="M4 5h8M4 8h6M4 11h3" /></svg><span>Litestream</span></a>
      <form class="search" role="search" @submit=${this.search}>
        ${icon('search')}<input name="q" type="search" autocomplete="off" spellcheck="false" placeholder="Find tenant" aria-label="Find a tenant by the beginning of its GUID" /><kbd aria-hidden="true">/</kbd>
      </form>
      <ul>
        ${entries.map((e) => html`<li><a href=${link(e.view)} aria-current=${this.isCurrent(e.view) ? 'page' : nothing}>${icon(e.icon)}<span>${e.view === 'fleet' && serves === 'host' ? 'Host' : e.name}</span></a></li>`)}
      </ul>
      <div class="foot">
        <span class="muted answers">${status ? html`${serves === 'host' ? 'agent' : 'fleet API'} ${status.version}` : ''}</span>
        <button class="quiet" title="Theme: ${now.name}" aria-label="Theme: ${now.name}. Change" @click=${() => this.setTheme(now.next)}>${icon(now.icon)}</button>
      </div>
    </nav>`;
  }

  private view(serves: Serves | null): TemplateResult {
    const { view, id } = this.place;
    switch (view) {
      case 'fleet':
        return html`<fleet-view .status=${this.status} .serves=${serves}></fleet-view>`;
      case 'hosts':
        return html`<host-view .hostId=${id ?? ''} .place=${this.place} .serves=${serves}></host-view>`;
      case 'tenants':
        return id ? html`<tenant-view .tenantId=${id} .place=${this.place} .serves=${serves}></tenant-view>` : html`<tenants-view .place=${this.place}></tenants-view>`;
      case 'restore':
        return html`<restore-view .place=${this.place} .serves=${serves}></restore-view>`;
      case 'evacuate':
        return html`<evacuate-view .hostId=${id ?? ''}></evacuate-view>`;
      case 'move':
        return html`<move-view .tenantId=${id ?? ''}></move-view>`;
      case 'jobs':
        return id ? html`<job-view .jobId=${id} .kind=${jobKind(this.place)}></job-view>` : html`<jobs-view .serves=${serves}></jobs-view>`;
      case 'audit':
        return html`<audit-view></audit-view>`;
      case 'settings':
        return html`<settings-view .status=${this.status} .serves=${serves}></settings-view>`;
      default:
        return html`<h1>Nothing here</h1><p class="muted">There is no view “${view}”. <a href="#/">To the fleet</a></p>`;
    }
  }

  private away(): TemplateResult {
    const since = connection.lastAnswerAt;
    return html`<div class="banner" role="alert">
      ${icon('warning')}<span><strong>No answer from the API.</strong> ${sentence(connection.problem!.message)} ${since ? html`What you see is from ${age(since)}; actions are off until it answers.` : nothing}</span>
    </div>`;
  }

  private never(): TemplateResult {
    const problem = this.status.problem!;
    return html`<h1>Nothing to show yet</h1>
      <p class="muted">${sentence(problem.message)} ${problem.hint ? sentence(problem.hint) : ''} It is asked again every ${every / 1000} s.</p>`;
  }

  private isCurrent(view: string): boolean {
    const shown = this.place.view;
    return shown === view || (view === 'fleet' && (shown === 'hosts' || shown === 'evacuate')) || (view === 'tenants' && (shown === 'restore' || shown === 'move'));
  }

  private readonly moved = (): void => {
    if (location.hash === '#main') return;
    this.place = read(location.hash);
  };

  private readonly changed = (): void => this.requestUpdate();

  private readonly key = (event: KeyboardEvent): void => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.querySelector<HTMLInputElement>('.search input')?.focus();
  };

  private skip(event: Event): void {
    event.preventDefault();
    this.querySelector<HTMLElement>('main')?.focus();
  }

  private search(event: Event): void {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('q') as HTMLInputElement;
    go(link('tenants', null, { q: field.value.trim().toLowerCase() }));
    field.value = '';
  }

  private setTheme(wanted: Theme): void {
    setTheme(wanted);
    this.requestUpdate();
  }
}
