/** Light, dark, or as the system says. Kept in this browser only. */
export type Theme = 'system' | 'light' | 'dark';

const key = 'litestream-theme';

export function theme(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function setTheme(wanted: Theme): void {
  try {
    localStorage.setItem(key, wanted);
  } catch {
    // A browser that keeps nothing forgets it; the page has it.
  }
  apply(wanted);
}

export function apply(wanted: Theme = theme()): void {
  if (wanted === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = wanted;
}
