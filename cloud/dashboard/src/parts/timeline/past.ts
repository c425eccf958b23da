import type { TenantDrill, TimelinePoint, TimelineRange, Timeline } from '../../api/schema';

export interface Moment extends TimelinePoint {
  at: number;
}

/** The restorable past of a tenant, the oldest first, as the timeline draws it and keys walk through it. */
export interface Past {
  points: Moment[];
  ranges: (TimelineRange & { from: number; to: number })[];
  drills: (TenantDrill & { at_: number })[];
  kept: ReadonlySet<string>;
  from: number;
  to: number;
}

export function pastOf(pages: Timeline[]): Past {
  const seen = new Map<string, Moment>();
  for (const page of pages) for (const p of page.points) seen.set(p.txid, { ...p, at: Date.parse(p.time) });
  const points = [...seen.values()].sort((a, b) => (a.txid < b.txid ? -1 : 1));
  const ranges = (pages[0]?.ranges ?? []).map((r) => ({ ...r, from: Date.parse(r.fromTime), to: Date.parse(r.toTime) }));
  const from = Math.min(...ranges.map((r) => r.from), ...points.map((p) => p.at));
  const to = Math.max(...ranges.map((r) => r.to), ...points.map((p) => p.at));
  return { points, ranges, drills: (pages[0]?.drills ?? []).map((d) => ({ ...d, at_: Date.parse(d.at) })), kept: new Set((pages[0]?.labels ?? []).map((l) => l.txid)), from, to };
}

/** The newest state that is not younger than a time: what a restore to it would bring. -1: nothing is that old. */
export function indexBefore(points: Moment[], time: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.at <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function indexNearest(points: Moment[], time: number): number {
  const before = indexBefore(points, time);
  if (before < 0) return 0;
  const after = points[before + 1];
  return after && after.at - time < time - points[before]!.at ? before + 1 : before;
}

/** The state of a transaction, or the next older one that can be restored. */
export function indexOfTxid(points: Moment[], txid: string): number {
  return points.findLastIndex((p) => p.txid <= txid);
}
