/**
 * The plain part of YAML, read in one pass: blocks, flow collections, quoted texts and simple words, as people and programs write site files.
 * Forty times as fast as the whole language, and a third of the memory. Whatever is unusual or wrong is not read here: yaml.ts reads it then, and says what is wrong.
 *
 * Standards  YAML 1.2 core schema, a subset: test/directory/plainYaml.test.ts holds value and place against the library
 * Security   fed by administrators; depth and the length of a text are bounded, every expression is sticky and linear, no name can be a number or of Object's own
 */
import type { Path } from './yaml.ts'

const maxDepth = 16
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

export interface PlainYaml {
  readonly value: unknown
  /** Where a path stands, or the nearest thing around it; `atName`: the field's name. */
  readonly offsetOf: (path: Path, atName?: boolean) => number
}

/** Thrown and caught in this file alone: this text is for the other reader. */
class Unusual extends Error {}

interface Cursor {
  readonly text: string
  at: number
  depth: number
  /** Of each collection: where its entries stand; of a field its name, then its value. */
  readonly places: Map<object, number[]>
}

/** undefined: not plain, or not right. */
export function readPlainYaml(text: string): PlainYaml | undefined {
  const cursor: Cursor = { text, at: 0, depth: 0, places: new Map() }
  try {
    const indent = nextLine(cursor)
    if (indent !== 0) return undefined
    const start = cursor.at, value = isFlow(cursor) ? flowDocument(cursor) : blockMap(cursor, 0)
    return cursor.at === text.length ? { value, offsetOf: (path, atName = false) => offsetOf(cursor.places, value, start, path, atName) } : undefined
  } catch (error) {
    if (error instanceof Unusual) return undefined
    throw error
  }
}

function unusual(): never { throw new Unusual() }

const space = 0x20, newline = 0x0a, hash = 0x23, dash = 0x2d, colon = 0x3a, comma = 0x2c, quote = 0x22, apostrophe = 0x27, openList = 0x5b, closeList = 0x5d, openMap = 0x7b, closeMap = 0x7d

function code({ text, at }: Cursor): number { return text.charCodeAt(at) }

function isFlow(cursor: Cursor): boolean { const c = code(cursor); return c === openMap || c === openList }

function spaces(cursor: Cursor): number {
  const from = cursor.at
  while (code(cursor) === space) cursor.at++
  return cursor.at - from
}

const printable = /[^\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]{0,4000}/y

/** A comment begins behind a space or at the start of a line. */
function comment(cursor: Cursor, behindSpace: boolean): void {
  if (code(cursor) !== hash) return
  if (!behindSpace) unusual()
  take(cursor, printable)
}

/** To the next line with something in it: its indent, or -1 at the end. */
function nextLine(cursor: Cursor): number {
  for (;;) {
    const from = cursor.at
    spaces(cursor)
    comment(cursor, true)
    if (cursor.at === cursor.text.length) return -1
    if (code(cursor) !== newline) return cursor.at - from
    cursor.at++
  }
}

/** What may stand behind a value on its line: nothing but a comment. */
function endOfLine(cursor: Cursor): void {
  comment(cursor, spaces(cursor) > 0)
  if (cursor.at === cursor.text.length) return
  if (code(cursor) !== newline) unusual()
  cursor.at++
}

function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  if (found === undefined) return unusual()
  cursor.at += found.length
  return found
}

/** One level deeper, and back. */
function inside<T>(cursor: Cursor, read: () => T): T {
  if (++cursor.depth > maxDepth - 1) unusual()
  const value = read()
  cursor.depth--
  return value
}

type Fields = Record<string, unknown>

function blockMap(cursor: Cursor, indent: number): Fields {
  return inside(cursor, () => {
    const into: Fields = {}, places: number[] = []
    do {
      const at = cursor.at, name = fieldName(cursor, into), nested = toBlockValue(cursor, indent)
      places.push(at, cursor.at)
      into[name] = nested === undefined ? lineValue(cursor, indent) : block(cursor, nested)
    } while (goesOn(cursor, indent))
    cursor.places.set(into, places)
    return into
  })
}

function blockList(cursor: Cursor, indent: number): unknown[] {
  return inside(cursor, () => {
    const into: unknown[] = [], places: number[] = []
    do {
      cursor.at++
      const column = indent + 1 + spaces(cursor)
      places.push(cursor.at)
      into.push(isField(cursor) ? blockMap(cursor, column) : lineValue(cursor, indent))
    } while (goesOn(cursor, indent, true))
    cursor.places.set(into, places)
    return into
  })
}

function block(cursor: Cursor, indent: number): unknown { return isItem(cursor) ? blockList(cursor, indent) : blockMap(cursor, indent) }

/** Whether another entry of this block follows; a line between two levels, or further in, is not plain. A list may stand as far in as the field that it belongs to. */
function goesOn(cursor: Cursor, indent: number, isList = false): boolean {
  const at = cursor.at, next = nextLine(cursor)
  if (next > indent) unusual()
  if (next === indent && (!isList || isItem(cursor))) return true
  if (next >= 0) cursor.at = at
  return false
}

function isItem({ text, at }: Cursor): boolean { return text.charCodeAt(at) === dash && text.charCodeAt(at + 1) === space }

const fieldStart = /[A-Za-z][A-Za-z0-9_-]{0,63}:[ \n]/y
function isField(cursor: Cursor): boolean {
  fieldStart.lastIndex = cursor.at
  return fieldStart.test(cursor.text)
}

