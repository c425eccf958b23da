import { LitElement } from 'lit';

/** An element without a shadow: one stylesheet for all, one document for readers of it. */
export class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
