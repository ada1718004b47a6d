/** Answers for people: columns under headings, as wide as what stands in them; and times as people read them. */

export interface Table { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[]; readonly none?: string | undefined }

/** The last column is not filled up; a cell never breaks a line. */
export function printTable({ columns, rows, none = 'none' }: Table): string {
  if (rows.length === 0) return `${none}\n`
  const clean = rows.map((row) => row.map(oneLine))
  const widths = columns.map((name, i) => clean.reduce((width, row) => Math.max(width, widthOf(row[i] ?? '')), name.length))
  const line = (cells: readonly string[]) => cells.map((cell, i) => i === cells.length - 1 ? cell : cell + ' '.repeat(widths[i]! - widthOf(cell))).join('  ').trimEnd()
  return [columns.map((name) => name.toUpperCase()), ...clean].map((cells) => `${line(cells)}\n`).join('')
}

/** Characters, not halves of them. */
function widthOf(text: string): number { return Array.from(text).length }

/** What moves a terminal's cursor, ends a line or turns it round: C0, C1, separators, directions (A30, A32). */
const moving = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** Shown as a mark. */
export function oneLine(text: string): string { return text.replace(moving, '·') }

/** The same for a text of several lines. */
export function plainLines(text: string): string { return text.split('\n').map(oneLine).join('\n') }

/** One document in one line, whose strings may have come from a stranger: the same characters as escapes. */
export function jsonLine(document: unknown): string { return `${JSON.stringify(document).replace(moving, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n` }

/** Fields of a change in words: `port: 5060 → 5070 (the default)`. */
export function fieldsText(what: string, fields: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown; readonly isDefault?: true | undefined }[]): string {
  const text = (value: unknown) => value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value)
  const words = fields.map(({ field, before, after, isDefault }) => what === 'create' ? `${field}: ${text(after)}` : `${field}: ${text(before)} → ${text(after)}${isDefault ? ' (the default)' : ''}`)
  return what === 'delete' ? '' : words.join(', ')
}

export function moment(at: number): string { return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z` }

export function clock(at: number): string { return new Date(at).toISOString().slice(11, 23) }

export function lasting(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1_000)), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
