/** What `config.json` beside the dashboard says of who signs people in; it is only there where a fleet's API asks for such tokens. */
export interface Issuer {
  issuer: string;
  clientId: string;
  scopePrefix: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
}

const scopes = ['fleet.read', 'fleet.restore', 'fleet.admin'];

/** Null: nobody does, tokens are typed. */
export async function findIssuer(): Promise<Issuer | null> {
  const config = await json('./config.json');
  if (typeof config?.['issuer'] !== 'string' || typeof config['clientId'] !== 'string') return null;
  const found = config['authorizationEndpoint'] && config['tokenEndpoint'] ? null : await json(`${config['issuer'].replace(/\/$/, '')}/.well-known/openid-configuration`);
  const authorizationEndpoint = config['authorizationEndpoint'] ?? found?.['authorization_endpoint'];
  const tokenEndpoint = config['tokenEndpoint'] ?? found?.['token_endpoint'];
  if (typeof authorizationEndpoint !== 'string' || typeof tokenEndpoint !== 'string') return null;
  return { issuer: config['issuer'], clientId: config['clientId'], scopePrefix: String(config['scopePrefix'] ?? ''), authorizationEndpoint, tokenEndpoint };
}

export function scopeOf(issuer: Issuer): string {
  return ['openid', ...scopes.map((scope) => issuer.scopePrefix + scope)].join(' ');
}

async function json(address: string): Promise<Record<string, unknown> | null> {
  try {
    const answer = await fetch(address, { cache: 'no-store' });
    return answer.ok && answer.headers.get('Content-Type')?.includes('json') ? ((await answer.json()) as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
