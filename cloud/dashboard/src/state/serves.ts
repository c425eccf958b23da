import type { Answer } from '../api/address';

export type Status = Answer<'/api/status'>;

/** Whom the API that answers knows: one host, its own, or a fleet. */
export type Serves = Status['serves'];

