import type { FleetHost } from '../../api/schema';

/** What S3 Standard asks, in dollars for each request. */
const prices: Record<string, number> = { PUT: 0.005e-3, LIST: 0.005e-3, GET: 0.0004e-3, DELETE: 0 };
const month = 30 * 86400;

/** Below this a rate says nothing. */
const leastUptime = 600;

/** Null while no host has run long enough to tell. */
export function costPerMonth(hosts: FleetHost[]): number | null {
  let total: number | null = null;
  for (const host of hosts) {
    const uptime = (Date.parse(host.at) - Date.parse(host.startedAt)) / 1000;
    if (uptime < leastUptime) continue;
    const spent = Object.entries(host.requests).reduce((sum, [kind, n]) => sum + n * (prices[kind] ?? 0), 0);
    total = (total ?? 0) + (spent / uptime) * month;
  }
  return total;
}
