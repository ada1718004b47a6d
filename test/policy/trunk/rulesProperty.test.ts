/** Whatever the rules: a message is read as before, stays in its bounds, and is of the same dialog. Attack classes A1, A5, A22. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyRules, compileRules, explainRules, type Rule } from '../../../src/policy/trunk/rules.ts'
import { untouchedAttribute, untouchedHeader } from '../../../src/policy/trunk/rules/untouched.ts'
import { checkAnswer, parseSdp } from '../../../src/wire/sdp/index.ts'
import { body, header, lines, maxMessage, parseMessage, type SipMessage } from '../../../src/wire/sip/index.ts'
import { everywhere, linear } from '../../linear.ts'

const runs = Number(process.env.RINGFORT_RULES_RUNS ?? 3_000)

const names = ['X-One', 'x-one', 'Supported', 'k', 'User-Agent', 'X-New', 'X-One', 'Subject', 's', 'P-Asserted-Identity', 'Reply-To', 'Date', 'Warning', 'Via', 'From', 'To', 't', 'Contact', 'Call-ID', 'CSeq', 'Content-Length', 'l', 'c', 'Require', 'Allow']
const attributes = ['ptime', 'fmtp', 'crypto', 'sendrecv', 'inactive', 'candidate', 'rtpmap', 'silenceSupp', 'rtcp-mux', 'setup'], codecs = ['PCMU', 'pcma', 'G729', 'opus', 'telephone-event', 'CN', 'rtx', 'G722']
const piece = fc.oneof(fc.constantFrom('*', '', 'a', '100rel', ';tag=', '"', '<', '\\', ', ', '*x*', 'folded'), fc.string({ maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text) && text.isWellFormed()))
const value = fc.oneof(piece, piece.map((one) => one.padEnd(512, 'xy*')))
const rule: fc.Arbitrary<Rule> = fc.record({
  direction: fc.constantFrom('in', 'out', 'both'), method: fc.constantFrom('*', '*', 'INVITE', 'BYE'), status: fc.constantFrom('*', '*', 'request', '200', '4XX'), what: fc.constantFrom('add', 'set', 'remove', 'replace', 'removeAttribute', 'removeCodec'),
  name: fc.constantFrom(...names), find: piece.filter((text) => text !== ''), value,
}).chain((one): fc.Arbitrary<Rule> => {
  const { find, value: _, ...plain } = one, stars = (text: string): number => text.split('*').length
  switch (one.what) {
    case 'add': case 'set': return fc.constant({ ...plain, value: one.value })
    case 'remove': return fc.constantFrom({ ...plain }, { ...plain, find })
    case 'replace': return fc.constant(find.includes('*') && stars(one.value) > stars(find) ? { ...plain, find, value: '*' } : one)
    case 'removeAttribute': return fc.constantFrom(...attributes).map((name) => ({ ...plain, name }))
    case 'removeCodec': return fc.constantFrom(...codecs).map((name) => ({ ...plain, name }))
  }
})

const header1 = fc.constantFrom('X-One: a', 'x-one :  b', 'X-One: c\r\n\tfolded\r\n  more', 'k: timer, 100rel', 'Supported: gruu', 'User-Agent: Phone "1.0 \\\0 x" *', 'Subject: <sip:a@b>;tag=x', 'Date: Sat, 13 Nov 2010 23:29:00 GMT', 'Warning: 399 a "b"', 'Allow: INVITE', 'P-Asserted-Identity: "A" <sip:1@a>', `X-One: ${'long'.repeat(1_900)}`)
const types = [['0', ''], ['8', ''], ['18', 'a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n'], ['96', 'a=rtpmap:96 opus/48000/2\r\n'], ['97', 'a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96\r\n'], ['101', 'a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n'], ['13', ''], ['9', '']] as const
const media = fc.record({ formats: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 8, selector: ([type]) => type }), port: fc.constantFrom(0, 4_000), attributes: fc.subarray(['a=ptime:20\r\n', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n', 'a=sendrecv\r\n', 'a=silenceSupp:off - - - -\r\n']) })
  .map(({ formats, port, attributes: own }) => `m=audio ${port} RTP/SAVP ${formats.map(([type]) => type).join(' ')}\r\n${formats.map(([, said]) => said).join('')}${own.join('')}`)
const description = fc.array(media, { minLength: 1, maxLength: 3 }).map((all) => `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n${all.join('')}`)
const message = fc.record({ start: fc.constantFrom('INVITE sip:1@192.0.2.2 SIP/2.0', 'SIP/2.0 200 OK', 'SIP/2.0 486 Busy'), more: fc.array(header1, { maxLength: 9 }), many: fc.constantFrom(0, 183, 183), body: fc.oneof(fc.constant(''), description), junk: fc.constantFrom('', 'a=ptime:60\r\n') }).map(({ start, more, many, body: said, junk }) => {
  const own = [...new Set(more.filter((line) => line.startsWith('Date')))], rest = more.filter((line) => !line.startsWith('Date'))
  return `${start}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nf: "a;tag=no" <sip:2@192.0.2.1>;tag=f\r\nTo: <sip:1@192.0.2.2>;tag=t\r\nCall-ID: c@192.0.2.1\r\nCSeq: 1 INVITE\r\nContact: <sip:2@192.0.2.1>\r\n${[...own, ...rest].map((line) => `${line}\r\n`).join('')}${'X-Two: 1\r\n'.repeat(many)}${said === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${said.length}\r\n\r\n${said}${junk}`
})

const kept = ({ is, uri, status, reason, callId, cseq, method, fromTag, toTag, via, maxForwards }: SipMessage): unknown => ({ is, uri, status, reason, callId, cseq, method, fromTag, toTag, via, maxForwards })
const held = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Record-Route'] as const

test('A1 A22 property: read as before, in its bounds, of the same dialog, its media protected as before', () => {
  let changed = 0, left = 0, codecsGone = 0
  fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 12 }), message, fc.constantFrom('in' as const, 'out' as const), (rules, text, direction) => {
    const before = parseMessage(text)
    assert.ok(before.ok, text)
    const ready = compileRules(rules).rules, facts = { direction, method: 'INVITE', status: before.message.status }, { text: after, changes } = explainRules(ready, facts, text), now = parseMessage(after)
    assert.equal(after, applyRules(ready, facts, text))
    assert.ok(now.ok, `${!now.ok && now.problem.text}: ${JSON.stringify(after.slice(0, 900))}`)
    assert.ok(after.length <= maxMessage)
    assert.deepEqual(kept(now.message), kept(before.message))
    for (const name of held) assert.deepEqual(lines(now.message, name), lines(before.message, name))
    assert.equal(header(now.message, 'Content-Length'), String(body(now.message).length))
    sameMedia(body(before.message), body(now.message))
    if (after !== text) changed++
    if (changes.some((one) => one.left !== undefined)) left++
    if (changes.some((one) => one.before?.startsWith('m='))) codecsGone++
  }), { numRuns: runs, seed: 3 })
  assert.ok(changed > runs / 3 && left > runs / 200 && codecsGone > runs / 100, `${changed} changed, ${left} left, ${codecsGone} codecs`)
})

/** As many media, none empty, their keys and directions as they were. */
function sameMedia(before: string, after: string): void {
  const guarded = (text: string): string[] => text.split('\r\n').filter((line) => line.startsWith('a=') && untouchedAttribute(line.slice(2).split(':', 1)[0]!) !== undefined && !line.startsWith('a=rtpmap'))
  assert.deepEqual(guarded(after), guarded(before))
  if (before === '') return
  const was = parseSdp(before), is = parseSdp(after)
  assert.ok(was.ok && is.ok, after)
  assert.equal(is.value.media.length, was.value.media.length)
  assert.equal(after.split('\r\n').every((line) => !/^m=audio \d+ RTP\/SAVP *$/.test(line)), true)
  assert.equal(checkAnswer(was.value, is.value).ok, checkAnswer(was.value, was.value).ok, 'what is left could answer what was')
}

