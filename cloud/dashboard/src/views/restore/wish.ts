import type { RestoreRequest } from '../../api/schema';
import { quoted } from '../../parts/command-line';
import { full, isTxid } from '../../format/txids';

export type Where = 'in-place' | 'path' | 'new';

/** What somebody filled in so far. */
export interface Draft {
  tenants: string[];
  /** Of one tenant: a transaction; of several: a time. */
  txid: string | null;
  timestamp: string | null;
  where: Where;
  host: string | null;
  path: string;
  newTenant: string;
  ifBusy: 'fail' | 'wait';
}

/** Of some tenants. */
export type Wish = RestoreRequest & { tenants: string[] };

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Null: it lacks something. */
export function wishOf(draft: Draft): Wish | null {
  if (draft.tenants.length === 0) return null;
  const state = draft.tenants.length === 1 && draft.txid && isTxid(draft.txid) ? { txid: full(draft.txid) } : draft.timestamp ? { timestamp: draft.timestamp } : null;
  const place =
    draft.where === 'in-place' ? { ifBusy: draft.ifBusy }
    : draft.where === 'path' ? (draft.path.startsWith('/') ? { targetPath: draft.path } : null)
    : guid.test(draft.newTenant) ? { newTenant: draft.newTenant.toLowerCase() }
    : null;
  if (place === null || (state === null && draft.where === 'in-place')) return null;
  return { tenants: draft.tenants, ...(state ?? {}), ...place, ...(draft.host && draft.where !== 'in-place' ? { host: draft.host } : {}) };
}

/** The same from a shell. */
export function commandOf(wish: Wish): string {
  const words = ['litestream', 'fleet', wish.newTenant ? 'fork' : 'restore', '-api', location.origin];
  if (wish.txid) words.push('-txid', wish.txid);
  if (wish.timestamp) words.push('-timestamp', wish.timestamp);
  if (wish.host) words.push(wish.newTenant ? '-to' : '-host', quoted(wish.host));
  if (wish.targetPath) words.push('-o', quoted(wish.targetPath));
  if (wish.newTenant) words.push('-as', wish.newTenant);
  if (wish.ifBusy === 'wait') words.push('-if-busy', 'wait');
  return [...words, ...wish.tenants].join(' ');
}
