/**
 * A site file's text as plain values, and where each of them stands.
 *
 * Standards  YAML 1.2 core schema without anchors, aliases, tags, directives, explicit keys and merges: every value is spelled where it stands
 * Security   fed by administrators; size, tokens, flow depth and nesting are bounded before a tree is built (no alias bombs, no deep recursion);
 *            maps become objects without a prototype; errors never quote the text, it may be a password
 */
import { Composer, CST, type Document, isMap, isScalar, isSeq, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml'
import { readPlainYaml } from './plainYaml.ts'
import type { DirectoryCode } from './problems.ts'

export const maxSiteBytes = 16 * 1024 * 1024
const maxDepth = 16
const maxTokens = 12_000_000
const maxYamlErrors = 50

export type Path = readonly (string | number)[]

/** What was wrong at a path; `atName` when it is the name of the field, not its value, that is meant. */
export interface Fault { readonly path: Path; readonly code: DirectoryCode; readonly text: string; readonly remedy?: string | undefined; readonly atName?: boolean | undefined }

export interface YamlText {
  readonly value: unknown
  readonly faults: readonly Fault[]
  /** `file:line:column` of a path, or of the nearest thing around it. */
  readonly locate: (path: Path, atName?: boolean) => string
}

export function readYaml(text: string, fileName: string): YamlText {
  const simple = Buffer.byteLength(text) > maxSiteBytes ? undefined : readPlainYaml(text)
  if (!simple) return readWholeYaml(text, fileName)
  let ends: readonly number[] | undefined
  return { value: simple.value, faults: [], locate: (path, atName) => {
    const offset = simple.offsetOf(path, atName), line = linesBefore(ends ??= lineEnds(text), offset)
    return `${fileName}:${line + 1}:${offset - (line === 0 ? -1 : ends[line - 1]!)}`
  } }
}

function lineEnds(text: string): number[] {
  const ends: number[] = []
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) ends.push(end)
  return ends
}

