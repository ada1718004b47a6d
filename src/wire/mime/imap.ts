/**
 * What IMAP says of a message: ENVELOPE, BODY, BODYSTRUCTURE, and where a section lies.
 *
 * Standards  RFC 3501 6.4.5, 7.4.2, RFC 9051 7.5.2
 * Security   the text of strangers goes out in quotes or as literals: no line end of theirs can end our line
 */
import { type Address, parseAddresses } from './addresses.ts'
import { fieldValue } from './fields.ts'
import { joinedParameters, type Parameterised, parseParameters } from './parameters.ts'
import { type Entity, headerOf } from './parse.ts'
import { decodeWords } from './words.ts'

const bad = /[^\x20-\x7e\t]/

function printString(octets: string): string {
  return octets.length > 1_024 || bad.test(octets) ? `{${octets.length}}\r\n${octets.replace(/[\0\r\n]/g, ' ')}` : `"${octets.replace(/["\\]/g, '\\$&')}"`
}
function nstring(octets: string | undefined): string { return octets === undefined ? 'NIL' : printString(octets) }

/** Header values of several lines are told as one. */
export function envelope(text: string, entity: Entity): string {
  const value = (name: string): string => nstring(headerOf(text, entity, name)), from = addressList(text, entity, 'from')
  const or = (list: string): string => list === 'NIL' ? from : list                            // RFC 3501 7.4.2: Sender and Reply-To default to From
  const lists = [from, or(addressList(text, entity, 'sender')), or(addressList(text, entity, 'reply-to')), ...['to', 'cc', 'bcc'].map((name) => addressList(text, entity, name))]
  return `(${[value('date'), value('subject'), ...lists, value('in-reply-to'), value('message-id')].join(' ')})`
}

function addressList(text: string, entity: Entity, name: string): string {
  const value = headerOf(text, entity, name), found = value === undefined ? [] : parseAddresses(value)
  return found.length === 0 ? 'NIL' : `(${found.map(printAddress).join('')})`
}

function printAddress(address: Address): string {
  if (address.is === 'group') return `(NIL NIL ${printString(address.name)} NIL)`
  return address.is === 'groupEnd' ? '(NIL NIL NIL NIL)' : `(${nstring(address.name)} ${nstring(address.route)} ${printString(address.local)} ${printString(address.domain)})`
}

/** `extended`: BODYSTRUCTURE; without: BODY. */
export function bodyStructure(text: string, entity: Entity, extended: boolean): string {
  if (!entity.type.value.startsWith('multipart/')) return leaf(text, entity, extended)
  const parts = entity.parts.length > 0 ? entity.parts.map((part) => bodyStructure(text, part, extended)).join('') : empty, subtype = entity.type.value.slice(10)
  return `(${parts} ${printString(subtype)}${extended ? ` ${parameters(entity.type)} ${tail(text, entity)}` : ''})`
}

const empty = '("text" "plain" NIL NIL NIL "7bit" 0 0)'   // 7.4.2 knows no multipart without parts

function leaf(text: string, entity: Entity, extended: boolean): string {
  const [type, subtype] = entity.type.value.split('/') as [string, string], size = entity.to - entity.body
  const given = (name: string): string => nstring(headerOf(text, entity, name)), encoding = headerOf(text, entity, 'content-transfer-encoding') ?? '7bit'
  const said = [printString(type), printString(subtype), parameters(entity.type), given('content-id'), given('content-description'), printString(encoding), size]
  if (entity.message) said.push(envelope(text, entity.message), bodyStructure(text, entity.message, extended), lines(text, entity))
  else if (type === 'text') said.push(lines(text, entity))
  else if (type === 'message' && (subtype === 'rfc822' || subtype === 'global')) said.push(noEnvelope, empty, lines(text, entity))
  return `(${said.join(' ')}${extended ? ` ${given('content-md5')} ${tail(text, entity)}` : ''})`
}

const noEnvelope = `(${Array(10).fill('NIL').join(' ')})`

