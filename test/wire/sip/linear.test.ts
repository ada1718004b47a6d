/** A3, A5: the work for a SIP message, each of its headers, a URI and a body grows with its length and no faster. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addresses, contentType, event, frame, header, type HeaderName, newFraming, parseAddress, parseAddresses, parseCseq, parseMessage, parseReason, parseReplaces, parseUri, parseVia, part, quote, rack, sessionExpires, split, tokens, unfold, unquote,
  withoutParams,
} from '../../../src/wire/sip/index.ts'
import { parseChallenge, parseCredentials } from '../../../src/wire/sip/digest/index.ts'
import { everywhere, linear, type Make } from '../../linear.ts'
import { requestText } from './fake.ts'

const message = (lines: string, body = '') => requestText().replace('Max-Forwards', `${lines}Max-Forwards`).replace('Length: 0', `Length: ${body.length}`) + body
const read = (text: string) => { const p = parseMessage(text); return p.ok ? p.message : undefined }

linear('A3 A5', 3_500, {
  'many headers': (n) => { const text = message('X: y\r\n'.repeat(Math.min(180, n / 40))); return () => parseMessage(text) },
  'lines without a colon': (n) => { const text = `OPTIONS sip:a SIP/2.0\r\n${'c\r\n'.repeat(n)}\r\n`; return () => parseMessage(text) },
  'a long value': (n) => { const text = message(`X: ${'y'.repeat(n)}\r\n`); return () => parseMessage(text) },
  'folds': (n) => { const value = 'a\r\n '.repeat(n / 4); return () => unfold(value) },
  'blank folds': (n) => { const value = `a${' \r\n '.repeat(n / 4)}b`; return () => unfold(value) },
  'vias in a line': (n) => { const value = 'SIP/2.0/UDP a,'.repeat(n / 14); return () => parseVia(`${value}SIP/2.0/UDP b`) },
  'commas': (n) => { const m = read(message(`Require: ${','.repeat(Math.min(8_000, n))}\r\n`))!; return () => tokens(m, 'Require') },
  'contacts': (n) => { const m = read(message(`Contact: ${'<sip:a@b>,'.repeat(n / 10)}<sip:a@b>\r\n`))!; return () => addresses(m, 'Contact') },
  'multipart': (n) => { const m = read(message('Content-Type: multipart/mixed;boundary=a\r\n', '--ab\r\n'.repeat(n / 6)))!; return () => part(m, 'x/y') },
  'nested multipart': (n) => { const m = read(message('Content-Type: multipart/mixed;boundary=a\r\n', '--a\r\nContent-Type: multipart/x;boundary=a\r\n\r\n'.repeat(n / 50)))!; return () => part(m, 'x/y') },
  'parts without an end of their head': (n) => { const m = read(message('Content-Type: multipart/mixed;boundary=a\r\n', `--a\r\n${'X: y\r\n'.repeat(n / 6)}`))!; return () => part(m, 'x/y') },
  'a stream, an octet at a time': (n) => { const text = message('', 'x'.repeat(n)); return () => { const state = newFraming(); for (let i = 0; i < text.length; i++) frame(state, text.charAt(i)) } },
} satisfies Record<string, Make>)

linear('A5', 2_000, everywhere((text) => parseMessage(text), {
  'the whole:': ['', ''], 'a first line:': ['OPTIONS sip:a', ' SIP/2.0\r\n\r\n'], 'a header:': [message('X: ').slice(0, -2), '\r\n\r\n'], 'From:': [requestText().split('From: ')[0]!, `\r\n${requestText().split(/From: .*\r\n/)[1]}`],
  'Via:': ['OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a', `\r\n${requestText().split(/Via: .*\r\n/)[1]}`],
}))

/** Every reader of one header's value, whatever the value says. */
const readers: Readonly<Record<string, (value: string) => unknown>> = {
  'an address': parseAddress, 'addresses': (value) => parseAddresses([value]), 'a Via': parseVia, 'a CSeq': parseCseq, 'Replaces': parseReplaces, 'Reason': parseReason, 'a list': (value) => split(value, ','), 'a quoted string': (value) => unquote(quote(value)),
  'parameters taken away': withoutParams, 'a URI': parseUri, 'credentials': parseCredentials, 'a challenge': parseChallenge,
}
for (const [name, reader] of Object.entries(readers)) linear(`A5 ${name},`, 1_500, everywhere(reader, { 'alone:': ['', ''], 'behind what is right:': [name === 'credentials' || name === 'a challenge' ? 'Digest realm="' : '"a" <sip:a@b>;x="', '"'] }))

const structured: readonly HeaderName[] = ['Contact', 'Session-Expires', 'RAck', 'Event', 'Content-Type', 'Require']
linear('A5 typed values,', 1_500, everywhere((value) => {
  const m = read(message(structured.map((name) => `${name}: ${value}\r\n`).join('')))
  return m && [addresses(m, 'Contact'), sessionExpires(m), rack(m), event(m), contentType(m), tokens(m, 'Require')]
}, { 'x': ['x', ''] }))

test('A3 the largest message of the worst kind takes far less than 5 ms', () => {
  const text = `OPTIONS sip:a SIP/2.0\r\n${'Via: "\r\n'.repeat(8_000)}`.slice(0, 65_000)
  let best = Infinity
  for (let i = 0; i < 40; i++) { const start = performance.now(); parseMessage(text); best = Math.min(best, performance.now() - start) }
  assert.ok(best < 5, `${best} ms`)
  assert.equal(header(read(message('Subject: x\r\n'))!, 'Subject'), 'x')
})
