/** RFC 2045, 2046, 2047, 2231: what a message holds, and what IMAP says of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bodyStructure, decode, decodeWords, encodeBase64, encodeQuotedPrintable, encodeWords, type Encoding, type Entity, envelope, maxNesting, maxParts, newDecoder, parameter, parseAddresses, parseDate, parseMessage, parseParameters, printDate, section, type SectionAsked,
} from '../../../src/wire/mime/index.ts'
import { everywhere, linear } from '../../linear.ts'

const lines = (...all: string[]) => all.join('\r\n')
const nested = lines(
  'From: Ada <ada@example.org>', 'Subject: outer', 'Content-Type: multipart/mixed; boundary=a', '', 'preamble', '--a', 'Content-Type: text/plain; charset=us-ascii', '', 'one', 'line', '--a',
  'Content-Type: message/rfc822', '', 'Subject: inner', 'Content-Type: multipart/alternative; boundary="b c"', '', '--b c', '', 'plain', '--b c', 'Content-Type: audio/wav', 'Content-Transfer-Encoding: base64', '', 'AAEC', '--b c--', 'epilogue', '--a--', 'end', '')
const asked = (text: SectionAsked['text'], path: number[], fields: string[] = []): SectionAsked => ({ path, text, fields })
const of = (text: string, wanted: SectionAsked): string | undefined => {
  const found = section(text, parseMessage(text), wanted)
  return found?.is === 'octets' ? text.slice(found.from, found.to) : found?.text
}

const sections: [string, SectionAsked, string | undefined][] = [
  ['[]', asked('', []), nested], ['[1]', asked('', [1]), 'one\r\nline'], ['[1.MIME]', asked('MIME', [1]), 'Content-Type: text/plain; charset=us-ascii\r\n\r\n'], ['[1.1]', asked('', [1, 1]), undefined], ['[3]', asked('', [3]), undefined],
  ['[2.HEADER]', asked('HEADER', [2]), 'Subject: inner\r\nContent-Type: multipart/alternative; boundary="b c"\r\n\r\n'], ['[2.1]', asked('', [2, 1]), 'plain'], ['[2.2]', asked('', [2, 2]), 'AAEC'], ['[2.3]', asked('', [2, 3]), undefined],
  ['[2.TEXT]', asked('TEXT', [2]), '--b c\r\n\r\nplain\r\n--b c\r\nContent-Type: audio/wav\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b c--\r\nepilogue'], ['[1.HEADER]', asked('HEADER', [1]), undefined],
  ['[HEADER.FIELDS (SUBJECT)]', asked('HEADER.FIELDS', [], ['SUBJECT', 'X']), 'Subject: outer\r\n\r\n'], ['[HEADER.FIELDS.NOT (From)]', asked('HEADER.FIELDS.NOT', [], ['From']), 'Subject: outer\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n'],
]
for (const [name, wanted, octets] of sections) test(`RFC 3501 6.4.5 BODY${name}`, () => assert.equal(of(nested, wanted), octets))
test('RFC 3501 6.4.5 a message without parts is its own first part', () => {
  assert.equal(of('Subject: x\r\n\r\nbody\r\n', asked('', [1])), 'body\r\n')
  assert.equal(of('Subject: x\r\n\r\nbody\r\n', asked('', [2])), undefined)
  assert.equal(of('Subject: x\r\n\r\nbody\r\n', asked('', [1, 1])), undefined)
})

test('RFC 3501 7.4.2 BODYSTRUCTURE and BODY of parts within a message within parts', () => {
  const plain = (n: string) => `("text" "plain" ${n} NIL NIL "7bit"`
  assert.equal(bodyStructure(nested, parseMessage(nested), false),
    `(${plain('("charset" "us-ascii")')} 9 1)("message" "rfc822" NIL NIL NIL "7bit" ${`${of(nested, asked('HEADER', [2]))}${of(nested, asked('TEXT', [2]))}`.length} (NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) (${plain('NIL')} 5 0)("audio" "wav" NIL NIL NIL "base64" 4) "alternative") 12) "mixed")`)
  assert.equal(bodyStructure('Content-Type: audio/wav; name="a\\"b"\r\nContent-Disposition: attachment; filename*0=a; filename*1=b\r\nContent-Language: de, en\r\n\r\nxy', parseMessage('Content-Type: audio/wav; name="a\\"b"\r\nContent-Disposition: attachment; filename*0=a; filename*1=b\r\nContent-Language: de, en\r\n\r\nxy'), true),
    '("audio" "wav" ("name" "a\\"b") NIL NIL "7bit" 2 NIL ("attachment" ("filename" "ab")) ("de" "en") NIL)')
})

test('RFC 3501 7.4.2 ENVELOPE: groups, routes, who is left out, octets above 127', () => {
  const text = lines('Date: Mon, 7 Feb 1994 21:52:25 -0800', 'From: "Fred \\"F\\" Foobar" <@a,@b:foobar@Blurdybloop.COM>', 'To: friends: a@x, B <b@y>;, c', 'Subject: sm\xf8rrebr\xf8d', ' and more', 'Message-ID: <1@x>', '', '')
  const from = '(("Fred \\"F\\" Foobar" "@a,@b" "foobar" "Blurdybloop.COM"))'
  assert.equal(envelope(text, parseMessage(text)), `("Mon, 7 Feb 1994 21:52:25 -0800" {19}\r\nsm\xf8rrebr\xf8d and more ${from} ${from} ${from} ((NIL NIL "friends" NIL)(NIL NIL "a" "x")("B" NIL "b" "y")(NIL NIL NIL NIL)(NIL NIL "c" "")) NIL NIL NIL "<1@x>")`)
})

const count = (entity: Entity): number => 1 + entity.parts.reduce((sum, part) => sum + count(part), 0) + (entity.message ? count(entity.message) : 0)
test('A3 A6 bombs: parts and nesting are bounded', () => {
  assert.ok(count(parseMessage(`Content-Type: multipart/mixed; boundary=a\r\n\r\n${'--a\r\n\r\nx\r\n'.repeat(5_000)}`)) <= maxParts + 1)
  const deep = Array.from({ length: 1_000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`).join('')
  assert.ok(count(parseMessage(deep)) <= maxNesting + 2)
  assert.ok(count(parseMessage('Content-Type: message/rfc822\r\n\r\n'.repeat(100_000))) <= maxNesting + 2)
  assert.equal(bodyStructure('Content-Type: multipart/mixed\r\n\r\n', parseMessage('Content-Type: multipart/mixed\r\n\r\n'), false), '(("text" "plain" NIL NIL NIL "7bit" 0 0) "mixed")')
})

const words: [string, string][] = [
  ['=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>', 'Keith Moore <moore@cs.utk.edu>'], ['=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=', 'If you can read this you understand the example.'],
  ['(=?ISO-8859-1?Q?a?= b)', '(a b)'], ['=?ISO-8859-1?Q?a?=   =?ISO-8859-1?Q?b?=', 'ab'], ['=?utf-8?q?=C3?= =?utf-8?q?=BC?=', 'ü'], ['=?x?', '=?x?'], ['=?nobody?Q?a=FF?=', 'aÿ'], ['=?utf-8?Z?a?=', '=?utf-8?Z?a?='], ['\xc3\xbc', 'ü'], ['=?utf-8*de?Q?=C3=BC?=', 'ü'],
]
for (const [octets, text] of words) test(`RFC 2047 8 ${octets}`, () => assert.equal(decodeWords(octets), text))
test('RFC 2047 what is encoded is decoded the same, in words of 75', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
    const coded = encodeWords(text), isPlain = coded === text
    assert.equal(decodeWords(coded), text.toWellFormed())
    assert.ok(isPlain || coded.split(' ').every((word) => word.length <= 75))
  }))
})

const parameters: [string, string, string | undefined][] = [
  ['message/external-body; access-type=URL; URL*0="ftp://"; URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"', 'url', 'ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar'],
  ["application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", 'title', 'This is ***fun***'],
  ["application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"", 'title', "This is even more ***fun*** isn't it!"],
  ['a/b; x="a;b\\"c" ; y = z', 'x', 'a;b"c'], ['a/b; x="a;b\\"c" ; y = z', 'y', 'z'], ['a/b; x', 'x', undefined], ['a/b; x=1; x=2', 'x', '1'], ['a/b (comment); x=1 (c)', 'x', '1'],
]
for (const [text, name, wanted] of parameters) test(`RFC 2231 3 4 ${text.slice(0, 50)} ${name}`, () => assert.equal(parameter(parseParameters(text), name), wanted))

test('RFC 2045 6.7 6.8 what is encoded is decoded the same, in pieces of every length', () => {
  const through = (encoding: Encoding, text: string, size: number): string => {
    const decoder = newDecoder(encoding)
    let out = ''
    for (let i = 0; i < text.length; i += size) out += decode(decoder, text.slice(i, i + size))
    return out + decode(decoder, '', true)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 1, max: 90 }), (octets, text, size) => {
    const coded = encodeBase64(Buffer.from(octets)), printable = encodeQuotedPrintable(text)
    assert.ok(coded.split('\r\n').every((line) => line.length <= 76) && printable.split('\r\n').every((line) => line.length <= 76 && !/[^\x20-\x7e\t]/.test(line)))
    assert.equal(through('base64', coded, size), Buffer.from(octets).toString('latin1'))
    assert.equal(Buffer.from(through('quoted-printable', printable, size), 'latin1').toString(), text.toWellFormed().replace(/\r?\n/g, '\r\n'))
  }))
  assert.equal(through('quoted-printable', 'a=\r\nb= \r\nc=3', 1), 'abc=3')
  assert.equal(through('base64', 'Z m\r\n9!v', 1), 'foo')
})

test('RFC 5322 3.3 dates are read as they are printed; nonsense is none', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => assert.equal(parseDate(printDate(seconds * 1_000))?.at, seconds * 1_000)))
  assert.deepEqual(parseDate('Thu, 13 Feb 1969 23:32:54 -0330 (Newfoundland Time)'), { at: Date.UTC(1969, 1, 14, 3, 2, 54), day: -322 })
  for (const text of ['', 'x', '31 Feb 2026 10:00:00 +0000', '1 Jan 2026 25:00:00 +0000']) assert.equal(parseDate(text), undefined)
})

const whole = (text: string): unknown => { const entity = parseMessage(text); return [envelope(text, entity), bodyStructure(text, entity, true)] }
const mixed = 'Content-Type: multipart/mixed; boundary=a\r\n\r\n'
linear('A5 RFC 2045', 8_000, everywhere(whole, { 'a header of': ['X: ', '\r\n\r\n'], 'an address of': ['From: ', '\r\n\r\n'], 'a type of': ['Content-Type: a/b;', '\r\n\r\n'], 'a multipart of': [mixed, '\r\n--a--'] }))
linear('A5 RFC 2046 5.1', 8_000, { delimiters: (n) => { const text = mixed + '--a\r\n'.repeat(n / 5); return () => whole(text) }, 'almost delimiters': (n) => { const text = mixed + '\n--'.repeat(n / 3); return () => whole(text) } })
linear('A5 RFC 2047', 8_000, everywhere(decodeWords, { 'text of': ['', ''], 'words of': ['=?utf-8?Q?', '?='], 'beginnings of words and': ['=?'.repeat(2_000), ''] }))
linear('A5 RFC 2045 6.7', 8_000, everywhere((text) => decode(newDecoder('quoted-printable'), text, true), { 'a text of': ['', ''], 'escapes and': ['=', ''] }))
linear('A5 RFC 5322 3.4', 8_000, everywhere(parseAddresses, { 'addresses of': ['', ''], 'an angle of': ['<', ''], 'comments of': ['('.repeat(100), ''] }))
