/**
 * Where somebody is: everything that a view shows can be sent as a link. Behind `#`, so that any server of static files serves it:
 * `#/hosts/web-1?q=3f`.
 */
export interface Place {
  /** First word of the path; `fleet` when there is none. */
  view: string;
  /** What of it: a host, a tenant, a job. */
  id: string | null;
  query: URLSearchParams;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function read(hash: string): Place {
  const text = hash.replace(/^#\/?/, '');
  if (guid.test(text)) return { view: 'tenants', id: text.toLowerCase(), query: new URLSearchParams() };
  const [path = '', query = ''] = text.split('?', 2);
  const [view, id] = path.split('/');
  return { view: view || 'fleet', id: id ? decodeURIComponent(id) : null, query: new URLSearchParams(query) };
}

export function link(view: string, id: string | null = null, query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter((pair): pair is [string, string] => !!pair[1])).toString();
  return `#/${view === 'fleet' ? '' : view}${id ? '/' + encodeURIComponent(id) : ''}${search ? '?' + search : ''}`;
}

export function go(to: string): void {
  location.hash = to;
}

/** Changes the query of where we are, without a step in the history: a filter that is typed. */
export function refine(query: Record<string, string | null>): void {
  const place = read(location.hash);
  const now = Object.fromEntries(place.query);
  history.replaceState(null, '', link(place.view, place.id, { ...now, ...query }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
