import { html, nothing, type TemplateResult } from 'lit';
import type { StatusReport } from '../../api/schema';
import { many } from '../../format/numbers';
import { icon } from '../../parts/icon';
import { commandLine } from '../../parts/command-line';
import { empty, panel } from '../../parts/panel';

/** Of an agent: what to do while it has no tenant, which files it leaves alone and why, what its operator should know. */
export function firstVisit(status: StatusReport): TemplateResult {
  return html`${status.totalClients === 0 ? panel('Tenants', welcome(status)) : nothing} ${status.warnings.map((w) => html`<p class="hint">${icon('warning', 'warning')}<span>${w}</span></p>`)}
    ${status.directories.filter((d) => d.error).map((d) => html`<p class="hint">${icon('bad', 'bad')}<span><code>${d.path}</code> cannot be watched: ${d.error}</span></p>`)}
    ${status.skipped.length > 0 ? panel('Not replicated', skipped(status)) : nothing}`;
}

function welcome(status: StatusReport): TemplateResult {
  const folder = status.watchDirs[0];
  return empty(
    'tenants',
    'No tenants yet',
    folder ? html`Create a database in a watched directory, named by a GUID, and it is here within a second.` : 'No directory is watched: what is replicated was named on the command line or in the configuration.',
    folder ? commandLine(`sqlite3 ${folder}/$(cat /proc/sys/kernel/random/uuid).db 'CREATE TABLE notes (text)'`) : nothing,
  );
}

function skipped(status: StatusReport): TemplateResult {
  return html`<p class="lead muted">${many(status.skippedCount, 'file')} in the watched directories ${status.skippedCount === 1 ? 'looks' : 'look'} like a database and ${status.skippedCount === 1 ? 'is' : 'are'} no tenant.</p>
    <ul class="plain">
      ${status.skipped.slice(0, 20).map((file) => html`<li><code>${file.path}</code><span class="muted">${file.reason}</span></li>`)}
    </ul>`;
}
