'use strict';
// The status page: asks /api/status every two seconds while somebody looks, and writes what it says. Text only ever goes
// into textContent: names and errors come from the file system.

const every = 2000;
const limit = 200;
const bad = new Set(['error', 'split-brain', 'lost']);
const $ = id => document.getElementById(id);

let report = null;
let wanted = { q: '', status: '' };
let opened = location.hash.slice(1) || null; // /#<guid> shows a tenant
let timer = 0;
let asking = null;
const txids = new Map();

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function setText(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function size(bytes) {
  if (!bytes) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (bytes >= 999.5 && i < units.length - 1) { bytes /= 1000; i++; }
  return `${i === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toPrecision(3).replace(/\.?0+$/, '')} ${units[i]}`;
}

function span(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

function lag(seconds) {
  return seconds === 0 ? '0 s' : seconds < 10 ? `${seconds.toFixed(1)} s` : span(seconds);
}

function ago(time) {
  if (!time) return 'never';
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  return seconds < 2 ? 'just now' : `${span(seconds)} ago`;
}

// 0000000000000a3f -> a3f: leading zeros tell nobody anything; the whole number is in the detail.
function shortTxid(txid) {
  return txid ? txid.replace(/^0+(?=.)/, '') : '–';
}

function quoted(text) {
  return /^[\w./:=%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function restoreCommand(client) {
  return `litestream restore -o restored.db ${quoted(client.replica)}`;
}

async function ask() {
  clearTimeout(timer);
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ limit });
  if (wanted.q) query.set('q', wanted.q);
  if (wanted.status) query.set('status', wanted.status);
  try {
    const answer = await fetch(`/api/status?${query}`, { signal: asking.signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    report = await answer.json();
    show();
  } catch (error) {
    if (error.name === 'AbortError') return;
    pulse('bad', 'the agent does not answer');
  }
  if (!document.hidden) timer = setTimeout(ask, every);
}

function pulse(state, text) {
  $('pulse').className = `pulse ${state}`;
  setText('pulse-text', text);
}

function show() {
  const trouble = [...bad].reduce((sum, word) => sum + (report.counts[word] ?? 0), 0);
  const late = report.worstLagSeconds > report.lagLimitSeconds;
  const broken = report.directories.some(d => d.error);
  pulse(trouble || late || broken ? 'bad' : 'good', trouble || late || broken ? 'needs attention' : 'all is well');
  setText('version', report.version);
  setText('total', report.totalClients.toLocaleString());
  setText('active', report.activeClients.toLocaleString());
  setText('hot', report.hotClients.toLocaleString());
  setText('trouble', trouble.toLocaleString());
  $('trouble').classList.toggle('bad', trouble > 0);
  setText('lag', lag(report.worstLagSeconds));
  $('lag').classList.toggle('bad', late);
  setText('uptime', span(report.uptimeSeconds));
  setText('replica-label', report.bucket ? 'Bucket' : 'Replica');
  setText('replica', report.replica);
  showNotices();
  showDirectories();
  showFilters();
  showRows();
  showSkipped();
  showHow();
  const client = report.clients.find(c => c.clientId === opened);
  if (client) openDetail(client);
}

function showNotices() {
  $('notices').replaceChildren(...report.warnings.map(text => element('p', 'notice', text)));
}

function showDirectories() {
  const lines = report.directories.map(d => {
    const line = element('span', 'directory');
    line.append(element('code', '', d.path), element('span', 'quiet', d.clients === 1 ? '1 tenant' : `${d.clients.toLocaleString()} tenants`));
    if (d.error) line.append(element('span', 'problem', `not watched: ${d.error}`));
    return line;
  });
  $('directories').replaceChildren(...(lines.length ? lines : [element('span', 'quiet', 'single databases only')]));
}

function showFilters() {
  const words = Object.entries(report.counts).filter(([word, count]) => count > 0 || word === wanted.status);
  const all = [['', report.totalClients], ...words];
  $('filters').replaceChildren(...all.map(([word, count]) => {
    const button = element('button', '', word ? `${word} ${count.toLocaleString()}` : 'all');
    button.type = 'button';
    button.setAttribute('aria-pressed', String(word === wanted.status));
    button.addEventListener('click', () => { wanted.status = word; ask(); });
    return button;
  }));
}

function showRows() {
  const focused = document.activeElement?.dataset?.id;
  const seen = new Set();
  $('rows').replaceChildren(...report.clients.flatMap(client => {
    seen.add(client.clientId);
    return rows(client);
  }));
  for (const id of txids.keys()) if (!seen.has(id)) txids.delete(id);
  if (focused) $('rows').querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  $('empty').hidden = report.clients.length > 0;
  $('empty').textContent = report.totalClients === 0
    ? 'No tenants yet. Create <guid>.db in a watched directory.'
    : 'No tenant matches.';
  $('more').hidden = !report.nextCursor;
  $('more').textContent = `The first ${report.clients.length.toLocaleString()} are shown. Search for more.`;
}

// The path without what the id says already; the whole of it is in the detail and under the pointer.
function shownPath(client) {
  const slash = client.databasePath.lastIndexOf('/');
  const name = client.databasePath.slice(slash + 1).toLowerCase();
  return name.startsWith(`${client.clientId}.`) ? client.databasePath.slice(0, slash) : client.databasePath;
}

// A tenant's line, and below it what there is to say about a state that is not as usual.
function rows(client) {
  const line = row(client);
  const say = client.status === 'active' ? null : client.detail ?? (bad.has(client.status) ? client.lastError : null) ?? client.reason;
  if (!say) return [line];
  line.classList.add('said');
  const saying = element('tr', bad.has(client.status) ? 'saying bad' : 'saying');
  const cell = element('td', '', say.replaceAll(`${client.databasePath} `, 'The file '));
  cell.colSpan = 7;
  saying.append(cell);
  saying.addEventListener('click', () => openDetail(client));
  return [line, saying];
}

function row(client) {
  const line = document.createElement('tr');
  const known = txids.get(client.clientId);
  if (known !== undefined && known !== client.txid) line.className = 'changed';
  txids.set(client.clientId, client.txid);

  const tenant = element('td');
  const open = element('button', 'open', client.clientId);
  open.type = 'button';
  open.dataset.id = client.clientId;
  const path = element('span', 'path', shownPath(client));
  path.title = client.databasePath;
  tenant.append(open, path);

  const state = element('td');
  state.append(element('span', `state ${client.status}`, client.status));
  if (client.reason && client.status === 'active') state.append(element('span', 'reason', client.reason));

  const txid = element('td');
  txid.append(element('span', 'mono', shortTxid(client.txid)));
  if (client.txid !== client.replicatedTxid) txid.append(element('span', 'reason', `replica ${shortTxid(client.replicatedTxid)}`));
  txid.title = client.txid ?? '';

  const created = element('td', '', new Date(client.createdAt).toLocaleDateString([], { dateStyle: 'medium' }));
  created.title = new Date(client.createdAt).toLocaleString();
  line.append(
    tenant, state, element('td', 'number', size(client.sizeBytes)), txid,
    element('td', `number${client.lagSeconds > report.lagLimitSeconds ? ' late' : ''}`, lag(client.lagSeconds)),
    element('td', '', ago(client.lastSyncAt)), created);
  line.addEventListener('click', () => openDetail(client));
  return line;
}

function openDetail(client) {
  opened = client.clientId;
  showDetail(client);
  if (!$('detail').open) $('detail').showModal();
}

function showDetail(client) {
  setText('detail-title', client.clientId);
  const facts = [
    ['State', client.reason ? `${client.status} (${client.reason})` : client.status],
    ['What it means', client.detail],
    ['File', client.databasePath],
    ['Size', client.sizeBytes ? `${size(client.sizeBytes)}, pages of ${client.pageSize.toLocaleString()} bytes` : null],
    ['Replica', client.replica],
    ['Captured', client.txid],
    ['In the replica', client.replicatedTxid],
    ['Lag', lag(client.lagSeconds)],
    ['Last sync', client.lastSyncAt ? `${new Date(client.lastSyncAt).toLocaleString()} (${ago(client.lastSyncAt)})` : 'never'],
    ['Last proof', client.lastProofAt ? `${new Date(client.lastProofAt).toLocaleString()} (${ago(client.lastProofAt)})` : 'not yet'],
    ['Registered', new Date(client.createdAt).toLocaleString()],
    ['Last error', client.lastError],
  ];
  $('detail-facts').replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
  setText('detail-restore', restoreCommand(client));
  $('pause').textContent = client.status === 'paused' ? 'Resume' : 'Pause';
  $('pause').dataset.status = client.status === 'paused' ? 'active' : 'paused';
}

function showSkipped() {
  $('skipped-section').hidden = report.skippedCount === 0;
  const items = report.skipped.map(file => {
    const item = element('li');
    item.append(element('code', '', file.path), element('span', 'quiet', ` ${file.reason}`));
    return item;
  });
  const rest = report.skippedCount - report.skipped.length;
  if (rest > 0) items.push(element('li', 'quiet', `and ${rest.toLocaleString()} more`));
  $('skipped').replaceChildren(...items);
}

function showHow() {
  const directory = (report.watchDirs[0] ?? '.').replace(/\/$/, '');
  const example = report.clients.find(c => c.status === 'active') ?? report.clients[0] ?? null;
  const path = example?.databasePath ?? `${directory}/<guid>.db`;
  const slash = path.lastIndexOf('/');
  const id = example ? example.clientId : '<guid>';
  setText('how-add', `sqlite3 ${quoted(directory)}/$(uuidgen).db 'CREATE TABLE t (x)'`);
  setText('how-remove', `cd ${quoted(path.slice(0, slash))}\nrm -f ${['', '-wal', '-shm'].map(part => quoted(path.slice(slash + 1) + part)).join(' ')}`);
  setText('how-restore', restoreCommand(example ?? { replica: report.replica.replace(/\/?(\?.*)?$/, (_, query) => `/databases/${id}${query ?? ''}`) }));
}

$('search').addEventListener('input', event => { wanted.q = event.target.value.trim(); ask(); });
$('detail').addEventListener('close', () => { opened = null; setText('said', ''); });
$('detail').addEventListener('click', event => { if (event.target === $('detail')) $('detail').close(); });
$('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText($('detail-restore').textContent);
    setText('said', 'copied');
  } catch {
    setText('said', 'select the command and copy it by hand');
  }
});
$('pause').addEventListener('click', async () => {
  const answer = await fetch(`/api/databases/${encodeURIComponent(opened)}/status`, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ status: $('pause').dataset.status }),
  });
  const body = await answer.json();
  setText('said', answer.ok ? '' : `${body.title}. ${body.hint ?? body.detail ?? ''}`);
  if (answer.ok) showDetail(body);
  ask();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
ask();