function lines(text: string, { body, to }: Entity): number {
  let found = 0
  for (let lf = text.indexOf('\n', body); lf >= 0 && lf < to; lf = text.indexOf('\n', lf + 1)) found++
  return found
}

function parameters(type: Parameterised): string {
  const found = joinedParameters(type)
  return found.length === 0 ? 'NIL' : `(${found.map(([name, value]) => `${printString(name)} ${printString(value)}`).join(' ')})`
}

/** Disposition, language, location. */
function tail(text: string, entity: Entity): string {
  const value = headerOf(text, entity, 'content-disposition'), disposition = value === undefined ? undefined : parseParameters(value)
  const languages = (headerOf(text, entity, 'content-language') ?? '').split(',').map((l) => l.trim()).filter((l) => l !== '').slice(0, 16)
  const language = languages.length === 0 ? 'NIL' : languages.length === 1 ? printString(languages[0]!) : `(${languages.map(printString).join(' ')})`
  return `${disposition ? `(${printString(disposition.value)} ${parameters(disposition)})` : 'NIL'} ${language} ${nstring(headerOf(text, entity, 'content-location'))}`
}

/** What a section is: a stretch of the message, or chosen header lines. */
export type Stretch = { readonly is: 'octets'; readonly from: number; readonly to: number } | { readonly is: 'text'; readonly text: string }

export interface SectionAsked { readonly path: readonly number[]; readonly text: '' | 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME'; readonly fields: readonly string[] }

/** Where a section lies; undefined if there is none such. */
export function section(text: string, message: Entity, asked: SectionAsked): Stretch | undefined {
  const part = partAt(message, asked.path), isPart = asked.path.length > 0
  if (!part) return undefined
  if (asked.text === '') return { is: 'octets', from: isPart ? part.body : part.from, to: part.to }
  if (asked.text === 'MIME') return { is: 'octets', from: part.from, to: part.body }
  const of = isPart ? part.message : part                                                     // HEADER and TEXT of a part are those of the message it holds
  if (!of) return undefined
  if (asked.text === 'TEXT') return { is: 'octets', from: of.body, to: of.to }
  return asked.text === 'HEADER' ? { is: 'octets', from: of.from, to: of.body } : { is: 'text', text: chosen(text, of, asked) }
}

/** The entity with those part numbers. */
export function partAt(message: Entity, path: readonly number[]): Entity | undefined {
  let at: Entity | undefined = message, isWhole = true
  for (const number of path) {
    const inside: Entity = isWhole ? at : at.message ?? at
    if (inside.parts.length > 0) at = inside.parts[number - 1]
    else at = (isWhole || inside !== at) && number === 1 && !inside.type.value.startsWith('multipart/') ? inside : undefined
    if (!at) return undefined
    isWhole = false
  }
  return at
}

/** Header lines by name, as they stand, and the empty line. */
function chosen(text: string, entity: Entity, { fields, text: kind }: SectionAsked): string {
  const names = new Set(fields.map((f) => f.toLowerCase())), wanted = kind === 'HEADER.FIELDS'
  return `${entity.fields.fields.filter((f) => names.has(f.name) === wanted).map((f) => ended(text.slice(f.from, f.to))).join('')}\r\n`
}

const ended = (line: string): string => line.endsWith('\n') ? line : `${line}\r\n`

const addressFields = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'])

/** What SEARCH looks through, in Unicode: every value of that name (lower case); of addresses also as they are without comments and folds. */
export function fieldTexts(text: string, entity: Entity, name: string): string[] {
  const values = entity.fields.fields.filter((f) => f.name === name).map((f) => fieldValue(text, f))
  const plain = addressFields.has(name) ? values.map((value) => parseAddresses(value).map(plainAddress).join(', ')) : []
  return [...values, ...plain].map(decodeWords)
}

function plainAddress(address: Address): string { return address.is === 'address' ? `${address.name ?? ''} <${address.local}@${address.domain}>` : '' }
