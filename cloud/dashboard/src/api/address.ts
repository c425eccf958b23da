import type { paths } from './schema';

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type At<O, Status extends number> = O extends { responses: infer R } ? (Status extends keyof R ? Json<R[Status]> : never) : never;
type Said<V> = [NonNullable<V>] extends [never] ? unknown : NonNullable<V>;
type Part<O, Kind extends string> = O extends { parameters: infer P } ? Said<P[Kind & keyof P]> : unknown;
type With<Method extends string> = { [P in keyof paths]: paths[P] extends Record<Method, infer O> ? (O extends undefined ? never : P) : never }[keyof paths];

export type Readable = With<'get'>;
export type Changeable = With<'post'>;

/** What is put into an address: the names in its braces, the others behind its question mark. */
export type Values<P extends Readable> = Part<paths[P]['get'], 'path'> & Part<paths[P]['get'], 'query'>;
/** What it answers, as the API's document says. */
export type Answer<P extends Readable> = At<paths[P]['get'], 200>;
export type Inside<P extends Changeable> = Part<paths[P]['post'], 'path'>;
export type Body<P extends Changeable> = paths[P]['post'] extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
/** A change that was accepted. */
export type Accepted<P extends Changeable> = At<paths[P]['post'], 202>;
/** The answer to a dry run. */
export type Planned<P extends Changeable> = At<paths[P]['post'], 200>;

declare const answers: unique symbol;

/** An address of the API that can be read, and what it answers. */
export type Address<T> = string & { readonly [answers]?: T };

export function at<P extends Readable>(path: P, values: Values<P>): Address<Answer<P>> {
  return fill(path, values as Record<string, unknown>);
}

export function fill(path: string, values: Record<string, unknown>): string {
  const left = new Map(Object.entries(values));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    left.delete(name);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams([...left].filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? filled : `${filled}?${query}`;
}

/** The same list, from where a page ended. */
export function further<T>(address: Address<T>, cursor: string): Address<T> {
  return `${address}${address.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
}
