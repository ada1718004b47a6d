/**
 * Lists of addresses, with groups and what is obsolete.
 *
 * Standards  RFC 5322 3.4, 4.4
 * Security   fed by strangers: linear, bounded in addresses; nonsense gives odd addresses, never an exception
 */
import { maxAddresses } from './limits.ts'

export type Address =
  | { readonly is: 'address'; readonly name: string | undefined; readonly route: string | undefined; readonly local: string; readonly domain: string }
  | { readonly is: 'group'; readonly name: string }
  | { readonly is: 'groupEnd' }

interface Pass { readonly text: string; at: number; words: string[]; spec: string; comment: string | undefined; angle: string | undefined; found: Address[]; inGroup: boolean }

export function parseAddresses(text: string): Address[] {
  const pass: Pass = { text, at: 0, words: [], spec: '', comment: undefined, angle: undefined, found: [], inGroup: false }
  while (pass.at < text.length && pass.found.length < maxAddresses) piece(pass)
  finish(pass)
  if (pass.inGroup) pass.found.push({ is: 'groupEnd' })
  return pass.found
}

function piece(pass: Pass): void {
  const c = pass.text[pass.at]!
  if (c === ' ' || c === '\t') pass.at++
  else if (c === '(') pass.comment = comment(pass)
  else if (c === '"') word(pass, quoted(pass))
  else if (c === '<') pass.angle = angle(pass)
  else if (c === ',') { pass.at++; finish(pass) }
  else if (c === ':') group(pass)
  else if (c === ';') groupEnd(pass)
  else word(pass, run(pass))
}

function word(pass: Pass, text: string): void {
  pass.words.push(text)
  pass.spec += text
}

const stops = ' \t("<,:;'

function run(pass: Pass): string {
  const start = pass.at++
  while (pass.at < pass.text.length && !stops.includes(pass.text[pass.at]!)) pass.at++
  return pass.text.slice(start, pass.at)
}

/** From a quote to the next one, unescaped. */
function quoted(pass: Pass): string {
  const { text } = pass
  let out = '', from = ++pass.at
  for (; pass.at < text.length && text[pass.at] !== '"'; pass.at++) {
    if (text[pass.at] !== '\\') continue
    out += text.slice(from, pass.at)
    from = ++pass.at
  }
  out += text.slice(from, pass.at)
  pass.at++
  return out
}

function comment(pass: Pass): string {
  const { text } = pass, start = pass.at + 1
  let depth = 0
  for (; pass.at < text.length; pass.at++) {
    const c = text[pass.at]
    if (c === '\\') pass.at++
    else if (c === '(') depth++
    else if (c === ')' && --depth === 0) break
  }
  return text.slice(start, Math.min(text.length, pass.at++)).trim()
}

/** Between angle brackets, without comments and blanks: quotes hide the closing one. */
function angle(pass: Pass): string {
  const { text } = pass
  let out = '', from = ++pass.at
  for (let isQuoted = false; pass.at < text.length; pass.at++) {
    const c = text[pass.at]
    if (c === '\\' && isQuoted) pass.at++
    else if (c === '"') isQuoted = !isQuoted
    else if (c === '>' && !isQuoted) break
    else if (!isQuoted && (c === '(' || c === ' ')) {
      out += text.slice(from, pass.at)
      if (c === '(') comment(pass)
      else pass.at++
      from = pass.at--
    }
  }
  return out + text.slice(from, Math.min(text.length, pass.at++))
}

function group(pass: Pass): void {
  pass.at++
  if (pass.inGroup) return
  pass.found.push({ is: 'group', name: pass.words.join(' ') })
  pass.inGroup = true
  clear(pass)
}

function groupEnd(pass: Pass): void {
  pass.at++
  finish(pass)
  if (pass.inGroup) pass.found.push({ is: 'groupEnd' })
  pass.inGroup = false
}

function clear(pass: Pass): void {
  pass.words = []
  pass.spec = ''
  pass.comment = pass.angle = undefined
}

function finish(pass: Pass): void {
  const { angle, words, comment } = pass, spec = angle ?? pass.spec
  if (spec !== '' || words.length > 0) pass.found.push(addressOf(spec, angle === undefined ? comment : words.join(' ') || comment))
  clear(pass)
}

function addressOf(spec: string, name: string | undefined): Address {
  const colon = spec.startsWith('@') ? spec.indexOf(':') : -1, route = colon < 0 ? undefined : spec.slice(0, colon), bare = spec.slice(colon + 1), at = bare.lastIndexOf('@')
  return { is: 'address', name: name || undefined, route, local: at < 0 ? bare : bare.slice(0, at), domain: at < 0 ? '' : bare.slice(at + 1) }
}
