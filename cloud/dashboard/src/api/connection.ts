import type { ApiError } from './client';

/** Whether the API answers, as all feeds together see it. */
class Connection extends EventTarget {
  lastAnswerAt: number | null = null;
  problem: ApiError | null = null;

  get isAway(): boolean {
    return this.problem !== null;
  }

  answered(): void {
    const changed = this.problem !== null || this.lastAnswerAt === null;
    this.lastAnswerAt = Date.now();
    this.problem = null;
    if (changed) this.dispatchEvent(new Event('change'));
  }

  failed(problem: ApiError): void {
    const changed = this.problem?.message !== problem.message;
    this.problem = problem;
    if (changed) this.dispatchEvent(new Event('change'));
  }
}

export const connection = new Connection();
