import type { Answer } from '../api/address';

export type Status = Answer<'/api/status'>;

/** Whom the API that answers knows: one host, its own, or a fleet. */
export type Serves = Status['serves'];

let known: Serves | null = null;

/** Null until the first status came. */
export function serves(): Serves | null {
  return known;
}

export function learn(status: Status): Serves {
  return (known = status.serves);
}
