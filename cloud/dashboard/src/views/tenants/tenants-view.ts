import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Part } from '../../parts/element';
import type { Place } from '../../state/place';
import './tenant-list';

@customElement('tenants-view')
export class TenantsView extends Part {
  @property({ attribute: false }) place!: Place;

  protected override render(): TemplateResult {
    return html`<header class="page"><h1>Tenants</h1></header>
      <fleet-tenant-list .place=${this.place}></fleet-tenant-list>`;
  }
}
