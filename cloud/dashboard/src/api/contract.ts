/** The JSON of /api, as agent/Litestream.Fleet/Api says it. */

export type Liveness = 'live' | 'late' | 'lost' | 'stopped' | 'unknown';
export type Health = 'healthy' | 'unhealthy' | 'idle' | 'unknown';
export type JobState = 'running' | 'halted' | 'done' | 'failed' | 'cancelled';
export type JobKind = 'restore' | 'drill' | 'evacuation' | 'move';
export type CommandState = 'requested' | 'claimed' | 'running' | 'done' | 'failed' | 'cancelled' | 'expired';
export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Problem {
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  hint?: string | null;
}

export interface Drills {
  tenants: number;
  provenWithin1Day: number;
  provenWithin7Days: number;
  provenWithin30Days: number;
  failed: number;
  unproven: number;
  visitedSlices: number;
  oldestVisitAt: string | null;
  p99Seconds: number;
}

/** Of an agent and of a fleet; what only one of them has is optional. */
export interface Status {
  serves?: 'host' | 'fleet';
  bucket: string | null;
  replica: string | null;
  watchDirs: string[];
  totalClients: number;
  activeClients: number;
  unhealthyClients: number;
  unknownClients?: number;
  hotClients: number;
  counts: Record<string, number>;
  uptimeSeconds: number;
  worstLagSeconds: number;
  version: string;
  hosts?: number;
  hostCounts?: Record<Liveness, number> | null;
  dirtyBytes?: number;
  tenantBytes?: number;
  drills?: Drills | null;
  lagLimitSeconds?: number;
  fencing?: string;
  skipped?: { path: string; reason: string }[];
  skippedCount?: number;
  directories?: { path: string; clients: number; error: string | null }[];
  warnings?: string[];
  requests?: Record<string, number> | null;
  replicas?: { url: string; fencing: string; clients: number; unhealthyClients: number; worstLagSeconds: number }[] | null;
  fleet?: { table: string; hostId: string; state: string; intervalSeconds: number; lastHeartbeatAt: string | null; lastError: string | null } | null;
}

export interface Host {
  hostId: string;
  liveness: Liveness;
  state: string;
  at: string;
  ageSeconds: number;
  intervalSeconds: number;
  startedAt: string;
  version: string;
  tenants: number;
  counts: Record<string, number>;
  unhealthyTenants: number;
  hotTenants: number;
  otherDatabases: number;
  worstLagSeconds: number;
  p99LagSeconds: number;
  lagLimitSeconds: number;
  dirtyBytes: number;
  tenantBytes: number;
  diskFreeBytes: number | null;
  diskBytes: number | null;
  requests: Record<string, number>;
}

export interface Tenant {
  tenantId: string;
  name?: string | null;
  hostId: string | null;
  hostLiveness: Liveness;
  health: Health;
  status: string;
  reason: string | null;
  detail: string | null;
  problem: string | null;
  since: string;
  epoch: number;
  replica: string | null;
  databasePath: string | null;
  updatedAt: string | null;
  sizeBytes: number | null;
  pageSize: number | null;
  txid: string | null;
  replicatedTxid: string | null;
  lastSyncAt: string | null;
  lastSnapshotAt: string | null;
  lastProofAt: string | null;
  lastDrillAt: string | null;
  lastDrillVerdict: Verdict | null;
  lagSeconds: number | null;
  lagLimitSeconds: number | null;
  undoTxid: string | null;
  undoUntil: string | null;
}

export interface FleetProblem {
  kind: string;
  severity: number;
  since: string;
  tenantId: string | null;
  hostId: string | null;
  slice: string | null;
  tenants: number;
  detail: string | null;
}

export interface Point {
  txid: string;
  time: string;
  level: number;
  bytes: number;
}

export interface Range {
  fromTxid: string;
  toTxid: string;
  fromTime: string;
  toTime: string;
  points: number;
  bytes: number;
}

export interface Drill {
  tenantId: string;
  at: string;
  verdict: Verdict;
  by: string;
  commandId: string | null;
  txid: string | null;
  seconds: number;
  bytes: number;
  checks: string[];
  detail: string | null;
  evidence: string | null;
}

export interface Timeline {
  tenantId: string;
  replica: string;
  ranges: Range[];
  points: Point[];
  nextCursor: string | null;
  labels: { txid: string; until: string; isUndo: boolean }[];
  drills: Drill[];
}

export interface Command {
  id: string;
  hostId: string;
  kind: string;
  state: CommandState;
  tenantId: string;
  requestedAt: string;
  requestedBy: string;
  txid: string | null;
  timestamp: string | null;
  targetPath: string | null;
  newTenant: string | null;
  finishedAt: string | null;
  step: string | null;
  progressAt: string | null;
  percent: number | null;
  doneBytes: number | null;
  result: string | null;
  resultTxid: string | null;
  beforeTxid: string | null;
  error: string | null;
}

export interface Job {
  id: string;
  kind: JobKind;
  state: JobState;
  requestedAt: string;
  requestedBy: string;
  finishedAt: string | null;
  fromHost: string | null;
  toHosts: string[];
  total: number;
  done: number;
  failed: number;
  cancelled: number;
  bytes: number;
  error: string | null;
  undoes: string | null;
  commands: Command[] | null;
  nextCursor: string | null;
}

/** How much is proven, and the drills that somebody asked for. */
export interface DrillList extends Page<Job> {
  coverage: Drills | null;
}

export interface RestoreWish {
  tenants: string[];
  host?: string;
  txid?: string;
  timestamp?: string;
  targetPath?: string;
  newTenant?: string;
  ifBusy?: 'wait' | 'fail';
  dryRun?: boolean;
}

export interface PlanStep {
  tenantId: string;
  hostId: string | null;
  hostLiveness: Liveness | null;
  replica: string | null;
  targetPath: string | null;
  newTenant: string | null;
  txid: string | null;
  time: string | null;
  sizeBytes: number | null;
  code: string | null;
  detail: string | null;
}

export interface Plan {
  items: PlanStep[];
  total: number;
  refused: number;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: string;
  action: string;
  target: string;
  before: string | null;
  after: string | null;
  doneAt: string | null;
  refused: string | null;
}
