/**
 * Cuts out of a whole message what the transaction layer copies into ACK, CANCEL and its own answers: one walk, no parse.
 *
 * Standards  RFC 3261 7.3.1 (compact forms, folding), 17.1.1.3, 8.2.6
 * Security   strangers' text that the parser has passed; linear, never throws, what is missing is ''
 */
export interface Cut {
  /** Request-URI; in a response the status. */
  uri: string
  /** First value of the first Via. */
  topVia: string
  /** The other Via values, as header lines. */
  moreVias: string
  from: string
  to: string
  callId: string
  cseq: string
  /** Every Route, as header lines. */
  routes: string
}

const fields = new Map<string, keyof Cut>([
  ['via', 'topVia'], ['v', 'topVia'], ['from', 'from'], ['f', 'from'], ['to', 'to'], ['t', 'to'],
  ['call-id', 'callId'], ['i', 'callId'], ['cseq', 'cseq'], ['route', 'routes'],
])
const longestName = 64               // blanks before the colon included: what has no colon by then is none of the above

export function cut(text: string): Cut {
  const found: Cut = { uri: '', topVia: '', moreVias: '', from: '', to: '', callId: '', cseq: '', routes: '' }
  let at = lineEnd(text, 0)
  found.uri = secondWord(text.slice(0, at))
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) {
    const end = lineEnd(text, at), colon = colonOf(text, at, end)
    const name = colon === -1 ? undefined : field(text.slice(at, colon))
    if (name !== undefined) keep(found, name, text.slice(colon + 1, end).trim())
    at = end
  }
  return found
}

/** The value of the first To, '' where there is none. */
export function cutTo(text: string): string {
  let at = lineEnd(text, 0)
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) {
    const end = lineEnd(text, at), colon = colonOf(text, at, end)
    if (colon !== -1 && field(text.slice(at, colon)) === 'to') return text.slice(colon + 1, end).trim()
    at = end
  }
  return ''
}

/** The tag of a From or To value, '' where it has none. */
export function tagOf(value: string): string {
  for (const parameter of splitOutside(value, ';').slice(1)) {
    const [name, tag] = parameter.split('=', 2)
    if (name?.trim().toLowerCase() === 'tag') return tag?.trim() ?? ''
  }
  return ''
}

/** Splits at a character that stands outside quoted strings and angle brackets. */
export function splitOutside(value: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = endOfPart(value, 0, separator); i < value.length; i = endOfPart(value, i + 1, separator)) {
    parts.push(value.slice(start, i))
    start = i + 1
  }
  parts.push(value.slice(start))
  return parts
}

function endOfPart(value: string, from: number, separator: string): number {
  let quoted = false, bracketed = false
  for (let i = from; i < value.length; i++) {
    const c = value[i]
    if (c === '\\' && quoted) i++
    else if (c === '"') quoted = !quoted
    else if (quoted) continue
    else if (c === '<') bracketed = true
    else if (c === '>') bracketed = false
    else if (c === separator && !bracketed) return i
  }
  return value.length
}

function keep(found: Cut, name: keyof Cut, value: string): void {
  if (name === 'topVia') keepVia(found, value)
  else if (name === 'routes') found.routes += `Route: ${value}\r\n`
  else if (found[name] === '') found[name] = value
}

function keepVia(found: Cut, value: string): void {
  if (found.topVia !== '') { found.moreVias += `Via: ${value}\r\n`; return }
  const comma = endOfPart(value, 0, ',')
  found.topVia = value.slice(0, comma).trim()
  if (comma < value.length) found.moreVias = `Via: ${value.slice(comma + 1).trim()}\r\n`
}

function field(name: string): keyof Cut | undefined { return fields.get(name.trim().toLowerCase()) }

/** Start of the next header line: past the line end, and past lines that begin with white space (folded). */
function lineEnd(text: string, at: number): number {
  let end = text.indexOf('\n', at)
  while (end !== -1 && isBlank(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1)
  return end === -1 ? text.length : end + 1
}

function colonOf(text: string, at: number, end: number): number {
  const stop = Math.min(end, at + longestName)
  for (let i = at; i < stop; i++) if (text.charCodeAt(i) === 58) return i
  return -1
}

function secondWord(line: string): string {
  const start = line.indexOf(' ') + 1, end = line.indexOf(' ', start)
  return start === 0 || end === -1 ? '' : line.slice(start, end)
}

function isBlank(c: number): boolean { return c === 32 || c === 9 }
function isLineEnd(c: number): boolean { return c === 13 || c === 10 }
