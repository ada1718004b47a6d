/**
 * Parameters `;name=value;flag` kept as written and looked up when asked for. Names compare without case (RFC 3261 7.3.1).
 *
 * Standards  RFC 3261 25.1 (generic-param)
 */
import { blanks, host, quoted, token, unquote } from './scan.ts'

/** Where a parameter stands in its text; without a value both value positions are -1. One is made a walk, or one a caller. */
export interface ParamAt { nameStart: number; nameEnd: number; valueStart: number; valueEnd: number }

export function newParamAt(): ParamAt { return { nameStart: 0, nameEnd: 0, valueStart: -1, valueEnd: -1 } }

/** Reads the parameter whose semicolon stands at `i`: behind it and its blanks, or -1 where the grammar is broken. */
export function paramAt(s: string, i: number, end: number, at: ParamAt): number {
  at.nameEnd = at.valueStart = at.valueEnd = -1
  if (i >= end || s.charCodeAt(i) !== 59) return -1
  at.nameStart = blanks(s, i + 1, end)
  at.nameEnd = token(s, at.nameStart, end)
  if (at.nameEnd < 0) return -1
  i = blanks(s, at.nameEnd, end)
  if (i >= end || s.charCodeAt(i) !== 61) return i
  at.valueStart = blanks(s, i + 1, end)
  at.valueEnd = value(s, at.valueStart, end)
  return at.valueEnd < 0 ? -1 : blanks(s, at.valueEnd, end)
}

function value(s: string, i: number, end: number): number {
  if (i >= end) return -1
  const c = s.charCodeAt(i)
  if (c === 34) return quoted(s, i, end)
  return c === 91 ? host(s, i, end) : token(s, i, end)
}

/** Is the text from `start` to `end` this name (lower case), in any case? */
export function named(s: string, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false
  for (let k = 0; k < name.length; k++) {
    const c = s.charCodeAt(start + k)
    if ((c >= 65 && c <= 90 ? c | 32 : c) !== name.charCodeAt(k)) return false
  }
  return true
}

/** Walks parameters from `i`; `see` gets name and value (undefined for a flag). Gives the end, or -1 where the grammar is broken. */
export function walk(s: string, i: number, see: ((name: string, value: string | undefined) => void) | undefined): number {
  const at = newParamAt()
  i = blanks(s, i)
  while (i < s.length) {
    i = paramAt(s, i, s.length, at)
    if (i < 0) return -1
    see?.(s.slice(at.nameStart, at.nameEnd), at.valueStart < 0 ? undefined : s.slice(at.valueStart, at.valueEnd))
  }
  return i
}

/** The value of a parameter, unquoted; '' for a flag; undefined if absent or if the parameters are broken before it. */
export function param(params: string, name: string): string | undefined {
  const at = newParamAt(), end = params.length
  let i = blanks(params, 0)
  while (i >= 0 && i < end) {
    i = paramAt(params, i, end, at)
    if (i >= 0 && named(params, at.nameStart, at.nameEnd, name)) return at.valueStart < 0 ? '' : unquote(params.slice(at.valueStart, at.valueEnd))
  }
  return undefined
}
