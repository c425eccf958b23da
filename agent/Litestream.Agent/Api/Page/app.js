'use strict';
// The status page: asks /api/status every two seconds while somebody looks, and writes what it says. Text only ever goes
// into textContent: names and errors come from the file system.

const every = 2000;
const limit = 200;
const bad = new Set(['error', 'split-brain', 'lost']);
const $ = id => document.getElementById(id);

let report = null;
let wanted = { q: '', status: '', unhealthy: false };
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

// From the replica that goes furthest.
function restoreCommand(client) {
  const newest = (client.replicas ?? []).reduce((best, r) => (r.txid ?? '') > (best.txid ?? '') ? r : best, { url: client.replica, txid: client.replicas?.[0].txid });
  return `litestream restore -o restored.db ${quoted(newest.url)}`;
}

// As the agent judges it: what a tenant that waits has not captured is no replica's fault.
function isLate(client, replica) {
  return client.status !== 'waiting' && client.status !== 'paused' && replica.lagSeconds > report.lagLimitSeconds;
}

function isTroubled(client, replica) {
  return bad.has(replica.status) || isLate(client, replica);
}

// What tells one place from another: no scheme of a folder, no endpoint, and not the tenant, which stands above it.
function shownPlace(client, url) {
  const place = url.replace(/^file:\/\//, '').replace(/\?.*$/, '');
  const slash = place.lastIndexOf('/');
  return slash > 0 && place.slice(slash + 1).split('.')[0] === client.clientId ? place.slice(0, slash).replace(/\/databases$/, '') : place;
}

// The file that is to be published lies in the agent's own folder: its name tells nobody anything.
function shortened(client, text) {
  return text.replaceAll(`${client.databasePath} `, 'The file ').replace(/^publish \S+ as /, 'publish ');
}

function behind(client, replica) {
  const count = BigInt(`0x${client.txid ?? 0}`) - BigInt(`0x${replica.txid ?? 0}`);
  return count > 0n ? `${count.toLocaleString()} behind` : '';
}

async function ask() {
  clearTimeout(timer);
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ limit });
  if (wanted.q) query.set('q', wanted.q);
  if (wanted.status) query.set('status', wanted.status);
  if (wanted.unhealthy) query.set('unhealthy', 'true');
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
  const trouble = report.unhealthyClients;
  const late = report.worstLagSeconds > report.lagLimitSeconds;
  const attention = trouble || report.partlyUnhealthyClients || report.directories.some(d => d.error);
  pulse(attention ? 'bad' : 'good', attention ? 'needs attention' : 'all is well');
  setText('version', report.version);
  setText('total', report.totalClients.toLocaleString());
  setText('active', report.activeClients.toLocaleString());
  setText('hot', report.hotClients.toLocaleString());
  setText('trouble', trouble.toLocaleString());
  $('trouble').classList.toggle('bad', trouble > 0);
  setText('partly', report.partlyUnhealthyClients ? `, ${report.partlyUnhealthyClients.toLocaleString()} in one replica` : '');
  $('partly').classList.toggle('late', report.partlyUnhealthyClients > 0);
  setText('lag', lag(report.worstLagSeconds));
  $('lag').classList.toggle('bad', late);
  setText('uptime', span(report.uptimeSeconds));
  showNotices();
  showPlaces();
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

// Where the replicas are; a place that is late or fails stands first.
function showPlaces() {
  const places = report.replicas ?? [{ url: report.replica, clients: report.totalClients, unhealthyClients: 0 }];
  const most = 6;
  setText('replica-label', places.length > 1 ? 'Replicas' : report.bucket ? 'Bucket' : 'Replica');
  const lines = [...places].sort((a, b) => b.unhealthyClients - a.unhealthyClients).slice(0, most).map(place => {
    const line = element('span', 'directory');
    line.append(element('code', '', place.url));
    if (place.unhealthyClients) line.append(element('span', 'problem', `${place.unhealthyClients.toLocaleString()} of ${counted(place.clients)} late or failing, worst lag ${lag(place.worstLagSeconds)}`));
    else if (places.length > 1) line.append(element('span', 'quiet', `${counted(place.clients)}, worst lag ${lag(place.worstLagSeconds)}`));
    return line;
  });
  if (places.length > most) lines.push(element('span', 'directory quiet', `and ${(places.length - most).toLocaleString()} more`));
  $('replica').replaceChildren(...lines);
}

