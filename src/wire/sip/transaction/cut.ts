/**
 * Cuts out of a whole message what the transaction layer copies into ACK and CANCEL: one walk, no parse.
 *
 * Standards  RFC 3261 7.3.1 (compact forms, folding), 7.5, 17.1.1.3
 * Security   our own requests, and strangers' responses that the parser has passed; linear, never throws, what is missing is ''
 */
export interface Cut {
  /** Request-URI. */
  uri: string
  /** First value of the first Via. */
  topVia: string
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

export function cut(text: string): Cut {
  const found: Cut = { uri: '', topVia: '', from: '', to: '', callId: '', cseq: '', routes: '' }
  const start = firstLine(text)
  let at = lineEnd(text, start)
  found.uri = secondWord(text.slice(start, at))
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) {
    const end = lineEnd(text, at), colon = colonOf(text, at, end)
    const name = field(text, at, colon)
    if (name !== undefined) keep(found, name, text.slice(colon + 1, end).trim())
    at = end
  }
  return found
}

/** The value of the first To, '' where there is none. */
export function cutTo(text: string): string {
  let at = lineEnd(text, firstLine(text))
  while (at < text.length && !isLineEnd(text.charCodeAt(at))) {
    const end = lineEnd(text, at), colon = colonOf(text, at, end)
    if (field(text, at, colon) === 'to') return text.slice(colon + 1, end).trim()
    at = end
  }
  return ''
}

/** The tag of a From or To value, '' where it has none. */
export function tagOf(value: string): string {
  for (let start = partEnd(value, 0, ';') + 1; start <= value.length;) {
    const end = partEnd(value, start, ';'), part = value.slice(start, end), equals = part.indexOf('=')
    if (equals !== -1 && part.slice(0, equals).trim().toLowerCase() === 'tag') return part.slice(equals + 1).trim()
    start = end + 1
  }
  return ''
}

/** Where the part from here on ends: at the separator that stands outside quoted strings and angle brackets, or with the value. */
function partEnd(value: string, from: number, separator: string): number {
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
  if (name === 'routes') found.routes += `Route: ${value}\r\n`
  else if (found[name] !== '') return
  else found[name] = name === 'topVia' ? value.slice(0, partEnd(value, 0, ',')).trim() : value
}

function field(text: string, at: number, colon: number): keyof Cut | undefined {
  return colon === -1 ? undefined : fields.get(text.slice(at, colon).trim().toLowerCase())
}

/** 7.5: line ends before the start line are ignored. */
function firstLine(text: string): number {
  let at = 0
  while (isLineEnd(text.charCodeAt(at))) at++
  return at
}

/** Start of the next header line: past the line end, and past lines that begin with white space (folded). */
function lineEnd(text: string, at: number): number {
  let end = text.indexOf('\n', at)
  while (end !== -1 && isBlank(text.charCodeAt(end + 1))) end = text.indexOf('\n', end + 1)
  return end === -1 ? text.length : end + 1
}

function colonOf(text: string, at: number, end: number): number {
  for (let i = at; i < end; i++) if (text.charCodeAt(i) === 58) return i
  return -1
}

function secondWord(line: string): string {
  const start = line.indexOf(' ') + 1, end = line.indexOf(' ', start)
  return start === 0 || end === -1 ? '' : line.slice(start, end)
}

function isBlank(c: number): boolean { return c === 32 || c === 9 }
function isLineEnd(c: number): boolean { return c === 13 || c === 10 }
