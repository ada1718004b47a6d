/**
 * Parameters `;name=value;flag` kept as written and looked up when asked for. Names compare without case (RFC 3261 7.3.1).
 */
import { blanks, host, quoted, token, unquote } from './scan.ts'

/** Walks parameters from `i`; `see` gets name and value (undefined for a flag). Gives the end, or -1 where the grammar is broken. */
export function walk(s: string, i: number, see: ((name: string, value: string | undefined) => void) | undefined): number {
  i = blanks(s, i)
  while (i < s.length) {
    if (s.charCodeAt(i) !== 59) return -1
    const nameStart = blanks(s, i + 1), nameEnd = token(s, nameStart)
    if (nameEnd < 0) return -1
    i = blanks(s, nameEnd)
    if (s.charCodeAt(i) !== 61) { see?.(s.slice(nameStart, nameEnd), undefined); continue }
    const valueStart = blanks(s, i + 1), valueEnd = value(s, valueStart)
    if (valueEnd < 0) return -1
    see?.(s.slice(nameStart, nameEnd), s.slice(valueStart, valueEnd))
    i = blanks(s, valueEnd)
  }
  return i
}

function value(s: string, i: number): number {
  const c = s.charCodeAt(i)
  if (c === 34) return quoted(s, i)
  return c === 91 ? host(s, i) : token(s, i)
}

/** The value of a parameter, unquoted; '' for a flag; undefined if absent or if the parameters are broken before it. */
export function param(params: string, name: string): string | undefined {
  if (params === '') return undefined
  let found: string | undefined
  walk(params, 0, (n, v) => {
    if (found === undefined && n.length === name.length && n.toLowerCase() === name) found = v === undefined ? '' : unquote(v)
  })
  return found
}
