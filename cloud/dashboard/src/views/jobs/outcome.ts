import { html, nothing } from 'lit';
import type { FleetCommand } from '../../api/schema';
import { size } from '../../format/numbers';
import { short } from '../../format/txids';
import { bar } from '../../parts/bar';
import { told } from '../../parts/told';

/** Steps of commands that take a while, for people. What is not here is shown as its agent says it. */
const steps: Record<string, string> = {
  check: 'looking whether it can be done',
  seed: 'fetching while its applications write',
  release: 'asking its host to let it go',
  'release-hook': 'its host’s hook is told',
  'release-lock': 'its host captures the last commits',
  'release-tell': 'its host has let it go',
  claim: 'taking it over',
  fence: 'shutting its former host out',
  fetch: 'fetching',
  fetching: 'fetching',
  replicate: 'going on where its chain ends',
};

/** How far a command is, or what came of it. */
export function outcome(command: FleetCommand): unknown {
  if (command.error) return html`<span class="bad wrap">${told(command.error)}</span>`;
  if (command.state === 'running')
    return html`<span class="small">${stepOf(command.step)} ${command.percent === null ? nothing : html`${bar(command.percent, 100, `${command.percent} %`)} ${command.percent} %`} ${command.doneBytes ? size(command.doneBytes) : ''}</span>`;
  return html`<span class="wrap">${told(command.result ?? '')} ${command.resultTxid && !command.result?.includes(command.resultTxid) ? html`<span class="muted number">TXID ${short(command.resultTxid)}</span>` : nothing}</span>`;
}

function stepOf(word: string | null): string {
  if (word === null || word.endsWith('-absent')) return '';
  return steps[word] ?? word.replaceAll('-', ' ');
}
