const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** What nobody knows is a dash, never a zero. */
export const nothing = '–';

export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return nothing;
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3).replace(/\.?0+$/, '')} ${units[unit]}`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? nothing : value.toLocaleString('en-US').replaceAll(',', ' ');
}

export function many(value: number, one: string, several = one + 's'): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}

export function share(part: number, whole: number): string {
  if (whole === 0) return nothing;
  const percent = (100 * part) / whole;
  // 99.96 % is not all of them.
  return `${part === whole ? '100' : percent >= 99.95 ? '99.9' : percent.toFixed(1)} %`;
}

export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return nothing;
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return two(Math.floor(seconds / 3600), 'h', Math.floor(seconds / 60) % 60, 'min');
  return two(Math.floor(seconds / 86400), 'd', Math.floor(seconds / 3600) % 24, 'h');
}

export function money(dollars: number): string {
  return dollars < 0.01 ? '< $0.01' : `$${dollars < 100 ? dollars.toFixed(2) : count(Math.round(dollars))}`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
