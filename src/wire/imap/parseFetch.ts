/**
 * The items of FETCH, STORE's flags.
 *
 * Standards  RFC 3501 6.4.5, 6.4.6, RFC 9051 6.4.5, RFC 3516, RFC 7162 3.1.3, 3.1.4
 * Security   fed by strangers: items, header fields and part numbers are bounded
 */
import type { Command, FetchItem, Partial, Section } from './command.ts'
import { maxFetchItems, maxFields, maxFlag, maxFlags, maxSectionDepth } from './limits.ts'
import { isAtom, printQuoted } from './print.ts'
import { problems } from './problems.ts'
import { sequenceSet } from './ranges.ts'
import { astring, atom, list, modSequence, name, needs, next, number, type Reader, skips, space, wrong } from './scan.ts'

const whole: Section = { path: [], text: '', fields: [] }
const plain = {
  FLAGS: 'flags', UID: 'uid', MODSEQ: 'modseq', INTERNALDATE: 'internalDate', 'RFC822.SIZE': 'size', ENVELOPE: 'envelope', BODYSTRUCTURE: 'bodyStructure', BODY: 'body',
} as const
const old: Readonly<Record<string, FetchItem>> = {
  RFC822: { is: 'section', name: 'RFC822', section: whole, peek: false, decoded: false },
  'RFC822.HEADER': { is: 'section', name: 'RFC822.HEADER', section: { ...whole, text: 'HEADER' }, peek: true, decoded: false },
  'RFC822.TEXT': { is: 'section', name: 'RFC822.TEXT', section: { ...whole, text: 'TEXT' }, peek: false, decoded: false },
}
const fast: readonly FetchItem[] = [{ is: 'flags' }, { is: 'internalDate' }, { is: 'size' }]
const all: readonly FetchItem[] = [...fast, { is: 'envelope' }]
const macros: Readonly<Record<string, readonly FetchItem[]>> = { FAST: fast, ALL: all, FULL: [...all, { is: 'body' }] }

export function fetchCommand(reader: Reader, uid: boolean): Command {
  const set = sequenceSet(reader)
  space(reader)
  const items = next(reader) === 40 ? list(reader, (r) => item(r, itemName(r)), maxFetchItems) : single(reader)
  let changedSince: number | undefined, vanished = false
  const modifier = (r: Reader): void => {
    const word = name(r)
    if (word === 'CHANGEDSINCE') { space(r); changedSince = modSequence(r) }
    else if (word === 'VANISHED') vanished = true
    else wrong(r, problems.item)
  }
  if (skips(reader, ' ')) list(reader, modifier, 4)
  if (vanished && (!uid || changedSince === undefined)) wrong(reader, problems.item)          // RFC 7162 3.2.6
  return { is: 'fetch', uid, set, items, changedSince, vanished }
}

function single(reader: Reader): readonly FetchItem[] {
  const word = itemName(reader)
  return Object.hasOwn(macros, word) ? macros[word]! : [item(reader, word)]
}

