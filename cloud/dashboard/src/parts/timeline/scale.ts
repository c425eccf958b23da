import { clock, day } from '../../format/times';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [second, 5 * second, 15 * second, minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 48 * hour, 168 * hour, 720 * hour];

/** Pixels that a label needs. */
const roomForLabel = 88;

/** Round times of this zone inside the window, and how they are called. */
export function ticks(from: number, to: number, width: number): { at: number; label: string }[] {
  const least = ((to - from) * roomForLabel) / Math.max(width, 1);
  const step = steps.find((s) => s >= least) ?? steps.at(-1)!;
  const zone = new Date(from).getTimezoneOffset() * minute;
  const found = [];
  for (let at = Math.ceil((from - zone) / step) * step + zone; at <= to; at += step) {
    const isMidnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0 && new Date(at).getSeconds() === 0;
    found.push({ at, label: step >= 24 * hour || isMidnight ? day(at) : clock(at, step < minute) });
  }
  return found;
}
