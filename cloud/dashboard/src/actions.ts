import { change } from './api/client';
import type { FleetCommand, FleetJob, FleetTenant } from './api/schema';

/** What can be told a host to do with a tenant, at once; a restore has a view of its own. */
export type Act = 'sync' | 'snapshot' | 'verify' | 'drill' | 'pause' | 'resume';

export interface Action {
  act: Act;
  name: string;
  what: string;
}

const all: Action[] = [
  { act: 'sync', name: 'Sync', what: 'Everything committed until now goes to the replica at once.' },
  { act: 'snapshot', name: 'Snapshot', what: 'A full image is written to the replica: restores read less.' },
  { act: 'verify', name: 'Verify', what: 'The whole replica is read; what is damaged is named by file and page.' },
  { act: 'drill', name: 'Drill', what: 'The backup is restored aside, compared with what was captured, measured, and deleted.' },
  { act: 'pause', name: 'Pause', what: 'Nothing is replicated any more until somebody resumes it: what is committed meanwhile exists once.' },
  { act: 'resume', name: 'Resume', what: 'Replication goes on, with what was committed meanwhile.' },
];

export function actions(): Action[] {
  return all;
}

/** An agent answers the same addresses for its own host: the same command works with either. */
export function commandOf(act: Act, tenants: FleetTenant[]): string {
  const guids = tenants.map((t) => t.tenantId);
  if (act === 'drill') return `litestream fleet drill -api ${location.origin} ${guids.join(' ')}`;
  const one = (guid: string): string => `litestream fleet command -api ${location.origin} ${act} ${guid}`;
  return guids.length === 1 ? one(guids[0]!) : `for guid in ${guids.join(' ')}; do ${one('$guid')}; done`;
}

export function perform(act: Act, tenant: FleetTenant): Promise<FleetCommand> {
  return change('/api/hosts/{id}/commands', { id: tenant.hostId ?? '' }, { kind: act, tenant: tenant.tenantId });
}

/** One job for all of them, or for a whole host. */
export function drill(what: { tenants: string[] } | { host: string }): Promise<FleetJob> {
  return change('/api/drills', {}, what);
}

const atOnce = 4;

/** Each tenant once, a few at a time; what was refused is counted and does not stop the others. */
export async function performAll(act: Act, tenants: FleetTenant[], progress: (done: number, failed: number) => void): Promise<{ failed: number; first: Error | null }> {
  const waiting = [...tenants];
  let done = 0;
  let failed = 0;
  let first: Error | null = null;
  const work = async (): Promise<void> => {
    for (let tenant = waiting.shift(); tenant; tenant = waiting.shift()) {
      try {
        await perform(act, tenant);
        done++;
      } catch (error) {
        failed++;
        first ??= error as Error;
      }
      progress(done, failed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { failed, first };
}
