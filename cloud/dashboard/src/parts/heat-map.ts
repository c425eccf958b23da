import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FleetHost } from '../api/schema';
import { many, span } from '../format/numbers';
import { link } from '../state/place';
import { Part } from './element';

/** Upper ends of the five steps, as shares of the objective. */
const steps = [0.1, 0.25, 0.5, 1];

/** 0: far below the objective; 4: beyond it. Null: nobody vouches for it. */
export function stepOf(host: FleetHost): number | null {
  if (host.liveness !== 'live' && host.liveness !== 'late') return null;
  const used = host.lagLimitSeconds > 0 ? host.worstLagSeconds / host.lagLimitSeconds : 0;
  const at = steps.findIndex((most) => used <= most);
  return at < 0 ? steps.length : at;
}

/** A cell per host, its colour the worst lag against the objective. One stop of Tab; arrows go from cell to cell. */
@customElement('fleet-heat-map')
export class HeatMap extends Part {
  @property({ attribute: false }) hosts: FleetHost[] = [];

  protected override render(): TemplateResult {
    const form = this.hosts.length <= 24 ? 'large' : this.hosts.length <= 160 ? 'middle' : 'small';
    return html`<ul class="heat ${form}" @keydown=${this.key}>
        ${this.hosts.map((host, i) => this.cell(host, i, form))}
      </ul>
      ${legend()}`;
  }

  private cell(host: FleetHost, index: number, form: string): TemplateResult {
    const step = stepOf(host);
    const lag = step === null ? host.liveness : span(host.worstLagSeconds);
    const more = [
      step === null ? 'how its tenants are is unknown' : `objective ${span(host.lagLimitSeconds)}`,
      host.unhealthyTenants > 0 ? `${host.unhealthyTenants} unhealthy` : null,
      host.liveness === 'late' ? 'late' : null,
    ].filter((word) => word !== null);
    const seen = `${lag} ${many(host.tenants, 'tenant')}`;
    const classes = `cell ${step === null ? 'unknown' : `step-${step}`} ${host.liveness === 'late' ? 'late' : ''} ${host.unhealthyTenants > 0 ? 'marked' : ''}`;
    return html`<li>
      <a class=${classes} href=${link('hosts', host.hostId)} title=${`${host.hostId}: ${seen}, ${more.join(', ')}`} tabindex=${index === 0 ? 0 : -1}>
        <span class=${form === 'small' ? 'visually-hidden' : 'name'}>${host.hostId}</span>${form === 'large'
          ? html`<span class="lag">${lag}</span><span class="of">${many(host.tenants, 'tenant')}</span><span class="visually-hidden">${more.join(', ')}</span>`
          : html`<span class="visually-hidden">${seen}, ${more.join(', ')}</span>`}
      </a>
    </li>`;
  }

  private key(event: KeyboardEvent): void {
    const cells = [...this.querySelectorAll<HTMLAnchorElement>('a.cell')];
    const at = cells.indexOf(event.target as HTMLAnchorElement);
    if (at < 0) return;
    const perRow = Math.max(1, cells.filter((c) => c.offsetTop === cells[0]!.offsetTop).length);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + perRow, ArrowUp: at - perRow, Home: 0, End: cells.length - 1 }[event.key];
    if (to === undefined || !cells[to]) return;
    event.preventDefault();
    cells[at]!.tabIndex = -1;
    cells[to].tabIndex = 0;
    cells[to].focus();
  }
}

function legend(): TemplateResult {
  const names = ['≤ 10 %', '≤ 25 %', '≤ 50 %', '≤ 100 %', 'beyond'];
  return html`<p class="legend"><span>Worst lag of objective</span>${names.map((name, i) => html`<span class="key"><i class="swatch step-${i}"></i>${name}</span>`)}<span class="key"><i class="swatch unknown"></i>unknown</span></p>`;
}
