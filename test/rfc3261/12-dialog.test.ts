/** RFC 3261 12: what a dialog is made of, and what goes out in it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialogHeaders, inOrder, newDialog, nextHopUri, parseReplaces, requestUri, uacDialog, uasDialog, withoutTag } from '../../src/wire/sip/index.ts'
import { parsed, requestText, responseText } from '../wire/sip/fake.ts'

const withLines = (text: string, lines: string) => parsed(text.replace('Max-Forwards', `${lines}Max-Forwards`))

test('RFC 3261 12.1.1: the one who answers takes the route set in order, the other in reverse', () => {
  const lines = 'Contact: <sip:alice@192.0.2.1>\r\nRecord-Route: <sip:p2;lr>,\r\n <sip:p1;lr>\r\n'
  assert.deepEqual(uasDialog(withLines(requestText(), lines), 'ours')!.routes, ['<sip:p2;lr>', '<sip:p1;lr>'])
  const sent = newDialog('call@192.0.2.1', 'ours', '<sip:alice@example.test>', '<sip:bob@example.test>', 'sip:bob@example.test', [])
  assert.deepEqual(uacDialog(sent, withLines(responseText(200), lines))!.routes, ['<sip:p1;lr>', '<sip:p2;lr>'])
})

test('RFC 3261 12.2.1.1: a strict router stands in the Request-URI, the target last in Route; no headers, no method parameter', () => {
  const dialog = uasDialog(withLines(requestText(), 'Contact: <sip:alice@192.0.2.1;method=BYE;x=y?Subject=z>\r\nRecord-Route: <sip:strict;method=INFO>\r\n'), 'ours')!
  assert.deepEqual([dialog.target, requestUri(dialog), nextHopUri(dialog)], ['sip:alice@192.0.2.1;x=y', 'sip:strict', 'sip:strict;method=INFO'])
  assert.ok(dialogHeaders(dialog, 'BYE', 2).includes('\r\nRoute: <sip:alice@192.0.2.1;x=y>\r\n'))
})

test('RFC 3261 12.1: without one usable Contact there is no dialog', () => {
  for (const lines of ['', 'Contact: *\r\n', 'Contact: <sip:a@b\r\n', 'Contact: <sip:a@b>, <sip:c@d>\r\n', 'Contact: <sip:a@b>\r\nRecord-Route: <p\r\n']) assert.equal(uasDialog(withLines(requestText(), lines), 'x'), undefined, lines)
})

test('RFC 3261 12.2.2: a lower or equal CSeq is out of order, ACK and CANCEL never are', () => {
  const dialog = uasDialog(withLines(requestText({ cseq: 5 }), 'Contact: <sip:a@b>\r\n'), 'ours')!
  assert.deepEqual([4, 5, 6, 6].map((cseq) => inOrder(dialog, parsed(requestText({ method: 'BYE', cseq })))), [false, false, true, false])
  assert.ok(inOrder(dialog, parsed(requestText({ method: 'ACK', cseq: 1 }))))
})

const froms: [string, string][] = [
  ['"A \\"<b>" <sip:a@b;x=y>;tag=1;q=">"', '"A \\"<b>" <sip:a@b;x=y>'], ['sip:a@b;tag=1', '<sip:a@b>'], ['sip:a@b;x="<y>";tag=1', '<sip:a@b>'], ['Bob <sip:b@c>', 'Bob <sip:b@c>'],
]
for (const [value, want] of froms) test(`RFC 3261 12.1 without its tag: ${value}`, () => assert.equal(withoutTag(value), want))

const replaces: [string, boolean][] = [
  ['98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff', true], ['12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only', true], ['a;to-tag=1', false], ['a;to-tag=1;to-tag=2;from-tag=3', false],
  ['a@b@c;to-tag=1;from-tag=2', false], ['a;to-tag=1;from-tag=2;;', false], ['a;to-tag="1";from-tag=2', false], [';to-tag=1;from-tag=2', false],
]
for (const [value, good] of replaces) test(`RFC 3891 3: ${value}`, () => assert.equal(parseReplaces(value) !== undefined, good))
