/** A5: twice as much text costs twice the time, not four times: medians of many runs, with room for a busy machine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addresses, header, parseAddress, parseMessage, parseUri, parseVia, part, tokens, unfold } from '../../../src/wire/sip/index.ts'
import { requestText } from './fake.ts'

const message = (lines: string, body = '') => requestText().replace('Max-Forwards', `${lines}Max-Forwards`).replace('Length: 0', `Length: ${body.length}`) + body
const read = (text: string) => { const p = parseMessage(text); return p.ok ? p.message : undefined }

/** Each gives a text of about n octets and reads it. */
const kinds: Record<string, (n: number) => () => unknown> = {
  'many headers': (n) => { const text = message('X: y\r\n'.repeat(Math.min(180, n / 40))); return () => parseMessage(text) },
  'lines without a colon': (n) => { const text = `OPTIONS sip:a SIP/2.0\r\n${'c\r\n'.repeat(n)}\r\n`; return () => parseMessage(text) },
  'a long value': (n) => { const text = message(`X: ${'y'.repeat(n)}\r\n`); return () => parseMessage(text) },
  'folds': (n) => { const value = 'a\r\n '.repeat(n / 4); return () => unfold(value) },
  'blank folds': (n) => { const value = `a${' \r\n '.repeat(n / 4)}b`; return () => unfold(value) },
  'quoted strings': (n) => { const value = `"${'\\"'.repeat(n / 2)}" <sip:a@b>`; return () => parseAddress(value) },
  'an open quote': (n) => { const value = `"${'\\"'.repeat(n / 2)}`; return () => parseAddress(value) },
  'params': (n) => { const value = `SIP/2.0/UDP a${';x=y'.repeat(n / 4)}`; return () => parseVia(value) },
  'vias in a line': (n) => { const value = 'SIP/2.0/UDP a,'.repeat(n / 14); return () => parseVia(`${value}SIP/2.0/UDP b`) },
  'commas': (n) => { const m = read(message(`Require: ${','.repeat(Math.min(8_000, n))}\r\n`))!; return () => tokens(m, 'Require') },
  'contacts': (n) => { const m = read(message(`Contact: ${'<sip:a@b>,'.repeat(n / 10)}<sip:a@b>\r\n`))!; return () => addresses(m, 'Contact') },
  'a URI': (n) => { const text = `sip:${'a:'.repeat(Math.min(900, n / 8))}@b`; return () => parseUri(text) },
  'multipart': (n) => { const m = read(message('Content-Type: multipart/mixed;boundary=a\r\n', '--ab\r\n'.repeat(n / 6)))!; return () => part(m, 'x/y') },
  'nested multipart': (n) => { const m = read(message('Content-Type: multipart/mixed;boundary=a\r\n', '--a\r\nContent-Type: multipart/x;boundary=a\r\n\r\n'.repeat(n / 50)))!; return () => part(m, 'x/y') },
}

function median(run: () => unknown): number {
  const times: number[] = []
  for (let k = 0; k < 41; k++) {
    const start = performance.now()
    for (let i = 0; i < 40; i++) run()
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[10]!
}

for (const [name, make] of Object.entries(kinds)) {
  test(`A3 A5 linear: ${name}`, () => {
    const small = make(3_500), large = make(7_000)
    for (let i = 0; i < 500; i++) { small(); large() }
    let ratio = Infinity
    for (let tries = 0; tries < 5 && ratio > 2.5; tries++) ratio = Math.min(ratio, (median(large) + 0.02) / (median(small) + 0.02))
    assert.ok(ratio <= 2.5, `twice the text took ${ratio.toFixed(2)} times as long`)
  })
}

test('A3 the largest message of the worst kind takes far less than 5 ms', () => {
  const text = `OPTIONS sip:a SIP/2.0\r\n${'Via: "\r\n'.repeat(8_000)}`.slice(0, 65_000)
  let best = Infinity
  for (let i = 0; i < 10; i++) { const start = performance.now(); parseMessage(text); best = Math.min(best, performance.now() - start) }
  assert.ok(best < 5, `${best} ms`)
  assert.equal(header(read(message('Subject: x\r\n'))!, 'Subject'), 'x')
})
