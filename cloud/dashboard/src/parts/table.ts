import { html, nothing, type TemplateResult } from 'lit';

export interface Column<T> {
  name: string;
  cell: (row: T) => unknown;
  /** Numbers stand right. */
  isNumber?: boolean;
  /** Not on narrow screens. */
  isMinor?: boolean;
  sort?: (row: T) => number | string;
}

export interface Sorting {
  column: string;
  descending: boolean;
}

export interface TableOptions<T> {
  caption: string;
  key?: (row: T) => string;
  sorting?: Sorting | null;
  onSort?: (sorting: Sorting) => void;
  /** With boxes at the rows. */
  picked?: ReadonlySet<string>;
  onPick?: (keys: string[], isPicked: boolean) => void;
}

export function table<T>(columns: Column<T>[], rows: T[], options: TableOptions<T>): TemplateResult {
  const sorted = sort(columns, rows, options.sorting ?? null);
  const { picked, onPick, key } = options;
  const pick = picked && onPick && key ? { picked, onPick, key } : null;
  const keys = pick ? rows.map(pick.key) : [];
  const isAll = pick !== null && keys.length > 0 && keys.every((k) => pick.picked.has(k));
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${options.caption}>
    <table>
      <caption class="visually-hidden">
        ${options.caption}
      </caption>
      <thead>
        <tr>
          ${pick
            ? html`<th class="pick"><input type="checkbox" aria-label="Choose all shown" .checked=${isAll} .indeterminate=${!isAll && keys.some((k) => pick.picked.has(k))}
                  @change=${(e: Event) => pick.onPick(keys, (e.target as HTMLInputElement).checked)} /></th>`
            : nothing}
          ${columns.map((column) => head(column, options))}
        </tr>
      </thead>
      <tbody>
        ${sorted.map(
          (row) => html`<tr>
            ${pick
              ? html`<td class="pick"><input type="checkbox" aria-label="Choose ${pick.key(row)}" .checked=${pick.picked.has(pick.key(row))}
                    @change=${(e: Event) => pick.onPick([pick.key(row)], (e.target as HTMLInputElement).checked)} /></td>`
              : nothing}
            ${columns.map((column) => html`<td class=${classOf(column)}>${column.cell(row)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function head<T>(column: Column<T>, options: TableOptions<T>): TemplateResult {
  if (!column.sort || !options.onSort) return html`<th scope="col" class=${classOf(column)}>${column.name}</th>`;
  const isBy = options.sorting?.column === column.name;
  const descending = isBy && options.sorting!.descending;
  return html`<th scope="col" class=${classOf(column)} aria-sort=${isBy ? (descending ? 'descending' : 'ascending') : 'none'}>
    <button type="button" class="sort" @click=${() => options.onSort!({ column: column.name, descending: isBy ? !descending : !!column.isNumber })}>${column.name}${isBy ? html`<span aria-hidden="true">${descending ? '↓' : '↑'}</span>` : nothing}</button>
  </th>`;
}

function sort<T>(columns: Column<T>[], rows: T[], sorting: Sorting | null): T[] {
  const by = columns.find((c) => c.name === sorting?.column)?.sort;
  if (!by) return rows;
  const sign = sorting!.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

function classOf<T>(column: Column<T>): string {
  return `${column.isNumber ? 'number' : ''} ${column.isMinor ? 'minor' : ''}`.trim();
}
