import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { many } from '../../format/numbers';
import { local } from '../../format/times';
import { short } from '../../format/txids';
import { Part } from '../element';
import { icon } from '../icon';
import { indexBefore, indexNearest, type Past } from './past';
import { ticks } from './scale';

const height = 128;
const row = { marks: 12, top: 28, bottom: 84, band: 90, bandHeight: 8, axis: 116 };
const binWidth = 4;
const tenMinutes = 600_000;
const leastWindow = 2000;
const margin = 10;

/**
 * The restorable past as a picture that can be walked through: where states are and how densely, what is missing between, full images, drills. It chooses real
 * states only. Arrows go from state to state, Page Up and Page Down ten minutes, + and - zoom.
 */
@customElement('fleet-timeline')
export class TimelinePart extends Part {
  @property({ attribute: false }) past!: Past;
  @property({ type: Number }) selected = -1;
  @state() private window: [number, number] | null = null;
  @state() private width = 800;
  private readonly sizes = new ResizeObserver(([entry]) => (this.width = Math.max(240, Math.round(entry!.contentRect.width))));
  private drag: { x: number; window: [number, number]; moved: boolean } | null = null;

  override disconnectedCallback(): void {
    this.sizes.disconnect();
    super.disconnectedCallback();
  }

  protected override firstUpdated(): void {
    this.sizes.observe(this.querySelector('.canvas')!);
    this.querySelector('.canvas')!.addEventListener('wheel', (e) => this.wheel(e as WheelEvent), { passive: false });
  }

  protected override willUpdate(changed: PropertyValues): void {
    // A chosen state stays in sight when it was chosen from elsewhere.
    if (changed.has('selected') && this.window && this.past.points[this.selected]) {
      const at = this.past.points[this.selected]!.at;
      const [from, to] = this.window;
      if (at < from || at > to) this.window = this.clamp(at - (to - from) / 2, at + (to - from) / 2);
    }
  }

  protected override render(): TemplateResult {
    const chosen = this.past.points[this.selected];
    const said = chosen ? `${local(chosen.at)}, TXID ${short(chosen.txid)}, ${many(this.past.points.length - 1 - this.selected, 'newer state')}` : 'none chosen';
    return html`<div class="timeline">
      <div class="zoom" role="group" aria-label="Zoom">
        ${this.preset('1 h', 3600e3)}${this.preset('24 h', 86400e3)}${this.preset('7 d', 7 * 86400e3)}${this.preset('All', Infinity)}
        <button type="button" title="Zoom in (+)" aria-label="Zoom in" @click=${() => this.zoom(0.5)}>${icon('plus')}</button><button type="button" title="Zoom out (-)" aria-label="Zoom out" @click=${() => this.zoom(2)}>${icon('minus')}</button>
      </div>
      <div class="canvas" role="slider" tabindex="0" aria-label="State to restore" aria-valuemin="0" aria-valuemax=${this.past.points.length - 1} aria-valuenow=${Math.max(0, this.selected)} aria-valuetext=${said}
        @keydown=${this.key} @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${() => (this.drag = null)}>
        <svg width=${this.width} height=${height} viewBox="0 0 ${this.width} ${height}" aria-hidden="true">${this.draw()}</svg>
      </div>
      <p class="legend"><span class="key"><i class="swatch density"></i>states</span><span class="key"><i class="swatch band"></i>restorable</span><span class="key"><i class="swatch unknown"></i>gap</span><span class="key"><i class="mark snapshot"></i>full image</span><span class="key"><i class="mark drill"></i>drill</span><span class="key keys">← → state, PgUp PgDn 10 min, + − zoom</span></p>
    </div>`;
  }

  private get shown(): [number, number] {
    if (this.window) return this.window;
    const { from, to } = this.past;
    const room = Math.max((to - from) * 0.02, leastWindow / 4);
    return [from - room, to + room];
  }

  private x(at: number): number {
    const [from, to] = this.shown;
    return margin + ((at - from) / (to - from)) * (this.width - 2 * margin);
  }

  private at(x: number): number {
    const [from, to] = this.shown;
    return from + ((x - margin) / (this.width - 2 * margin)) * (to - from);
  }

