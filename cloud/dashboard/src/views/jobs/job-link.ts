import type { FleetJob } from '../../api/schema';
import { link, type Place } from '../../state/place';

/** Where a job is looked at: of which kind it is, its address there says, as the API's does. */
export function jobLink(job: Pick<FleetJob, 'id' | 'kind'>): string {
  return link('jobs', job.id, { kind: job.kind === 'restore' ? null : job.kind });
}

/** The API's address of a job of each kind that can be asked for. */
export const jobAddresses = { restore: '/api/restores/{id}', drill: '/api/drills/{id}', evacuation: '/api/evacuations/{id}', move: '/api/moves/{id}' } as const;

export type JobKind = keyof typeof jobAddresses;

export function jobKind(place: Place): JobKind {
  const kind = place.query.get('kind') ?? '';
  return Object.hasOwn(jobAddresses, kind) ? (kind as JobKind) : 'restore';
}
