import type { Job } from '../../api/contract';
import { link, type Place } from '../../state/place';

/** Where a job is looked at: of which kind it is, its address there says, as the API's does. */
export function jobLink(job: Pick<Job, 'id' | 'kind'>): string {
  return link('jobs', job.id, { kind: job.kind === 'restore' ? null : job.kind });
}

export function jobKind(place: Place): 'restore' | 'drill' {
  return place.query.get('kind') === 'drill' ? 'drill' : 'restore';
}