/** Line ends before the offset: halved until found. */
function linesBefore(ends: readonly number[], offset: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ends[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The whole language, by the library: for what plainYaml.ts does not take, and for every fault. */
export function readWholeYaml(text: string, fileName: string): YamlText {
  const early = screen(text)
  const lines = new LineCounter()
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${fileName}:${Math.max(line, 1)}:${Math.max(col, 1)}`
  }
  if (early) return refused(text, early, fileName)
  const { document, errors } = compose(text, lines)
  if (!document || errors.length > 0) {
    const faults = errors.map(({ offset, code }) => ({ path: [offset], code: 'site.unreadable' as const, text: yamlError(code) }))
    return { value: undefined, faults, locate: (path) => place(Number(path[0])) }
  }
  const faults: Fault[] = []
  const value = document.contents === null ? Object.create(null) : plain(document.contents, [], faults)
  return { value, faults, locate: (path, atName) => place(offsetOf(document.contents, path, atName)) }
}

interface Wrong { readonly code: string; readonly offset: number }
class Enough extends Error {}
type Place = number | readonly [number, ...unknown[]] | { readonly offset: number }

/** The library gathers every error, each with a stack: those of a file that is nothing else would fill the memory. Composing ends with the last one that is told. */
function compose(text: string, lines: LineCounter): { readonly document: Document.Parsed | undefined; readonly errors: readonly Wrong[] } {
  const errors: Wrong[] = [], composer = new Composer({ uniqueKeys: false, stringKeys: true, merge: false, resolveKnownTags: false, logLevel: 'error' })
  let document: Document.Parsed | undefined
  const wrong = (place: Place, code: string, _message: string, isWarning = false): void => {
    if (isWarning) return
    if (errors.length >= maxYamlErrors) throw new Enough()
    errors.push({ code, offset: typeof place === 'number' ? place : 'offset' in place ? place.offset : place[0] })
  }
  Object.assign(composer, { onError: wrong })
  try {
    for (const one of composer.compose(new Parser(lines.addNewLine).parse(text), true, text.length)) {
      for (const { pos, code } of one.errors) wrong(pos, code, '')
      if (document) wrong(one.range, 'MULTIPLE_DOCS', '')
      document ??= one
    }
  } catch (error) { if (!(error instanceof Enough)) throw error }
  return { document, errors }
}

interface Early { readonly offset: number; readonly code: DirectoryCode; readonly text: string }

function refused(text: string, early: Early, fileName: string): YamlText {
  const before = text.slice(0, early.offset)
  const line = before.split('\n').length
  const at = `${fileName}:${line}:${early.offset - before.lastIndexOf('\n')}`
  return { value: undefined, faults: [{ path: [], code: early.code, text: early.text }], locate: () => at }
}

const banned: { readonly [type: string]: string } = {
  anchor: 'Anchors (&name) are not used here.', alias: 'Aliases (*name) are not used here; text that begins with * is put in quotes.',
  tag: 'Tags (!name) are not used here.', 'directive-line': 'Directives (%) are not used here.', 'explicit-key-ind': 'Explicit keys (?) are not used here.',
}

/** Looks at tokens alone, so that no tree is built from what could grow. */
function screen(text: string): Early | undefined {
  if (Buffer.byteLength(text) > maxSiteBytes) return { offset: 0, code: 'site.tooLarge', text: `The file has more than ${maxSiteBytes / 1024 / 1024} MiB.` }
  const tooDeep = `More than ${maxDepth} levels inside one another.`
  let [offset, tokens, flow, dashes, documents, scalar] = [0, 0, 0, 0, 0, false]
  const opened: number[] = []
  for (const token of new Lexer().lex(text)) {
    if (++tokens > maxTokens) return { offset, code: 'site.tooLarge', text: `More than ${maxTokens} parts.` }
    const type = scalar ? 'scalar' : CST.tokenType(token)
    scalar = type === 'scalar' && !scalar
    if (type === 'flow-map-start' || type === 'flow-seq-start') opened[flow++] = offset
    else if (type === 'flow-map-end' || type === 'flow-seq-end') flow--
    else if (type === 'flow-error-end' && flow > 0) return { offset: opened[flow - 1]!, code: 'site.unreadable', text: 'This bracket is still open where a line begins that stands too far left to be inside it.' }
    else if (type === 'seq-item-ind') dashes++
    else if (type === 'newline') dashes = 0
    else if (type === 'doc-start') documents++
    const why = banned[type ?? '']
    if (why) return { offset, code: 'site.alias', text: why }
    if (flow > maxDepth || dashes > maxDepth) return { offset, code: 'site.tooLarge', text: tooDeep }
    if (flow < 0) return { offset, code: 'site.unreadable', text: 'A bracket closes that was never opened.' }
    if (documents > 1) return { offset, code: 'site.unreadable', text: 'A second document begins; a site file is one document.' }
    if (type !== 'doc-mode' && type !== 'flow-error-end' && token !== CST.SCALAR) offset += token.length
  }
  return flow > 0 ? { offset: opened[flow - 1]!, code: 'site.unreadable', text: 'This bracket is never closed.' } : undefined
}

const yamlErrors: { readonly [code: string]: string } = {
  BAD_INDENT: 'The indentation does not fit what stands above.', MISSING_CHAR: 'Something is missing here: a comma, a colon, a closing quote or bracket.',
  TAB_AS_INDENT: 'A tab stands where only spaces may indent.', BLOCK_AS_IMPLICIT_KEY: 'A nested field may not begin on this line.',
  MULTILINE_IMPLICIT_KEY: 'A field name goes over more than one line; a quote or a colon is missing.', KEY_OVER_1024_CHARS: 'A field name is too long.',
  NON_STRING_KEY: 'A field name must be text.', BAD_SCALAR_START: 'Text that begins with this sign is put in quotes.', BAD_DQ_ESCAPE: 'This escape is not known in double quotes.',
  UNEXPECTED_TOKEN: 'This was not expected here.', RESOURCE_EXHAUSTION: 'Too many levels inside one another.',
}
function yamlError(code: string): string { return yamlErrors[code] ?? 'This cannot be read as YAML.' }

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

function plain(node: ParsedNode | null, path: (string | number)[], faults: Fault[]): unknown {
  if (node === null || isScalar(node)) return node?.value ?? null
  if (path.length >= maxDepth) { faults.push({ path: [...path], code: 'site.tooLarge', text: `More than ${maxDepth} levels inside one another.` }); return null }
  if (isSeq(node)) return node.items.map((item, i) => within(item as ParsedNode, path, i, faults))
  if (!isMap(node)) { faults.push({ path: [...path], code: 'site.alias', text: banned.alias! }); return null }
  const into: Record<string, unknown> = Object.create(null)
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const wrong = forbidden.has(name) ? 'site.forbiddenName' : name in into ? 'site.duplicateField' : undefined
    if (wrong) faults.push({ path: [...path, name], code: wrong, text: wrong === 'site.forbiddenName' ? 'No field may have this name.' : 'This field is given twice.', atName: true })
    else into[name] = within(value as ParsedNode | null, path, name, faults)
  }
  return into
}

function within(node: ParsedNode | null, path: (string | number)[], step: string | number, faults: Fault[]): unknown {
  path.push(step)
  const value = plain(node, path, faults)
  path.pop()
  return value
}

/** Of fields given twice the last is found: that one is wrong. */
function offsetOf(root: ParsedNode | null, path: Path, atName = false): number {
  let node: unknown = root
  let offset = root?.range[0] ?? 0
  for (const [i, step] of path.entries()) {
    const pair = isMap(node) ? node.items.findLast((p) => isScalar(p.key) && String(p.key.value) === String(step)) : undefined
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
    const found = pair && (next === null || (atName && i === path.length - 1)) ? pair.key : next
    const range = (found as ParsedNode | undefined)?.range
    if (!range) return offset
    offset = range[0]
    node = next
  }
  return offset
}