const word = /[A-Za-z][A-Za-z0-9_-]{0,63}/y

/** With its colon. */
function fieldName(cursor: Cursor, into: Fields): string {
  const quoted = code(cursor) === quote
  if (quoted) cursor.at++
  const name = take(cursor, word)
  if (quoted && cursor.text.charCodeAt(cursor.at++) !== quote) unusual()
  const next = cursor.text.charCodeAt(cursor.at + 1)
  if (code(cursor) !== colon || (next !== space && next !== newline && !quoted) || forbidden.has(name) || Object.hasOwn(into, name)) unusual()
  cursor.at++
  return name
}

/** To the value of a field: the indent of a block that begins on a line of its own, undefined where the value stands on this one. */
function toBlockValue(cursor: Cursor, indent: number): number | undefined {
  const gap = spaces(cursor)
  if (code(cursor) !== newline && code(cursor) !== hash) return gap > 0 ? undefined : unusual()
  endOfLine(Object.assign(cursor, { at: cursor.at - gap }))
  const next = nextLine(cursor)
  return next > indent || (next === indent && isItem(cursor)) ? next : unusual()
}

/** A value and the rest of its line. Lines of a flow collection stand further in than the block around it. */
function lineValue(cursor: Cursor, indent: number): unknown {
  const value = isFlow(cursor) ? flow(cursor, indent) : scalar(cursor)
  endOfLine(cursor)
  return value
}

function flowDocument(cursor: Cursor): unknown {
  const value = flow(cursor, -1)
  endOfLine(cursor)
  if (nextLine(cursor) !== -1) unusual()
  return value
}

function flow(cursor: Cursor, indent: number): unknown {
  switch (code(cursor)) {
    case openMap:  return inside(cursor, () => flowMap(cursor, indent))
    case openList: return inside(cursor, () => flowList(cursor, indent))
    default:       return scalar(cursor)
  }
}

function flowMap(cursor: Cursor, indent: number): Fields {
  const into: Fields = {}, places: number[] = []
  entries(cursor, indent, closeMap, () => {
    const at = cursor.at, name = fieldName(cursor, into)
    toFlow(cursor, indent)
    places.push(at, cursor.at)
    into[name] = flow(cursor, indent)
  })
  cursor.places.set(into, places)
  return into
}

function flowList(cursor: Cursor, indent: number): unknown[] {
  const into: unknown[] = [], places: number[] = []
  entries(cursor, indent, closeList, () => {
    places.push(cursor.at)
    into.push(flow(cursor, indent))
  })
  cursor.places.set(into, places)
  return into
}

function entries(cursor: Cursor, indent: number, close: number, read: () => void): void {
  cursor.at++
  toFlow(cursor, indent)
  if (code(cursor) === close) { cursor.at++; return }
  for (;;) {
    read()
    toFlow(cursor, indent)
    const c = cursor.text.charCodeAt(cursor.at++)
    if (c === close) return
    if (c !== comma) unusual()
    toFlow(cursor, indent)
  }
}

/** To the next sign inside a flow collection. */
function toFlow(cursor: Cursor, indent: number): void {
  const gap = spaces(cursor), c = code(cursor)
  if (c === hash) comment(cursor, gap > 0)
  if (code(cursor) === newline && nextLine(cursor) <= indent) unusual()
}

const doubled = /"[^"\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]{0,4000}"/y
const escaped = /"(?:[^"\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\\["\\/nt]){0,4000}"/y
const single = /'(?:[^'\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|''){0,4000}'/y
const plain = /[A-Za-z][A-Za-z0-9_./@+ -]{0,4000}/y
const digits = /[0-9][0-9.]{0,40}/y
const whole = /^(?:0|[1-9][0-9]{0,14})$/, address = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/
/** Words that YAML reads as something else in one of their spellings. */
const special: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null]])

function scalar(cursor: Cursor): unknown {
  const c = code(cursor)
  if (c === quote) {
    const text = tryTake(cursor, doubled)
    return text === undefined ? JSON.parse(take(cursor, escaped)) : text.slice(1, -1)
  }
  if (c === apostrophe) return take(cursor, single).slice(1, -1).replaceAll("''", "'")
  if (c >= 0x30 && c <= 0x39) return number(take(cursor, digits))
  const text = take(cursor, plain), trimmed = text.trimEnd()
  cursor.at -= text.length - trimmed.length
  const value = special.get(trimmed)
  if (value === undefined && special.has(trimmed.toLowerCase())) unusual()
  return value === undefined && trimmed !== 'null' ? trimmed : value
}

function number(text: string): unknown {
  if (whole.test(text)) return Number(text)
  return address.test(text) ? text : unusual()
}

function tryTake(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)?.[0]
  if (found !== undefined) cursor.at += found.length
  return found
}

function offsetOf(places: ReadonlyMap<object, number[]>, root: unknown, start: number, path: Path, atName: boolean): number {
  let node = root, offset = start
  for (const [i, step] of path.entries()) {
    if (typeof node !== 'object' || node === null) return offset
    const at = places.get(node)!, isList = Array.isArray(node)
    const entry = isList ? Number(step) : Object.keys(node).indexOf(String(step))
    const found = isList ? at[entry] : at[2 * entry + (atName && i === path.length - 1 ? 0 : 1)]
    if (found === undefined) return offset
    offset = found
    node = (node as Fields)[step]
  }
  return offset
}
