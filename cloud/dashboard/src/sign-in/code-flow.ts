import { useTokens } from '../api/client';
import { findIssuer, type Issuer, scopeOf } from './issuer';

/** The authorization code flow with PKCE (RFC 7636). Tokens live in this page's memory; only what the way back needs outlives the redirect, in this tab. */
interface Departure {
  state: string;
  verifier: string;
  place: string;
}

interface Tokens {
  accessToken: string;
  refreshToken: string | null;
  expiresAt: number;
}

const key = 'litestream-sign-in';

/** Renewed so long before its end. */
const earlyMilliseconds = 60_000;

let tokens: Tokens | null = null;

export async function depart(issuer: Issuer): Promise<void> {
  const departure: Departure = { state: random(), verifier: random(), place: location.hash };
  sessionStorage.setItem(key, JSON.stringify(departure));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: home(),
    scope: scopeOf(issuer),
    state: departure.state,
    code_challenge: await challengeOf(departure.verifier),
    code_challenge_method: 'S256',
  });
  location.assign(`${issuer.authorizationEndpoint}?${query}`);
}

/** True: we came back with a code, and it was good. Throws what the issuer said otherwise. */
export async function arrive(): Promise<boolean> {
  const query = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(key);
  if (!query.has('state') || kept === null) return false;
  sessionStorage.removeItem(key);
  const departure = JSON.parse(kept) as Departure;
  history.replaceState(null, '', location.pathname + departure.place);
  if (query.get('state') !== departure.state) throw new Error('the answer is to another sign-in');
  const code = query.get('code');
  if (code === null) throw new Error(query.get('error_description') ?? query.get('error') ?? 'the issuer sent no code');
  const issuer = await findIssuer();
  if (issuer === null) throw new Error('config.json names no issuer');
  tokens = await exchange(issuer, { grant_type: 'authorization_code', code, redirect_uri: home(), code_verifier: departure.verifier });
  useTokens(() => current(issuer));
  return true;
}

async function current(issuer: Issuer): Promise<string | null> {
  if (tokens?.refreshToken && Date.now() > tokens.expiresAt - earlyMilliseconds) {
    const refreshToken = tokens.refreshToken;
    // Refused or not reached: the API says what it thinks of the old one.
    tokens = await exchange(issuer, { grant_type: 'refresh_token', refresh_token: refreshToken }).then((renewed) => ({ ...renewed, refreshToken: renewed.refreshToken ?? refreshToken })).catch(() => tokens);
  }
  return tokens?.accessToken ?? null;
}

async function exchange(issuer: Issuer, form: Record<string, string>): Promise<Tokens> {
  const answer = await fetch(issuer.tokenEndpoint, { method: 'POST', body: new URLSearchParams({ client_id: issuer.clientId, ...form }) });
  const said = (await answer.json()) as { access_token?: string; refresh_token?: string; expires_in?: number; error?: string; error_description?: string };
  if (!answer.ok || !said.access_token) throw new Error(said.error_description ?? said.error ?? `the issuer answered ${answer.status}`);
  return { accessToken: said.access_token, refreshToken: said.refresh_token ?? null, expiresAt: Date.now() + 1000 * (said.expires_in ?? 3600) };
}

function home(): string {
  return location.origin + location.pathname;
}

function random(): string {
  return base64(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  return base64(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
