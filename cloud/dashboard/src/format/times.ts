const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** 2026-11-21 14:03:09, of this browser's zone. */
export function local(time: string | number | Date, withMilliseconds = false): string {
  const at = new Date(time);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}${withMilliseconds ? '.' + pad(at.getMilliseconds(), 3) : ''}`;
}

export function utc(time: string | number | Date): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

export function clock(time: number, withSeconds: boolean): string {
  const at = new Date(time);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}${withSeconds ? ':' + pad(at.getSeconds()) : ''}`;
}

export function day(time: number): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}

/** A time as somebody types it: ISO 8601, or `2026-11-21 14:03` of this zone. Null: none. */
export function parse(text: string): number | null {
  const match = /^\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)\s*(Z|UTC|[+-]\d{2}:\d{2})?)?\s*$/i.exec(text);
  if (!match) return null;
  const clockText = (match[2] ?? '00:00').padStart(5, '0');
  const zone = match[3] ? (/utc/i.test(match[3]) ? 'Z' : match[3].toUpperCase()) : '';
  const time = Date.parse(`${match[1]}T${clockText}${zone}`);
  return Number.isNaN(time) ? null : time;
}
