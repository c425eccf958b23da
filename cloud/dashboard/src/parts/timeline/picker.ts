import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { at } from '../../api/address';
import { read } from '../../api/client';
import type { FleetTenant, Timeline } from '../../api/schema';
import { Feed } from '../../api/feed';
import { many, size, span } from '../../format/numbers';
import { parse } from '../../format/times';
import { between, full, isTxid, short } from '../../format/txids';
import { moment } from '../age';
import { Part } from '../element';
import { empty, settled } from '../panel';
import { indexBefore, indexOfTxid, type Moment, type Past, pastOf } from './past';
import './timeline';

const mostPoints = 5000;

/** A state of a tenant's past, chosen on its timeline or by typing; says exactly which it is and what is newer. Tells `chosen`. */
@customElement('fleet-picker')
export class Picker extends Part {
  @property() tenantId = '';
  @property({ attribute: false }) tenant: FleetTenant | undefined;
  /** Null: the newest. */
  @property() txid: string | null = null;
  @state() private complaint = '';
  /** What somebody typed was understood, and is not quite what they get. */
  @state() private remark = '';
  @state() private exact: { txid: string; time: string } | null = null;
  readonly feed = new Feed(this, () => (this.tenantId ? at('/api/tenants/{id}/timeline', { id: this.tenantId, limit: mostPoints }) : null), 30000);
  private past: Past | null = null;
  private pages = 0;
  private pastFrom: Timeline | undefined;

  /** In its replica. */
  get newest(): string | null {
    return this.past?.points.at(-1)?.txid ?? null;
  }

  protected override render(): unknown {
    const past = this.look();
    return settled(this.feed, past && past.points.length > 0 ? this.body(past) : empty('idle', 'Nothing to restore yet', 'Its replica holds no state: the first one is there once it was replicated.'));
  }

  private look(): Past | null {
    const pages = this.feed.pages;
    if (pages[0] !== this.pastFrom || pages.length !== this.pages) [this.past, this.pastFrom, this.pages] = [pages.length > 0 ? pastOf(pages) : null, pages[0], pages.length];
    return this.past;
  }

  private body(past: Past): TemplateResult {
    const wanted = this.txid === null ? past.points.length - 1 : indexOfTxid(past.points, this.txid);
    const index = wanted < 0 ? 0 : wanted;
    const chosen = past.points[index]!;
    const next = this.feed.pages.at(-1)?.nextCursor ?? null;
    return html`<fleet-timeline .past=${past} .selected=${index} @choose=${(e: CustomEvent<number>) => this.choose(past.points[e.detail]!)}></fleet-timeline>
      <div class="chosen">
        <label class="field"><span>Time or TXID</span>
          <input class="when" spellcheck="false" autocomplete="off" placeholder="2026-11-21 14:03, or 2a" aria-invalid=${this.complaint ? 'true' : 'false'} @change=${(e: Event) => this.typed(past, (e.target as HTMLInputElement).value)} />
        </label>
        ${this.facts(past, index, chosen)}
      </div>
      <p class="said ${this.complaint ? '' : 'remark'}" role="status">${this.complaint || this.remark}</p>
      ${next ? html`<button type="button" class="more" ?disabled=${this.feed.isLoadingMore} @click=${() => void this.feed.more(next)}>Read older states</button>` : nothing}`;
  }

  private facts(past: Past, index: number, chosen: Moment): TemplateResult {
    // The catalogue is told of a change of state at once, of progress hourly: the replica may know better.
    const newest = [this.tenant?.txid ?? '', past.points.at(-1)!.txid].sort().at(-1)!;
    const lost = newest > chosen.txid ? between(chosen.txid, newest) : 0;
    const last = past.points.at(-1)!;
    const time = this.exact?.txid === chosen.txid ? this.exact.time : chosen.time;
    return html`<dl class="facts" aria-live="polite">
      <div><dt>Captured</dt><dd>${moment(time, true)}</dd></div>
      <div><dt>TXID</dt><dd class="number" title=${chosen.txid}>${short(chosen.txid)}</dd></div>
      <div><dt>File</dt><dd>${chosen.level === 9 ? 'full image' : `level ${chosen.level}`}, ${size(chosen.bytes)}</dd></div>
      <div class=${lost > 0 ? 'warning' : ''}><dt>Newer than this</dt><dd>${lost === 0 ? 'nothing' : html`${many(lost, 'transaction')}, ${span((last.at - chosen.at) / 1000)}`}</dd></div>
      <div><dt>State</dt><dd class="number">${index + 1} of ${past.points.length}</dd></div>
    </dl>`;
  }

  private choose(point: Moment): void {
    this.complaint = this.remark = '';
    this.dispatchEvent(new CustomEvent<Moment>('chosen', { detail: point, bubbles: true }));
    void this.makeExact(point);
  }

  /** A bucket's listing knows when a file was written; the file itself when its state was captured. */
  private async makeExact(point: Moment): Promise<void> {
    const behind = (BigInt('0x' + point.txid) + 1n).toString(16).padStart(16, '0');
    try {
      const answer = await read(at('/api/tenants/{id}/timeline', { id: this.tenantId, exact: true, limit: 1, cursor: behind }));
      const found = answer.value?.points[0];
      if (found?.txid === point.txid) this.exact = { txid: point.txid, time: found.time };
    } catch {
      // What the listing says stays.
    }
  }

  private typed(past: Past, text: string): void {
    if (text.trim() === '') return;
    const time = parse(text);
    const index = time !== null ? indexBefore(past.points, time) : isTxid(text) ? indexOfTxid(past.points, full(text)) : null;
    if (index === null) this.complaint = 'Neither a time (2026-11-21 14:03, of your zone, or with Z) nor a TXID.';
    else if (index < 0) this.complaint = 'Nothing that old can be restored.';
    else {
      this.choose(past.points[index]!);
      if (time !== null && past.points[index]!.at !== time) this.remark = `The newest state before it was captured ${span((time - past.points[index]!.at) / 1000)} earlier.`;
    }
  }
}
