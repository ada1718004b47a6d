/**
 * A message → its parts, as offsets: nothing is copied.
 *
 * Standards  RFC 2045, RFC 2046 5.1, 5.2.1, RFC 5322
 * Security   fed by strangers: one pass, whatever is nested; bounded in parts and depth. What lies deeper is a part like any other, not looked into
 */
import { every, type Fields, first, readFields } from './fields.ts'
import { maxBoundaryRead, maxNesting, maxParts } from './limits.ts'
import { parameter, type Parameterised, parseParameters } from './parameters.ts'

export interface Entity {
  readonly from: number
  readonly fields: Fields
  /** Where its body begins and ends. */
  readonly body: number
  readonly to: number
  /** `type/subtype`, lower case, with its parameters. */
  readonly type: Parameterised
  readonly parts: readonly Entity[]
  /** Of message/rfc822: the message inside. */
  readonly message: Entity | undefined
}

/** A delimiter line: of which multipart around (0 the outermost), where it begins (with the line end before it), what is behind. */
interface Delimiter { readonly of: number; readonly begin: number; readonly behind: number; readonly isLast: boolean }
interface Pass { readonly text: string; readonly marks: string[]; parts: number; depth: number; /** Where the last entity ended. */ stop: Delimiter | undefined }

/** `text`: one char an octet. */
export function parseMessage(text: string): Entity { return entity({ text, marks: [], parts: 0, depth: 0, stop: undefined }, 0, 'text/plain') }

function entity(pass: Pass, from: number, usual: string): Entity {
  const { text } = pass, fields = readFields(text, from, text.length, (at) => markAt(pass, at) !== undefined)
  const type = typeOf(first(text, fields, 'content-type'), usual), isOpen = pass.depth < maxNesting && pass.parts < maxParts
  const boundary = isOpen && type.value.startsWith('multipart/') ? parameter(type, 'boundary') : undefined
  const holds = isOpen && (type.value === 'message/rfc822' || type.value === 'message/global') && isPlain(text, fields)
  pass.depth++
  const parts = boundary && boundary.length <= maxBoundaryRead ? multipart(pass, fields.body, `--${boundary}`, type.value === 'multipart/digest') : []
  const message = holds ? inner(pass, fields.body) : undefined
  pass.depth--
  if (!message && parts.length === 0) pass.stop = next(pass, Math.max(0, fields.body - 1))
  return { from, fields, body: fields.body, to: Math.max(fields.body, end(pass)), type, parts, message }
}

function inner(pass: Pass, from: number): Entity {
  pass.parts++
  return entity(pass, from, 'text/plain')
}

/** RFC 2046 5.2.1: a message in base64 is not looked into. */
function isPlain(text: string, fields: Fields): boolean { return !['base64', 'quoted-printable'].includes(first(text, fields, 'content-transfer-encoding')?.toLowerCase() ?? '') }

function typeOf(value: string | undefined, usual: string): Parameterised {
  const read = value === undefined ? undefined : parseParameters(value)
  return read && /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/.test(read.value) ? read : { value: read ? 'text/plain' : usual, parameters: [] }
}

function end(pass: Pass): number { return pass.stop?.begin ?? pass.text.length }

/** The parts between delimiters of `mark`; ends at a delimiter of a multipart around it, or at the end of the text. */
function multipart(pass: Pass, from: number, mark: string, isDigest: boolean): Entity[] {
  const found: Entity[] = [], mine = pass.marks.push(mark) - 1
  pass.stop = next(pass, Math.max(0, from - 1))
  while (pass.stop?.of === mine && !pass.stop.isLast && pass.parts < maxParts) {
    pass.parts++
    found.push(entity(pass, pass.stop.behind, isDigest ? 'message/rfc822' : 'text/plain'))
  }
  pass.marks.pop()
  if (pass.stop && pass.stop.of >= mine) pass.stop = next(pass, pass.stop.behind - 1)         // an epilogue is nobody's
  return found
}

/** The next delimiter line at or behind `at` of any multipart around. */
function next(pass: Pass, at: number): Delimiter | undefined {
  const { text } = pass
  if (pass.marks.length === 0) return undefined
  if (at === 0) { const here = markAt(pass, 0); if (here) return here }
  for (let lf = text.indexOf('\n--', at); lf >= 0; lf = text.indexOf('\n--', lf + 1)) {
    const here = markAt(pass, lf + 1)
    if (here) return here
  }
  return undefined
}

/** A delimiter line that begins at `at`, the start of a line; the innermost wins. */
function markAt({ text, marks }: Pass, at: number): Delimiter | undefined {
  for (let of = marks.length - 1; of >= 0; of--) {
    const mark = marks[of]!
    if (!text.startsWith(mark, at)) continue
    const isLast = text.startsWith('--', at + mark.length), lf = lineEnd(text, at + mark.length + (isLast ? 2 : 0))
    if (lf >= 0) return { of, begin: lineStart(text, at), behind: lf, isLast }
  }
  return undefined
}

/** Behind blanks and a line end; -1 if there is more on the line: then it is a delimiter of something else. */
function lineEnd(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++
  if (text[at] === '\r' && text[at + 1] === '\n') return at + 2
  return text[at] === '\n' ? at + 1 : at >= text.length ? at : -1
}

/** RFC 2046 5.1.1: the line end before a delimiter belongs to it. */
function lineStart(text: string, at: number): number {
  if (text[at - 1] !== '\n') return at
  return text[at - 2] === '\r' ? at - 2 : at - 1
}

/** A header of an entity, unfolded octets. */
export function headerOf(text: string, { fields }: Entity, name: string): string | undefined { return first(text, fields, name.toLowerCase()) }
export function headersOf(text: string, { fields }: Entity, name: string): string[] { return every(text, fields, name.toLowerCase()) }
