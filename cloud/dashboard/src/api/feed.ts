import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ApiError, read } from './client';
import { type Address, further } from './address';
import { connection } from './connection';


/** A number is old when it missed this many of its polls. */
const staleIntervals = 3;

/** A list, page by page. */
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

interface Held<T> {
  value: T;
  etag: string | null;
  receivedAt: number;
}

/**
 * One address, asked again while somebody looks. Keeps its last value when the API is away; a new address begins anew. Paged lists keep every page that was
 * asked for current.
 */
export class Feed<T> implements ReactiveController {
  problem: ApiError | null = null;
  /** When the API last said that this is so. */
  confirmedAt: number | null = null;
  isLoadingMore = false;

  private held: Held<T>[] = [];
  private path: Address<T> | null = null;
  private timer = 0;
  private run = 0;

  /** @param address null: nothing to ask for now. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly address: () => Address<T> | null,
    readonly every: number,
  ) {
    host.addController(this);
  }

  get value(): T | undefined {
    return this.held[0]?.value;
  }

  get pages(): T[] {
    return this.held.map((page) => page.value);
  }

  /** When the bytes came; ages in them count from then on. */
  get receivedAt(): number {
    return this.held[0]?.receivedAt ?? Date.now();
  }

  get isLoading(): boolean {
    return this.held.length === 0 && this.problem === null && this.path !== null;
  }

  get isStale(): boolean {
    return this.confirmedAt !== null && Date.now() - this.confirmedAt > staleIntervals * this.every;
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.look);
    this.look();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.look);
    clearTimeout(this.timer);
    this.run++;
  }

  hostUpdate(): void {
    if (this.address() !== this.path) this.look();
  }

  /** Now, and not when it is due. */
  refresh(): void {
    void this.ask(++this.run);
  }

  async more(cursor: string): Promise<void> {
    const run = this.run;
    this.isLoadingMore = true;
    this.host.requestUpdate();
    try {
      const answer = await read(further(this.path!, cursor));
      if (run === this.run && answer.value) this.held.push({ value: answer.value, etag: answer.etag, receivedAt: Date.now() });
    } catch (error) {
      this.problem = error as ApiError;
    }
    this.isLoadingMore = false;
    this.host.requestUpdate();
  }

  private readonly look = (): void => {
    clearTimeout(this.timer);
    this.run++;
    const path = this.address();
    if (path !== this.path) {
      this.path = path;
      this.held = [];
      this.problem = null;
      this.confirmedAt = null;
    }
    if (path !== null && document.visibilityState === 'visible') void this.ask(this.run);
  };

  private async ask(run: number): Promise<void> {
    clearTimeout(this.timer);
    if (this.path === null) return;
    try {
      const next: Held<T>[] = [];
      let path: Address<T> | null = this.path;
      for (let i = 0; path !== null && (i === 0 || i < this.held.length); i++) {
        const before: Held<T> | undefined = this.held[i];
        const answer = await read(path, before?.etag ?? null);
        if (run !== this.run) return;
        connection.answered();
        next.push(answer.value === undefined && before ? before : { value: answer.value as T, etag: answer.etag, receivedAt: Date.now() });
        const cursor = (next[i]!.value as Partial<Page<unknown>>).nextCursor;
        path = cursor ? further(this.path, cursor) : null;
        // The pages behind are other ones now: their tags say nothing.
        if (path && before && cursor !== (before.value as Partial<Page<unknown>>).nextCursor && this.held[i + 1]) this.held[i + 1]!.etag = null;
      }
      this.held = next;
      this.problem = null;
      this.confirmedAt = Date.now();
    } catch (error) {
      if (run !== this.run) return;
      this.problem = error instanceof ApiError ? error : new ApiError(0, 'unknown', String(error));
      if (this.problem.isAway) connection.failed(this.problem);
      else connection.answered();
    }
    this.host.requestUpdate();
    if (document.visibilityState === 'visible') this.timer = window.setTimeout(() => void this.ask(run), this.every);
  }
}

/** All items of the pages so far, and where the list goes on. */
export function listed<T>(feed: Feed<Page<T>>): { items: T[]; next: string | null } {
  const pages = feed.pages;
  return { items: pages.flatMap((page) => page.items), next: pages.at(-1)?.nextCursor ?? null };
}
