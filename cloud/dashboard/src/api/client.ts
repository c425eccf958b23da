import { type Accepted, type Address, type Body, type Changeable, fill, type Inside, type Planned } from './address';
import type { Problem } from './schema';

/** An answer that is an error, or none at all; `hint` is the way out. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message);
  }

  /** Nobody answered, or who answered cannot now: what is shown stays, and grows old. */
  get isAway(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export interface Answer<T> {
  /** Undefined: what the caller has is still so (304). */
  value: T | undefined;
  etag: string | null;
}

const longestWait = 30_000;
let bearer: () => Promise<string | null> = async () => null;

/** Where tokens come from, once somebody has signed in. */
export function useTokens(source: () => Promise<string | null>): void {
  bearer = source;
}

export async function read<T>(address: Address<T>, etag: string | null = null): Promise<Answer<T>> {
  const response = await send(address, { headers: etag ? { 'If-None-Match': etag } : {} });
  if (response.status === 304) return { value: undefined, etag };
  return { value: (await response.json()) as T, etag: response.headers.get('ETag') };
}

/** `key` makes a change happen once, however often it is sent. */
export async function change<P extends Changeable>(path: P, values: Inside<P>, body: Body<P>, key = crypto.randomUUID()): Promise<Accepted<P>> {
  return (await post(path, values, body, key)) as Accepted<P>;
}

/** What a change would do; nothing is done. */
export async function plan<P extends Changeable>(path: P, values: Inside<P>, body: Body<P>): Promise<Planned<P>> {
  return (await post(path, values, { ...(body as object), dryRun: true }, crypto.randomUUID())) as Planned<P>;
}

async function post(path: string, values: unknown, body: unknown, key: string): Promise<unknown> {
  const response = await send(fill(path, values as Record<string, unknown>), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function send(path: string, options: RequestInit & { headers: Record<string, string> }): Promise<Response> {
  const token = await bearer();
  if (token) options.headers['Authorization'] = `Bearer ${token}`;
  let response: Response;
  try {
    // The tags are ours: a cache of the browser must not answer in the API's place.
    response = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(longestWait) });
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    throw new ApiError(0, 'unreachable', late ? `no answer within ${longestWait / 1000} s` : 'the API cannot be reached');
  }
  if (response.ok || response.status === 304) return response;
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(response.status, problem.code, problem.detail ?? problem.title, problem.hint ?? null);
  } catch {
    return new ApiError(response.status, 'unknown', `the API answered ${response.status}`);
  }
}
