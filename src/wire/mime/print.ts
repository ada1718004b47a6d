/**
 * Messages written: fields folded, text encoded, parts put together.
 *
 * Standards  RFC 5322 2.1.1, 2.2.3, RFC 2045, RFC 2046 5.1, RFC 2183, RFC 2231
 * Security   A4: no value may hold a line end or another control character; such a draft is a Problem
 */
import type { Problem, Result } from '../../kit/result.ts'
import { fail, ok } from '../../kit/result.ts'
import { encodeBase64, encodeQuotedPrintable } from './decode.ts'
import { maxBoundary } from './limits.ts'
import { problems } from './problems.ts'
import { encodeWords } from './words.ts'

type Values = Readonly<Record<string, string>>

/** A part to be written. Texts are Unicode. */
export interface Draft {
  /** `audio/wav` */
  readonly type: string
  readonly parameters?: Values | undefined
  readonly disposition?: { readonly is: 'inline' | 'attachment'; readonly parameters: Values } | undefined
  /** Further fields of the part, in order. */
  readonly fields?: readonly (readonly [string, string])[] | undefined
  readonly content:
    | { readonly is: 'text'; readonly text: string }
    /** Goes out in base64. */
    | { readonly is: 'octets'; readonly octets: Buffer }
    /** Goes out as it is: a message, fields of a delivery report; lines end in CR LF. */
    | { readonly is: 'lines'; readonly text: string }
    | { readonly is: 'parts'; readonly parts: readonly Draft[] }
}

/** Fields whose values are made of tokens and addresses, or are text that was encoded already. */
export type Head = readonly (readonly [string, string])[]

/** The message: `head`, then the draft's own fields, then its content. `token` (letters and digits) makes boundaries that nobody can guess. */
export function printMessage(head: Head, draft: Draft, token: string): Result<string> {
  const wrongs: Problem[] = [], text = head.map(([name, value]) => line(name, value, wrongs)).join('') + part(draft, `=_${token.slice(0, maxBoundary - 12)}`, wrongs)
  return wrongs[0] ? fail(wrongs[0]) : ok(text)
}

function part(draft: Draft, boundary: string, wrongs: Problem[]): string {
  const { content } = draft, isMultipart = content.is === 'parts'
  if (!/^[a-z]+\/[\w.+-]+$/i.test(draft.type)) wrongs.push(problems.type(draft.type.slice(0, 40)))
  const inside = isMultipart ? content.parts.map((one, i) => part(one, `${boundary}.${i}`, wrongs)) : []
  if (isMultipart && inside.length === 0) wrongs.push(problems.noParts)
  const given = isMultipart ? { ...draft.parameters, boundary } : content.is === 'text' ? { charset: 'utf-8', ...draft.parameters } : draft.parameters ?? {}
  const lines = [line('Content-Type', draft.type + parameters(given, wrongs), wrongs)]
  if (content.is !== 'parts') lines.push(`Content-Transfer-Encoding: ${encodings[content.is]}\r\n`)
  if (draft.disposition) lines.push(line('Content-Disposition', draft.disposition.is + parameters(draft.disposition.parameters, wrongs), wrongs))
  for (const [name, value] of draft.fields ?? []) lines.push(field(name, value, wrongs))
  return `${lines.join('')}\r\n${isMultipart ? `${inside.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n` : body(content)}`
}

const encodings = { text: 'quoted-printable', octets: 'base64', lines: '8bit' } as const

function body(content: Exclude<Draft['content'], { is: 'parts' }>): string {
  if (content.is === 'text') return encodeQuotedPrintable(content.text)
  return content.is === 'octets' ? encodeBase64(content.octets) : content.text
}

/** One field of text. */
function field(name: string, text: string, wrongs: Problem[]): string {
  if (hasControl(text)) wrongs.push(problems.injection(name.slice(0, 40)))
  return line(name, encodeWords(text), wrongs)
}

/** One field, folded at blanks. */
function line(name: string, value: string, wrongs: Problem[]): string {
  if (!/^[!-9;-~]{1,76}$/.test(name)) wrongs.push(problems.fieldName(name.replace(/[^!-~]/g, '?').slice(0, 40)))
  if (/[^\x20-\x7e\t]/.test(value)) wrongs.push(problems.injection(name.slice(0, 40)))
  return `${folded(`${name}: ${value}`)}\r\n`
}

export function hasControl(value: string): boolean { return /[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]/.test(value) }

/** At most 78 octets a line where there is a blank to fold at (2.1.1). */
function folded(line: string): string {
  const words = line.split(' '), lines: string[] = []
  let held = words[0]!
  for (const word of words.slice(1)) {
    if (held.length + 1 + word.length > 78 && word !== '') {
      lines.push(held)
      held = ` ${word}`
      continue
    }
    held += ` ${word}`
  }
  return [...lines, held].join('\r\n')
}

function parameters(values: Values, wrongs: Problem[]): string {
  return Object.entries(values).map(([name, value]) => {
    if (hasControl(value) || !/^[\w.-]{1,40}$/.test(name)) wrongs.push(problems.injection(name.replace(/[^!-~]/g, '?').slice(0, 40)))
    return `; ${printParameter(name, value)}`
  }).join('')
}

/** A token, a quoted string, or RFC 2231 4. */
function printParameter(name: string, value: string): string {
  if (/^[!#$&+\-.0-9A-Z^_`a-z{|}~]{1,70}$/.test(value)) return `${name}=${value}`
  if (/^[\x20-\x7e]*$/.test(value)) return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
  return `${name}*=utf-8''${encodeURIComponent(value.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`
}
