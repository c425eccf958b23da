import { html, nothing, type TemplateResult } from 'lit';
import type { Feed } from '../api/feed';
import { icon } from './icon';
import { age } from './age';

export interface PanelOptions {
  /** What it shows came from here: its age stands in the corner. */
  feed?: Feed<unknown>;
  tools?: unknown;
  className?: string;
  level?: 2 | 3;
}

/** A box with a title; grey when what is in it is old. */
export function panel(title: string, body: unknown, options: PanelOptions = {}): TemplateResult {
  const feed = options.feed;
  const id = 'panel-' + title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  return html`<section class="panel ${options.className ?? ''} ${feed?.isStale ? 'stale' : ''}" aria-labelledby=${id}>
    <header>
      <h2 id=${id}>${title}</h2>
      ${options.tools ?? nothing}${feed ? freshness(feed) : nothing}
    </header>
    ${feed ? settled(feed, body) : body}
  </section>`;
}

export function freshness(feed: Feed<unknown>): TemplateResult {
  if (feed.confirmedAt === null) return html`<span class="freshness muted">${feed.isLoading ? 'asking …' : ''}</span>`;
  return html`<span class="freshness ${feed.isStale ? 'old' : ''}" title="when the API last confirmed this">${feed.isStale ? 'stale, ' : ''}${age(feed.confirmedAt)}</span>`;
}

/** Loading, failed, or there. What once was there stays while the API is away. */
export function settled(feed: Feed<unknown>, body: unknown): unknown {
  if (feed.value !== undefined) return body;
  if (feed.problem) return trouble(feed);
  return html`<div class="skeleton" role="status"><span class="visually-hidden">Loading</span><i></i><i></i><i></i></div>`;
}

export function trouble(feed: Feed<unknown>): TemplateResult {
  return empty('bad', feed.problem!.status === 403 ? 'Not for this token' : 'Could not be read', html`${sentence(feed.problem!.message)} ${feed.problem!.hint ? sentence(feed.problem!.hint) : ''}`,
    html`<button type="button" @click=${() => feed.refresh()}>Try again</button>`);
}

export function empty(what: 'bad' | 'ok' | 'idle' | 'unknown' | 'tenants' | 'jobs' | 'audit' | 'search', title: string, text: unknown, action: unknown = nothing): TemplateResult {
  return html`<div class="empty">${icon(what, what)}<p class="title">${title}</p><div class="muted">${text}</div>${action}</div>`;
}

/** Problem details begin small and end without a stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?…]$/.test(trimmed) ? '' : '.');
}