function counted(tenants) {
  return tenants === 1 ? '1 tenant' : `${tenants.toLocaleString()} tenants`;
}

function showDirectories() {
  const lines = report.directories.map(d => {
    const line = element('span', 'directory');
    line.append(element('code', '', d.path), element('span', 'quiet', counted(d.clients)));
    if (d.error) line.append(element('span', 'problem', `not watched: ${d.error}`));
    return line;
  });
  $('directories').replaceChildren(...(lines.length ? lines : [element('span', 'quiet', 'single databases only')]));
}

function showFilters() {
  const words = Object.entries(report.counts).filter(([word, count]) => count > 0 || word === wanted.status);
  const unhealthy = report.unhealthyClients + report.partlyUnhealthyClients;
  const all = [['all', '', false], ...words.map(([word, count]) => [`${word} ${count.toLocaleString()}`, word, false])];
  if (unhealthy || wanted.unhealthy) all.splice(1, 0, [`late or failing ${unhealthy.toLocaleString()}`, '', true]);
  $('filters').replaceChildren(...all.map(([text, status, isUnhealthy]) => {
    const button = element('button', isUnhealthy ? 'alarm' : '', text);
    button.type = 'button';
    button.setAttribute('aria-pressed', String(status === wanted.status && isUnhealthy === wanted.unhealthy));
    button.addEventListener('click', () => { wanted = { ...wanted, status, unhealthy: isUnhealthy }; ask(); });
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

// A tenant's line, and below it what there is to say about a state that is not as usual: its own, and that of each replica once one of them has a trouble.
function rows(client) {
  const lines = [row(client)];
  const replicas = (client.replicas ?? []).some(r => isTroubled(client, r)) ? client.replicas : [];
  const say = client.status === 'active' ? client.detail : client.detail ?? (bad.has(client.status) ? client.lastError : null) ?? client.reason;
  if (say && !replicas.some(r => r.detail === say)) lines.push(saying(client, say, bad.has(client.status)));
  for (const replica of replicas) {
    lines.push(replicaRow(client, replica));
    if (replica.detail) lines.push(saying(client, replica.detail, bad.has(replica.status), 'replica'));
  }
  for (const line of lines.slice(0, -1)) line.classList.add('said');
  for (const line of lines) line.addEventListener('click', () => openDetail(client));
  return lines;
}

function saying(client, text, isBad, kind = '') {
  const line = element('tr', `saying ${isBad ? 'bad' : ''} ${kind}`);
  const cell = element('td', '', shortened(client, text));
  cell.colSpan = 7;
  line.append(cell);
  return line;
}

// A cell that says what it is where the table has no head: on a narrow screen.
function cell(label, className, text) {
  const made = element('td', className, text);
  made.dataset.label = label;
  return made;
}

function replicaState(client, replica) {
  const late = isLate(client, replica) && !bad.has(replica.status);
  return element('span', `state ${late ? 'error' : replica.status}`, late ? 'late' : replica.status);
}

function replicaCells(client, replica) {
  const state = cell('State', '');
  state.append(replicaState(client, replica));
  const txid = cell('TXID', '');
  txid.append(element('span', 'mono', shortTxid(replica.txid)));
  const missing = behind(client, replica);
  if (missing) txid.append(element('span', 'reason', missing));
  txid.title = replica.txid ?? '';
  return [state, txid, cell('Lag', `number${isTroubled(client, replica) && replica.lagSeconds > 0 ? ' late' : ''}`, lag(replica.lagSeconds)), cell('Last sync', '', ago(replica.lastSyncAt))];
}

function replicaRow(client, replica) {
  const line = element('tr', 'replica');
  const place = element('td', '');
  const path = element('span', 'path', shownPlace(client, replica.url));
  path.title = replica.url;
  place.append(path);
  const [state, txid, late, sync] = replicaCells(client, replica);
  line.append(place, state, element('td', 'none'), txid, late, sync, element('td', 'none'));
  return line;
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

  const state = cell('State', '');
  state.append(element('span', `state ${client.status}`, client.status));
  const troubled = (client.replicas ?? []).filter(r => isTroubled(client, r)).length;
  if (troubled && client.status === 'active') state.append(element('span', 'reason late', `${troubled} of ${client.replicas.length} replicas late`));
  else if (client.reason && client.status === 'active') state.append(element('span', 'reason', client.reason));
  if (client.replicas) state.append(dots(client));

  const txid = cell('TXID', '');
  txid.append(element('span', 'mono', shortTxid(client.txid)));
  if (client.txid !== client.replicatedTxid) txid.append(element('span', 'reason', `replica ${shortTxid(client.replicatedTxid)}`));
  txid.title = client.txid ?? '';

  const created = cell('Created', '', new Date(client.createdAt).toLocaleDateString([], { dateStyle: 'medium' }));
  created.title = new Date(client.createdAt).toLocaleString();
  line.append(
    tenant, state, cell('Size', 'number', size(client.sizeBytes)), txid,
    cell('Lag', `number${client.lagSeconds > report.lagLimitSeconds ? ' late' : ''}`, lag(client.lagSeconds)),
    cell('Last sync', '', ago(client.lastSyncAt)), created);
  return line;
}

// One for each replica, in their order.
function dots(client) {
  const all = element('span', 'dots');
  for (const replica of client.replicas) all.append(element('span', isTroubled(client, replica) ? 'bad' : 'good'));
  const troubled = client.replicas.filter(r => isTroubled(client, r)).length;
  all.title = client.replicas.map(r => `${r.url}: ${isLate(client, r) && !bad.has(r.status) ? 'late' : r.status}`).join('\n');
  all.setAttribute('role', 'img');
  all.setAttribute('aria-label', troubled ? `${troubled} of ${client.replicas.length} replicas late or failing` : `${client.replicas.length} replicas, all well`);
  return all;
}

function openDetail(client) {
  opened = client.clientId;
  showDetail(client);
  if (!$('detail').open) $('detail').showModal();
}

function showDetail(client) {
  setText('detail-title', client.clientId);
  const saidOf = (client.replicas ?? []).map(r => r.detail);
  const facts = [
    ['State', client.reason ? `${client.status} (${client.reason})` : client.status],
    ['What it means', saidOf.includes(client.detail) ? null : client.detail],
    ['File', client.databasePath],
    ['Size', client.sizeBytes ? `${size(client.sizeBytes)}, pages of ${client.pageSize.toLocaleString()} bytes` : null],
    ['Replica', client.replicas ? null : client.replica],
    ['Captured', client.txid],
    ['In the replica', client.replicas ? null : client.replicatedTxid],
    ['Lag', lag(client.lagSeconds)],
    ['Last sync', client.lastSyncAt ? `${new Date(client.lastSyncAt).toLocaleString()} (${ago(client.lastSyncAt)})` : 'never'],
    ['Last proof', client.lastProofAt ? `${new Date(client.lastProofAt).toLocaleString()} (${ago(client.lastProofAt)})` : 'not yet'],
    ['Registered', new Date(client.createdAt).toLocaleString()],
    ['Last error', saidOf.includes(client.lastError) || client.lastError === client.detail ? null : client.lastError],
  ];
  $('detail-facts').replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
  showReplicas(client);
  setText('detail-restore', restoreCommand(client));
  $('pause').textContent = client.status === 'paused' ? 'Resume' : 'Pause';
  $('pause').dataset.status = client.status === 'paused' ? 'active' : 'paused';
}

// Each of several; one alone is among the facts.
function showReplicas(client) {
  $('detail-replicas').hidden = !client.replicas;
  const table = document.createElement('table');
  const head = document.createElement('tr');
  for (const [name, className] of [['Replica', ''], ['State', ''], ['TXID', ''], ['Lag', 'number'], ['Last sync', '']]) {
    const cell = element('th', className, name);
    cell.scope = 'col';
    head.append(cell);
  }
  table.append(document.createElement('thead'), document.createElement('tbody'));
  table.tHead.append(head);
  for (const replica of client.replicas ?? []) {
    const line = document.createElement('tr');
    const place = element('td', 'place');
    place.append(element('code', '', replica.url));
    line.append(place, ...replicaCells(client, replica));
    table.tBodies[0].append(line);
    if (!replica.detail) continue;
    line.classList.add('said');
    const say = saying(client, replica.detail, bad.has(replica.status));
    say.firstChild.colSpan = 5;
    table.tBodies[0].append(say);
  }
  $('detail-replicas').replaceChildren(table);
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
