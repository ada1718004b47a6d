/** Fuzz targets of MIME: messages with what IMAP says of them, header fields, transfer encodings however they are cut. */
import assert from 'node:assert/strict'
import {
  bodyStructure, decode, decodeWords, type Encoding, type Entity, encodeWords, envelope, headerOf, maxNesting, maxParts, newDecoder, parameter, parseAddresses, parseDate, parseMessage, parseParameters, printPerson, printVoiceMessage, section,
} from '../src/wire/mime/index.ts'
import type { FuzzTarget } from './target.ts'

const lines = (...all: string[]) => all.join('\r\n')
const messages = [
  lines('From: "Fred \\"F\\"" <@a,@b:fred@example.org> (c), friends: a@x, B <b@y>;', 'Subject: =?utf-8?q?=C3?= =?utf-8?q?=BC?=', 'Date: Thu, 13 Feb 1969 23:32:54 -0330 (x)', 'Content-Type: multipart/mixed; boundary="b c"', '', 'pre', '--b c', 'Content-Type: text/plain; charset*0*=utf-8\'\'a; charset*1=b', '', 'x', '--b c', 'Content-Type: message/rfc822', '', 'Subject: i', 'Content-Type: multipart/digest; boundary=d', '', '--d', '', 'To: x', '', 'y', '--d--', '--b c--', 'end'),
  lines('Content-Type: audio/wav; name="a\\"b"', 'Content-Disposition: attachment; filename*=utf-8\'en\'%41', 'Content-Language: de, en', 'Content-Transfer-Encoding: base64', '', 'AAEC=='), lines('X: a', ' b', '', ''),
]
const words = ['\r\n', '\n', '--b c', '--b c--', '--d', 'Content-Type: multipart/mixed; boundary=d\r\n\r\n', 'Content-Type: message/rfc822\r\n\r\n', '=?utf-8?b?', '?=', '; filename*0=', '"', '\\', '(', ')', '<', '>', '@', ':', ';', ',', '=\r\n', '=3D', '\0']
const buffers = (texts: readonly string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

function every(entity: Entity): Entity[] { return [entity, ...entity.parts.flatMap(every), ...(entity.message ? every(entity.message) : [])] }
const depth = (entity: Entity): number => 1 + Math.max(0, ...[...entity.parts, ...(entity.message ? [entity.message] : [])].map(depth))

/** Outside literals no line end, brackets in pairs. */
function isSound(said: string): void {
  let open = 0
  for (let i = 0; i < said.length; i++) {
    const c = said[i]
    if (c === '"') for (i++; said[i] !== '"'; i++) { if (i >= said.length || said[i] === '\r' || said[i] === '\n') assert.fail('a string is not closed'); if (said[i] === '\\') i++ }
    else if (c === '{') { const end = said.indexOf('}\r\n', i); i = end + 2 + Number(said.slice(i + 1, end)) }
    else if (c === '(') open++
    else if (c === ')') open--
    if (open < 0 || c === '\r' || c === '\n') assert.fail('a line ends inside')
  }
  assert.equal(open, 0)
}

const message: FuzzTarget = {
  name: 'mime-message', dictionary: words, seeds: () => buffers(messages),
  run: (input) => {
    const text = input.subarray(0, 16_384).toString('latin1'), whole = parseMessage(text), all = every(whole)
    assert.ok(all.length <= 2 * maxParts + 2 && depth(whole) <= maxNesting + 2)
    for (const { from, body, to } of all) assert.ok(from <= body && body <= to && to <= text.length, 'a part lies outside of its message')
    isSound(envelope(text, whole))
    isSound(bodyStructure(text, whole, true))
    for (const path of [[], [1], [2, 1], [1, 2, 1]]) for (const kind of ['', 'HEADER', 'TEXT', 'MIME'] as const) section(text, whole, { path, text: kind, fields: [] })
    section(text, whole, { path: [], text: 'HEADER.FIELDS', fields: ['subject'] })
  },
}

const field: FuzzTarget = {
  name: 'mime-field', dictionary: words, seeds: () => messages.flatMap((m) => { const entity = parseMessage(m); return entity.fields.fields.map((f) => Buffer.from(headerOf(m, entity, f.name) ?? '', 'latin1')) }),
  run: (input) => {
    const text = input.subarray(0, 2_048).toString('latin1'), unicode = decodeWords(text), type = parseParameters(text)
    for (const name of ['charset', 'filename', 'name']) parameter(type, name)
    assert.equal(decodeWords(encodeWords(unicode)), unicode.toWellFormed())
    parseAddresses(text)
    parseDate(text)
    assert.ok(!/[\r\n]/.test(printPerson({ address: text }) ?? ''))
    const made = printVoiceMessage({ from: { name: unicode, address: 'a@b' }, to: [{ address: 'c@d' }], at: 0, messageId: 'x', subject: unicode, audio: { type: 'audio/wav', octets: Buffer.alloc(3), seconds: 1, fileName: unicode }, urgent: false, private: false }, 'token')
    if (made.ok) assert.equal(parseMessage(made.value).fields.fields.map((f) => f.name).join(), 'date,from,to,subject,message-id,mime-version,message-context,content-type', 'a header was injected')
  },
}

function decoded(encoding: Encoding, text: string, size: number): string {
  const decoder = newDecoder(encoding), out: string[] = []
  for (let i = 0; i < text.length; i += size) { out.push(decode(decoder, text.slice(i, i + size))); assert.ok(decoder.held.length <= 1_010) }
  return out.join('') + decode(decoder, '', true)
}

const encoding: FuzzTarget = {
  name: 'mime-encoding', dictionary: ['=\r\n', '=', '=3D', '= \r\n', '\r', '\n', ' ', '=='], seeds: () => buffers(['AAEC', 'a=3Db=\r\nc', 'Zm9v\r\nYmFy', 'a= \t\r\nb']),
  run: (input) => {
    const text = input.subarray(0, 1_000).toString('latin1')
    for (const kind of ['base64', 'quoted-printable'] as const) assert.equal(decoded(kind, text, text.length < 300 ? 1 : 61), decoded(kind, text, 4_096))
  },
}

export const targets = [message, field, encoding]
