/**
 * Header fields: where each begins and ends, unfolded values.
 *
 * Standards  RFC 5322 2.2
 * Security   fed by strangers: linear, bounded in fields; CR LF and a lone LF both end a line
 */
import { maxField, maxFields } from './limits.ts'

/** Offsets in the text: the field with its line end. */
export interface Field { readonly name: string; readonly from: number; readonly colon: number; readonly to: number }

export interface Fields { readonly fields: readonly Field[]; /** Where the body begins, behind the empty line. */ readonly body: number; /** Where the empty line begins. */ readonly end: number }

/** Reads up to the empty line, to `limit`, or to a line that `isEnd` says is none of the header. */
export function readFields(text: string, from: number, limit: number, isEnd: (at: number) => boolean): Fields {
  const fields: { name: string; from: number; colon: number; to: number }[] = []
  let at = from
  while (at < limit) {
    const c = text.charCodeAt(at)
    if (c === 10 || (c === 13 && text.charCodeAt(at + 1) === 10)) return { fields, end: at, body: at + (c === 10 ? 1 : 2) }
    if (c === 45 && isEnd(at)) break
    const lf = text.indexOf('\n', at), next = lf < 0 || lf >= limit ? limit : lf + 1, last = fields.at(-1)
    if ((c === 32 || c === 9) && last) last.to = next
    else if (fields.length < maxFields) begin(text, at, next, fields)
    at = next
  }
  return { fields, end: at, body: at }
}

function begin(text: string, at: number, next: number, fields: { name: string; from: number; colon: number; to: number }[]): void {
  let colon = at
  while (colon < next && isNameChar(text.charCodeAt(colon))) colon++
  let behind = colon
  while (text.charCodeAt(behind) === 32 || text.charCodeAt(behind) === 9) behind++            // RFC 5322 4.5: blanks before the colon are obsolete, not wrong
  if (colon > at && text.charCodeAt(behind) === 58 && behind < next) fields.push({ name: text.slice(at, colon).toLowerCase(), from: at, colon: behind, to: next })
}

const isNameChar = (c: number): boolean => c > 32 && c < 127 && c !== 58

/** Without folds, and without blanks around it; what is longer than is read is cut. */
export function fieldValue(text: string, { colon, to }: Field): string {
  const raw = text.slice(colon + 1, Math.min(to, colon + 1 + maxField))
  return (raw.includes('\n') ? raw.replaceAll('\r\n', '').replaceAll('\n', '') : raw).trim()
}

/** The first of that name (lower case). */
export function first(text: string, { fields }: Fields, name: string): string | undefined {
  const found = fields.find((f) => f.name === name)
  return found && fieldValue(text, found)
}

export function every(text: string, { fields }: Fields, name: string): string[] { return fields.filter((f) => f.name === name).map((f) => fieldValue(text, f)) }
