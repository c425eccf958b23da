import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ApiError, useTokens } from '../api/client';
import { Part } from '../parts/element';
import { sentence } from '../parts/panel';
import { depart } from './code-flow';
import { findIssuer, type Issuer } from './issuer';

/** Shown when the API does not know who asks: to the issuer that config.json names, or, for an API whose tokens are in a file, a field. Either way a token stays in this page. */
@customElement('fleet-sign-in')
export class SignIn extends Part {
  @property({ attribute: false }) problem!: ApiError;
  @property({ attribute: false }) again!: () => void;
  /** What the issuer said, when a sign-in came to nothing. */
  @property() refused = '';
  @state() private issuer: Issuer | null | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void findIssuer().then((issuer) => (this.issuer = issuer));
  }

  protected override render(): TemplateResult {
    return html`<form class="sign-in panel" @submit=${this.submit}>
      <h1>Sign in</h1>
      ${this.refused ? html`<p class="error" role="alert">${sentence(this.refused)}</p>` : nothing}
      ${this.issuer === undefined ? html`<p class="muted">Asking who signs people in …</p>` : this.issuer ? this.byIssuer(this.issuer) : this.byToken()}
    </form>`;
  }

  private byIssuer(issuer: Issuer): TemplateResult {
    return html`<p class="muted">You are known to ${new URL(issuer.issuer).host}.</p>
      <button class="primary" type="submit">Sign in</button>`;
  }

  private byToken(): TemplateResult {
    return html`<p class="muted">${sentence(this.problem.message)} <code>litestream-cloud token NAME SCOPES</code> makes one.</p>
      <label class="field"><span>Token</span><input name="token" type="password" autocomplete="off" required /></label>
      <p class="muted small">It stays in this page and is gone with it.</p>
      <button class="primary" type="submit">Sign in</button>`;
  }

  private submit(event: Event): void {
    event.preventDefault();
    if (this.issuer) {
      void depart(this.issuer);
      return;
    }
    const token = (event.target as HTMLFormElement).elements.namedItem('token') as HTMLInputElement | null;
    const given = token?.value.trim();
    if (!given) return;
    useTokens(async () => given);
    this.again();
  }
}