/** Letters, digits and dots: `[` begins a section. */
function itemName(reader: Reader): string {
  const { text } = reader, start = reader.at
  for (let c = next(reader); (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 46; c = next(reader)) reader.at++
  return text.slice(start, reader.at).toUpperCase()
}

function item(reader: Reader, word: string): FetchItem {
  const isSection = next(reader) === 91
  if (isSection && (word === 'BODY' || word === 'BODY.PEEK')) return sectionItem(reader, 'BODY', word === 'BODY.PEEK')
  if (isSection && (word === 'BINARY' || word === 'BINARY.PEEK')) return sectionItem(reader, 'BINARY', word === 'BINARY.PEEK')
  if (isSection && word === 'BINARY.SIZE') {
    const section = binarySection(reader)
    return { is: 'decodedSize', name: `BINARY.SIZE[${section.path.join('.')}]`, section }
  }
  if (Object.hasOwn(plain, word)) return { is: plain[word as keyof typeof plain] }
  if (Object.hasOwn(old, word)) return old[word]!
  wrong(reader, problems.item)
  return fast[0]!
}

function sectionItem(reader: Reader, kind: 'BODY' | 'BINARY', peek: boolean): FetchItem {
  const section = kind === 'BINARY' ? binarySection(reader) : bodySection(reader), partial = next(reader) === 60 ? partialOf(reader) : undefined
  return { is: 'section', name: `${kind}[${printSection(section)}]${partial ? `<${partial.offset}>` : ''}`, section, partial, peek, decoded: kind === 'BINARY' }
}

function partialOf(reader: Reader): Partial {
  needs(reader, '<', problems.section)
  const offset = number(reader)
  needs(reader, '.', problems.section)
  const length = number(reader)
  needs(reader, '>', problems.section)
  if (length === 0) wrong(reader, problems.number)                                            // nz-number
  return { offset, length }
}

function binarySection(reader: Reader): Section {
  needs(reader, '[', problems.section)
  const path = next(reader) === 93 ? [] : pathOf(reader)
  needs(reader, ']', problems.section)
  return { path, text: '', fields: [] }
}

const texts = ['HEADER', 'HEADER.FIELDS', 'HEADER.FIELDS.NOT', 'TEXT', 'MIME'] as const

function bodySection(reader: Reader): Section {
  needs(reader, '[', problems.section)
  const path = isDigit(next(reader)) ? pathOf(reader) : []
  const isText = next(reader) !== 93 && (path.length === 0 || skips(reader, '.')), word = isText ? itemName(reader) : ''
  const text = isText ? texts.find((t) => t === word) : ''
  if (text === undefined || (text === 'MIME' && path.length === 0)) wrong(reader, problems.section)
  let fields: string[] = []
  if (text?.startsWith('HEADER.FIELDS')) {
    space(reader)
    fields = list(reader, field, maxFields)
  }
  needs(reader, ']', problems.section)
  return { path, text: text ?? '', fields }
}

/** The name of a header; it is said again in the answer, so nothing may stand in it that ends a line. */
function field(reader: Reader): string {
  const found = astring(reader)
  if (!/^[!-9;-~]{1,128}$/.test(found)) wrong(reader, problems.section)
  return found
}

/** Part numbers; a dot before a word stays where it is. */
function pathOf(reader: Reader): number[] {
  const path: number[] = []
  while (isDigit(next(reader)) && path.length < maxSectionDepth) {
    path.push(number(reader))
    if (next(reader) !== 46 || !isDigit(reader.text.charCodeAt(reader.at + 1))) break
    reader.at++
  }
  if (path.length === 0 || path.includes(0)) wrong(reader, problems.section)
  return path
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57

function printSection({ path, text, fields }: Section): string {
  const words = text === '' ? [] : [text]
  const list = fields.length > 0 ? ` (${fields.map((f) => isAtom(f) ? f : printQuoted(f)).join(' ')})` : ''
  return [...path, ...words].join('.') + list
}

const flagsItem = /^([+-]?)FLAGS(\.SILENT)?$/
const hows = { '': 'set', '+': 'add', '-': 'remove' } as const

export function storeCommand(reader: Reader, uid: boolean): Command {
  const set = sequenceSet(reader)
  space(reader)
  let unchangedSince: number | undefined
  if (skips(reader, '(')) {
    if (name(reader) !== 'UNCHANGEDSINCE') wrong(reader, problems.item)
    space(reader)
    unchangedSince = modSequence(reader)
    needs(reader, ') ', problems.list)
  }
  const found = flagsItem.exec(name(reader))
  if (!found) wrong(reader, problems.item)
  space(reader)
  return { is: 'store', uid, set, how: hows[(found?.[1] ?? '') as keyof typeof hows], silent: found?.[2] !== undefined, flags: flags(reader), unchangedSince }
}

/** In brackets, or (STORE alone) without. */
function flags(reader: Reader): string[] {
  if (next(reader) === 40) return flagList(reader)
  const found = [flag(reader)]
  while (skips(reader, ' ') && found.length < maxFlags) found.push(flag(reader))
  return found
}

export function flagList(reader: Reader): string[] { return list(reader, flag, maxFlags, true) }

const system = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']

/** A system flag in its one spelling, or a keyword. RFC 3501 2.3.2: no client sets \Recent, nor a flag of the system that is not known. */
function flag(reader: Reader): string {
  const isSystem = skips(reader, '\\'), word = atom(reader)
  const found = isSystem ? system.find((f) => f.slice(1).toLowerCase() === word.toLowerCase()) : word
  if (found === undefined || found.length > maxFlag) wrong(reader, problems.flag)
  return found ?? ''
}
