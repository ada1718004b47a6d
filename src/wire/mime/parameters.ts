/**
 * `value; name=value; name*0*=…`: Content-Type, Content-Disposition.
 *
 * Standards  RFC 2045 5.1, RFC 2183, RFC 2231
 * Security   fed by strangers: linear, bounded in parameters
 */
import { charsetText } from './charset.ts'
import { maxParameters } from './limits.ts'

export interface Parameterised {
  /** Lower case, without comments. */
  readonly value: string
  /** As written, names in lower case; continuations and extended values are put together by `parameter`. */
  readonly parameters: readonly (readonly [string, string])[]
}

export function parseParameters(text: string): Parameterised {
  const { length } = text, parameters: [string, string][] = []
  const value = text.slice(0, until(text, 0, ';')).trim()
  let at = until(text, 0, ';')
  while (at < length && parameters.length < maxParameters) {
    const start = blanks(text, at + 1), equals = until(text, start, '=;')
    at = equals
    if (text[equals] !== '=') continue
    const [found, end] = parameterValue(text, blanks(text, equals + 1)), name = text.slice(start, equals).trim().toLowerCase()
    if (name !== '' && !parameters.some(([n]) => n === name)) parameters.push([name, found])
    at = until(text, end, ';')
  }
  return { value: withoutComment(value).toLowerCase(), parameters }
}

function withoutComment(value: string): string { const open = value.indexOf('('); return (open < 0 ? value : value.slice(0, open)).trim() }

function blanks(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

/** The next of `stops` outside quotes. */
function until(text: string, at: number, stops: string): number {
  for (let quoted = false; at < text.length; at++) {
    const c = text[at]!
    if (c === '\\' && quoted) at++
    else if (c === '"') quoted = !quoted
    else if (!quoted && stops.includes(c)) return at
  }
  return text.length
}

function parameterValue(text: string, at: number): [string, number] {
  if (text[at] !== '"') {
    let end = at
    while (end < text.length && !'; \t('.includes(text[end]!)) end++
    return [text.slice(at, end), end]
  }
  let out = '', from = at + 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '"') return [out + text.slice(from, i), i + 1]
    if (text[i] !== '\\') continue
    out += text.slice(from, i)
    from = ++i
  }
  return [out + text.slice(from), text.length]
}

/** A parameter in Unicode: plain, extended (`name*=utf-8''…`) or in pieces (`name*0=`, `name*1*=`). */
export function parameter({ parameters }: Parameterised, name: string): string | undefined {
  const given = new Map(parameters), plain = given.get(name), whole = given.get(`${name}*`)
  if (whole !== undefined) return extended(whole) ?? plain
  if (given.has(`${name}*0`) || given.has(`${name}*0*`)) return pieces(given, name)
  return plain
}

function pieces(given: ReadonlyMap<string, string>, name: string): string | undefined {
  const isExtended = given.has(`${name}*0*`), found: string[] = []
  for (let n = 0; n < maxParameters; n++) {
    const coded = given.get(`${name}*${n}*`), plain = given.get(`${name}*${n}`)
    if (coded === undefined && plain === undefined) break
    found.push(coded ?? (isExtended ? plain!.replaceAll('%', '%25') : plain!))
  }
  return isExtended ? extended(found.join('')) : found.join('')
}

/** charset'language'percent-coded */
function extended(coded: string): string | undefined {
  const charsetEnd = coded.indexOf("'"), languageEnd = coded.indexOf("'", charsetEnd + 1)
  if (charsetEnd < 0 || languageEnd < 0) return undefined
  return charsetText(coded.slice(0, charsetEnd), percentDecoded(coded.slice(languageEnd + 1)))
}

function percentDecoded(text: string): string { return text.replace(/%[0-9A-Fa-f]{2}/g, (hex) => String.fromCharCode(Number.parseInt(hex.slice(1), 16))) }

/** For BODYSTRUCTURE: RFC 2231 6: plain continuations are put together, what has a character set stays as it is. */
export function joinedParameters({ parameters }: Parameterised): [string, string][] {
  const found: [string, string][] = [], given = new Map(parameters)
  for (const [name, value] of parameters) {
    const star = name.lastIndexOf('*'), base = name.slice(0, star)
    const isPiece = star > 0 && /^\d+$/.test(name.slice(star + 1)) && !given.has(`${base}*0*`) && given.has(`${base}*0`)
    if (!isPiece) found.push([name, value])
    else if (name === `${base}*0`) found.push([base, pieces(given, base)!])
  }
  return found
}
