import type { Status } from '../api/contract';

/** Whom the API that answers knows: one host, its own, or a fleet. */
export type Serves = 'host' | 'fleet';

let known: Serves | null = null;

/** Null until the first status came. */
export function serves(): Serves | null {
  return known;
}

export function learn(status: Status): Serves {
  return (known = status.serves ?? (status.hosts === undefined ? 'host' : 'fleet'));
}