  private draw(): unknown {
    const [from, to] = this.shown;
    const { points, ranges, drills } = this.past;
    const first = Math.max(0, indexBefore(points, from));
    const visible = points.slice(first, indexBefore(points, to) + 1).filter((p) => p.at >= from);
    const chosen = points[this.selected];
    const cut = (at: number): number => Math.min(this.width, Math.max(0, this.x(at)));
    const bins = new Map<number, number>();
    for (const p of visible) {
      const bin = Math.round(this.x(p.at) / binWidth);
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
    const most = Math.max(1, ...bins.values());
    const tall = (n: number): number => 6 + (row.bottom - row.top - 6) * (most === 1 ? 0.35 : Math.log(1 + n) / Math.log(1 + most));
    return svg`
      <defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-of" width="6" height="6"/><rect class="hatch" width="1.5" height="6"/></pattern></defs>
      ${ticks(from, to, this.width).map((t) => svg`<line class="grid" x1=${Math.round(this.x(t.at)) + 0.5} x2=${Math.round(this.x(t.at)) + 0.5} y1=${row.top} y2=${row.band + row.bandHeight}/><text class="tick" x=${this.x(t.at)} y=${row.axis}>${t.label}</text>`)}
      ${chosen && this.x(chosen.at) < this.width ? svg`<rect class="lost" x=${cut(chosen.at)} y=${row.top} width=${Math.max(0, cut(this.past.to) - cut(chosen.at))} height=${row.bottom - row.top}/>` : nothing}
      ${[...bins].map(([bin, n]) => svg`<rect class="density" x=${bin * binWidth - (binWidth - 1) / 2} width=${binWidth - 1} y=${row.bottom - tall(n)} height=${tall(n)}/>`)}
      <rect x=${cut(this.past.from)} y=${row.band} width=${Math.max(0, cut(this.past.to) - cut(this.past.from))} height=${row.bandHeight} fill="url(#gap)"/>
      ${ranges.map((r) => svg`<rect class="band" x=${cut(r.from) - 1} y=${row.band} width=${Math.max(2, cut(r.to) - cut(r.from) + 2)} height=${row.bandHeight}/>`)}
      ${visible.filter((p) => p.level === 9).map((p) => svg`<path class="snapshot" d=${`M${this.x(p.at)} ${row.marks - 5}l5 5-5 5-5-5Z`}/>`)}
      ${visible.filter((p) => this.past.kept.has(p.txid)).map((p) => svg`<path class="kept" d=${`M${this.x(p.at)} ${row.marks - 7}v14`}/>`)}
      ${drills.filter((d) => d.at_ >= from && d.at_ <= to).map((d) => svg`<circle class="drill ${d.verdict}" cx=${this.x(d.at_)} cy=${row.marks} r="3.5"/>`)}
      ${chosen && chosen.at >= from && chosen.at <= to ? svg`<g class="cursor"><line x1=${this.x(chosen.at)} x2=${this.x(chosen.at)} y1=${row.marks + 4} y2=${row.band + row.bandHeight}/><circle cx=${this.x(chosen.at)} cy=${row.band + row.bandHeight / 2} r="6"/></g>` : nothing}`;
  }

  private preset(name: string, span: number): TemplateResult {
    const all = span === Infinity;
    const isOn = all ? this.window === null : this.window !== null && Math.abs(this.window[1] - this.window[0] - span) < 1;
    return html`<button type="button" aria-pressed=${isOn} ?disabled=${!all && span > 1.5 * (this.past.to - this.past.from)} @click=${() => (this.window = all ? null : [this.past.to - span * 0.98, this.past.to + span * 0.02])}>${name}</button>`;
  }

  private zoom(factor: number, around = this.past.points[this.selected]?.at ?? this.past.to): void {
    const [from, to] = this.shown;
    const middle = Math.min(to, Math.max(from, around));
    this.window = this.clamp(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  /** Null is all of it: no more than that is ever shown. */
  private clamp(from: number, to: number): [number, number] | null {
    if (to - from < leastWindow) [from, to] = [(from + to - leastWindow) / 2, (from + to + leastWindow) / 2];
    return to - from >= (this.past.to - this.past.from) * 1.04 ? null : [from, to];
  }

  private choose(index: number): void {
    const to = Math.max(0, Math.min(this.past.points.length - 1, index));
    if (to !== this.selected) this.dispatchEvent(new CustomEvent<number>('choose', { detail: to, bubbles: true }));
  }

  private key(event: KeyboardEvent): void {
    const points = this.past.points;
    const at = points[this.selected]?.at ?? this.past.to;
    // Ten minutes may lie in a gap, or hold no state: the next one in that direction is taken.
    const later = (): number => Math.max(this.selected + 1, indexBefore(points, at + tenMinutes));
    const earlier = (): number => Math.min(this.selected - 1, Math.max(0, indexBefore(points, at - tenMinutes)));
    const to = { ArrowLeft: this.selected - 1, ArrowDown: this.selected - 1, ArrowRight: this.selected + 1, ArrowUp: this.selected + 1, Home: 0, End: points.length - 1, PageUp: earlier(), PageDown: later() }[event.key];
    if (event.key === '+' || event.key === '=') this.zoom(0.5);
    else if (event.key === '-') this.zoom(2);
    else if (to !== undefined) this.choose(to);
    else return;
    event.preventDefault();
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) < Math.abs(event.deltaY) && document.activeElement !== this.querySelector('.canvas')) return;
    event.preventDefault();
    const [from, to] = this.shown;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.window = this.clamp(from + (event.deltaX / this.width) * (to - from), to + (event.deltaX / this.width) * (to - from));
    else this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.at(event.offsetX));
  }

  private down(event: PointerEvent): void {
    this.drag = { x: event.clientX, window: this.shown, moved: false };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    if (!this.drag || (!this.drag.moved && Math.abs(event.clientX - this.drag.x) < 4)) return;
    this.drag.moved = true;
    if (this.window === null) return;
    const [from, to] = this.drag.window;
    const by = ((this.drag.x - event.clientX) / (this.width - 2 * margin)) * (to - from);
    this.window = [from + by, to + by];
  }

  private up(event: PointerEvent): void {
    const wasClick = this.drag && (!this.drag.moved || this.window === null);
    this.drag = null;
    if (!wasClick) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.choose(indexNearest(this.past.points, this.at(event.clientX - box.left)));
  }
}