test('A1 property: whatever the text and the rules, nothing throws; no rule that was taken touches what none may', () => {
  fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 6 }), fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ unit: fc.constantFrom('\r\n', '\n', ' ', 'a', ':', 'm=', 'a=', '0', 'Content-Type: application/sdp'), maxLength: 60 })), (rules, text) => {
    const { rules: ready, problems } = compileRules(rules)
    applyRules(ready, { direction: 'out', method: 'INVITE', status: 0 }, text)
    assert.equal(new Set([...ready.in, ...ready.out]).size, rules.length - new Set(problems.map((one) => one.rule)).size)
    for (const { rule: { what, name } } of [...ready.in, ...ready.out]) assert.equal(what === 'removeCodec' ? undefined : what === 'removeAttribute' ? untouchedAttribute(name) : untouchedHeader(name), undefined)
  }), { numRuns: runs, seed: 4 })
})

const all: Rule[] = [
  { what: 'replace', name: 'X-One', find: 'a*"*;*a*zz', value: '*' }, { what: 'remove', name: 'X-One', find: '*;*\\*%41*never' }, { what: 'set', name: 'Subject', value: 'x' }, { what: 'add', name: 'X-Two', value: 'x' }, { what: 'removeAttribute', name: 'fmtp', find: 'a*a*;*never' }, { what: 'removeCodec', name: 'PCMU' },
].map((one) => ({ direction: 'both', method: '*', status: '*', ...one }) as Rule)
const { rules: compiled } = compileRules(all)
linear('A5 rules on a message with', 8_000, everywhere((text) => applyRules(compiled, { direction: 'in', method: 'INVITE', status: 0 }, text), {
  'a header of': ['INVITE sip:a SIP/2.0\r\nX-One: a', '\r\nContent-Type: application/sdp\r\n\r\nm=audio 1 RTP/AVP 0 8\r\n'],
  'a description of': ['INVITE sip:a SIP/2.0\r\nX-One: a\r\nContent-Type: application/sdp\r\n\r\nm=audio 1 RTP/AVP 0 8\r\na=fmtp:1 ', '\r\n'],
}))
linear('A5 rules on a message with many', 8_000, Object.fromEntries(Object.entries({ headers: ['X-One: a"b;\r\n', ''], attributes: ['', 'a=fmtp:96 a;a\r\n'], formats: ['', ' 0 8'], media: ['', '\r\nm=audio 1 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000'] }).map(([what, [one, other]]) => [what, (n: number) => {
  const text = `INVITE sip:a SIP/2.0\r\n${one!.repeat(n / 13)}Content-Type: application/sdp\r\n\r\nm=audio 1 RTP/AVP 0 8${other!.startsWith('a=') ? '\r\n' : ''}${other!.repeat(n / 13)}\r\n`
  return () => applyRules(compiled, { direction: 'in', method: 'INVITE', status: 0 }, text)
}])))
