/** Rules of a trunk: what each does to a message, what none may touch. Issue of the trunks (header and SDP rules as typed data). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { review } from '../../../src/policy/review.ts'
import { applyRules, applyToDescription, compileRules, explainRules, type MessageFacts, type Rule } from '../../../src/policy/trunk/rules.ts'
import { find, newGlob, replaced } from '../../../src/policy/trunk/rules/glob.ts'
import { maxLine, maxLines, maxMessage } from '../../../src/policy/trunk/rules/head.ts'
import { plainName, standsOnce, untouchedHeader } from '../../../src/policy/trunk/rules/untouched.ts'
import * as sip from '../../../src/wire/sip/index.ts'
import { onceLimit } from '../../../src/wire/sip/headers.ts'
import { day, pictureOf } from '../site.ts'

const rule = (more: Partial<Rule>): Rule => ({ direction: 'both', method: '*', status: '*', what: 'remove', name: 'X-One', ...more })
const request: MessageFacts = { direction: 'out', method: 'INVITE', status: 0 }

const sdp = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', 'm=audio 4000 RTP/SAVP 8 0 18 9 96 97 101', 'a=rtpmap:18 G729/8000', 'a=fmtp:18 annexb=no', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 rtx/48000', 'a=fmtp:97 apt=96', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16', 'a=crypto:1 AEAD_AES_256_GCM inline:abc', 'a=silenceSupp:off - - - -', 'a=ptime:20', 'm=audio 0 RTP/AVP 18', 'm=image 4002 udptl t38', 'a=T38FaxVersion:0', ''].join('\r\n')
const head = ['INVITE sip:1@192.0.2.2 SIP/2.0', 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa', 'From: <sip:2@192.0.2.1>;tag=f', 'To: <sip:1@192.0.2.2>', 'Call-ID: c@192.0.2.1', 'CSeq: 1 INVITE', 'k: timer, 100rel', 'X-One: first', 'x-one : second,', '\tfolded', 'User-Agent: Phone 1.0', 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`]
const message = `${head.join('\r\n')}\r\n\r\n${sdp}`

/** What is different: lines that went, with -, and that came, with +. */
function changed(rules: readonly Rule[], text = message, facts = request): string[] {
  const { rules: ready, problems } = compileRules(rules)
  assert.deepEqual(problems, [])
  const after = applyRules(ready, facts, text).split('\r\n'), before = text.split('\r\n')
  const less = (of: string[], by: string[]): string[] => { const left = [...by]; return of.filter((line) => { const at = left.indexOf(line); if (at >= 0) left.splice(at, 1); return at < 0 }) }
  return [...less(before, after).map((line) => `-${line}`), ...less(after, before).map((line) => `+${line}`)].filter((line) => !/Content-Length/.test(line))
}

const rows: [string, Partial<Rule>, string[]][] = [
  ['add', { what: 'add', name: 'X-New', value: 'a b' }, ['+X-New: a b']],
  ['add: UTF-8 octets', { what: 'add', name: 'Subject', value: 'Grüße' }, ['+Subject: Gr\xc3\xbc\xc3\x9fe']],
  ['set where it is not there', { what: 'set', name: 'X-New', value: '' }, ['+X-New: ']],
  ['set in place of all', { what: 'set', name: 'X-ONE', value: 'only' }, ['-X-One: first', '-x-one : second,', '-\tfolded', '+X-ONE: only']],
  ['set by its full name what stands in compact form (7.3.3)', { what: 'set', name: 'Supported', value: 'timer' }, ['-k: timer, 100rel', '+Supported: timer']],
  ['set to what it is', { what: 'set', name: 'user-agent', value: 'Phone 1.0' }, []],
  ['remove, every line of it', { what: 'remove', name: 'x-one' }, ['-X-One: first', '-x-one : second,', '-\tfolded']],
  ['remove where find is in the value', { what: 'remove', name: 'X-One', find: 'fir' }, ['-X-One: first']],
  ['remove what is not there', { what: 'remove', name: 'X-Two' }, []],
  ['replace', { what: 'replace', name: 'Supported', find: ', 100rel', value: '' }, ['-k: timer, 100rel', '+k: timer']],
  ['replace in a folded line (7.3.1)', { what: 'replace', name: 'X-One', find: 'second, folded', value: 'x' }, ['-x-one : second,', '-\tfolded', '+x-one: x']],
  ['replace with what stars found', { what: 'replace', name: 'User-Agent', find: '* 1.*', value: 'New * 2.*' }, ['-User-Agent: Phone 1.0', '+User-Agent: New Phone 2.0']],
  ['replace what does not match', { what: 'replace', name: 'User-Agent', find: 'phone*', value: 'x' }, []],
  ['removeAttribute', { what: 'removeAttribute', name: 'silenceSupp' }, ['-a=silenceSupp:off - - - -']],
  ['removeAttribute where find is in the value', { what: 'removeAttribute', name: 'fmtp', find: 'annexb=*' }, ['-a=fmtp:18 annexb=no']],
  ['removeAttribute: the whole name', { what: 'removeAttribute', name: 'silence' }, []],
  ['removeCodec by rtpmap, in each medium that keeps another', { what: 'removeCodec', name: 'g729' }, ['-m=audio 4000 RTP/SAVP 8 0 18 9 96 97 101', '-a=rtpmap:18 G729/8000', '-a=fmtp:18 annexb=no', '+m=audio 4000 RTP/SAVP 8 0 9 96 97 101']],
  ['removeCodec of a static type (RFC 3551 6)', { what: 'removeCodec', name: 'PCMA' }, ['-m=audio 4000 RTP/SAVP 8 0 18 9 96 97 101', '+m=audio 4000 RTP/SAVP 0 18 9 96 97 101']],
  ['removeCodec with its repair (RFC 4588 8.1)', { what: 'removeCodec', name: 'opus' }, ['-m=audio 4000 RTP/SAVP 8 0 18 9 96 97 101', '-a=rtpmap:96 opus/48000/2', '-a=rtpmap:97 rtx/48000', '-a=fmtp:97 apt=96', '+m=audio 4000 RTP/SAVP 8 0 18 9 101']],
  ['removeCodec of what is no RTP', { what: 'removeCodec', name: 't38' }, []],
  ['another method', { what: 'remove', method: 'BYE' }, []],
  ['this method, in small letters', { what: 'remove', method: 'invite', name: 'User-Agent' }, ['-User-Agent: Phone 1.0']],
  ['another direction', { what: 'remove', direction: 'in' }, []],
  ['a status', { what: 'remove', status: '486' }, []],
]
for (const [what, more, lines] of rows) test(`RFC 3261 7.3 rule: ${what}`, () => { assert.deepEqual(changed([rule(more)]), lines) })

test('RFC 3261 7.3 what no rule changes is the same text, octet by octet, folds and all', () => {
  const { rules } = compileRules([rule({ what: 'remove', name: 'X-Two' }), rule({ what: 'removeCodec', name: 'ilbc' })])
  assert.equal(applyRules(rules, request, message), message)
})

test('RFC 3261 7.2 status: request, one, a class, all; a response has the method of its CSeq', () => {
  const done = (status: string, of: number, method = 'INVITE'): boolean => {
    const { rules } = compileRules([rule({ status, method: 'INVITE' })])
    return applyRules(rules, { direction: 'in', method, status: of }, message) !== message
  }
  assert.deepEqual([0, 180, 200, 486, 503].map((of) => ['request', '486', '4XX', '4xx', '*'].filter((status) => done(status, of)).join(' ')), ['request *', '*', '*', '486 4XX 4xx *', '*'])
  assert.equal(done('*', 200, 'BYE'), false)
})

test('RFC 3261 9.1 a CANCEL is as its INVITE was', () => {
  const { rules } = compileRules([rule({ what: 'add', name: 'X', value: 'y' })])
  assert.equal(applyRules(rules, { ...request, method: 'CANCEL' }, message), message)
})

test('rules are done in order: what one writes the next one reads; the dry run names the rule of every line', () => {
  const { rules } = compileRules([rule({ what: 'set', name: 'User-Agent', value: 'Ringfort' }), rule({ what: 'remove', name: 'Crypto', direction: 'in' }), rule({ what: 'replace', name: 'User-Agent', find: 'fort', value: 'ing' }), rule({ what: 'removeCodec', name: 'PCMU' }), rule({ what: 'remove' })])
  const { text, changes } = explainRules(rules, request, message)
  assert.equal(text, applyRules(rules, request, message))
  assert.deepEqual(changes.map(({ rule: at, before, after }) => [at, before, after]), [
    [0, 'User-Agent: Phone 1.0', 'User-Agent: Ringfort'], [2, 'User-Agent: Ringfort', 'User-Agent: Ringing'],
    [3, 'm=audio 4000 RTP/SAVP 8 0 18 9 96 97 101', 'm=audio 4000 RTP/SAVP 8 18 9 96 97 101'], [4, 'X-One: first', undefined], [4, 'x-one : second,\r\n\tfolded', undefined],
  ])
})

test('RFC 3264 8.2 a medium keeps its last codec; events and noise are none', () => {
  const of = (...formats: string[]): string => message.replace(/8 0 18 9 96 97 101/, formats.join(' '))
  assert.deepEqual(changed([rule({ what: 'removeCodec', name: 'PCMU' })], of('0', '101', '13')), [])
  assert.deepEqual(changed([rule({ what: 'removeCodec', name: 'PCMU' }), rule({ what: 'removeCodec', name: 'PCMA' })], of('0', '8')), ['-m=audio 4000 RTP/SAVP 0 8', '+m=audio 4000 RTP/SAVP 8'])
  assert.deepEqual(changed([rule({ what: 'removeCodec', name: 'telephone-event' })], of('0', '101')), ['-m=audio 4000 RTP/SAVP 0 101', '-a=rtpmap:101 telephone-event/8000', '-a=fmtp:101 0-16', '+m=audio 4000 RTP/SAVP 0'])
})

test('RFC 3261 18.3 Content-Length follows the description; octets behind it are no part of the message; other bodies stay', () => {
  const { rules } = compileRules([rule({ what: 'removeCodec', name: 'opus' }), rule({ what: 'removeAttribute', name: 'ptime' })])
  const after = sip.parseMessage(applyRules(rules, request, `${message}a=ptime:60\r\n`))
  assert.ok(after.ok)
  assert.equal(sip.header(after.message, 'Content-Length'), String(sip.body(after.message).length))
  assert.equal(sip.body(after.message), applyToDescription(rules, request, sdp))
  assert.doesNotMatch(after.message.raw, /ptime|opus/)
  for (const type of ['application/sdp-like', 'text/plain', 'multipart/mixed;boundary=b']) { const other = message.replace('application/sdp', type); assert.equal(applyRules(rules, request, other), other) }
  const packed = message.replace('Content-Type', 'Content-Encoding: gzip\r\nContent-Type')
  assert.equal(applyRules(rules, request, packed), packed)
})

const wrong: [Partial<Rule>, string, RegExp?][] = [
  ...['Via', 'v', 'From', 'F', 'To', 'Call-ID', 'i', 'CSeq', 'Max-Forwards', 'Content-Length', 'l', 'Contact', 'm', 'Route', 'Record-Route', 'Authorization', 'proxy-authorization', 'WWW-Authenticate', 'Require', 'Replaces', 'Event', 'o', 'Identity', 'y', 'Session-Expires', 'x', 'Privacy', 'Refer-To', 'r', 'Content-Type', 'c', 'Call-Info', 'RAck', 'Subscription-State']
    .flatMap((name) => (['remove', 'add', 'set', 'replace'] as const).map((what): [Partial<Rule>, string] => [{ what, name, ...(what === 'remove' ? {} : { value: 'x' }), ...(what === 'replace' ? { find: 'x' } : {}) }, 'name policy.trunk.ruleHeader'])),
  ...['crypto', 'Fingerprint', 'setup', 'pcfg', 'acap', 'tls-id', 'inactive', 'sendonly', 'rtpmap'].map((name): [Partial<Rule>, string] => [{ what: 'removeAttribute', name }, 'name policy.trunk.ruleAttribute']),
  [{ what: 'add', name: 'Referred-By', value: '<sip:a@b>' }, 'what policy.trunk.ruleOnce'], [{ method: 'cancel' }, 'method policy.trunk.ruleMethod'],
  ...['7XX', '48', '4XXX', 'response', '4X6', '0XX'].map((status): [Partial<Rule>, string] => [{ status }, 'status policy.trunk.ruleStatus']),
  [{ what: 'add' }, 'value policy.trunk.ruleValue', /add has none/], [{ value: 'x' }, 'value policy.trunk.ruleValue', /remove writes nothing/], [{ what: 'replace', value: '' }, 'find policy.trunk.ruleFind', /replace has none/],
  [{ what: 'set', value: 'x', find: 'y' }, 'find policy.trunk.ruleFind'], [{ what: 'removeCodec', name: 'G729', find: 'y' }, 'find policy.trunk.ruleFind'], [{ what: 'replace', find: 'a*', value: '**' }, 'value policy.trunk.ruleStars'],
]
test('A22 what no rule touches is refused when it is given, with the reason, and the rule does nothing', () => {
  for (const [more, said, words = /./] of wrong) {
    const { rules, problems } = compileRules([rule(more)])
    assert.deepEqual(problems.map(({ field, problem }) => `${field} ${problem.code}`), [said], JSON.stringify(more))
    assert.match(problems[0]!.problem.text, words)
    assert.deepEqual(rules, { in: [], out: [] })
  }
  assert.match(compileRules([rule({ name: 'Contact' })]).problems[0]!.problem.text, /^No rule touches this header: Contact: it belongs to the dialog, which both sides must see alike\.$/)
})

test('RFC 3261 7.3.1 every header that stands once is untouched, or is not added; every compact form is known', () => {
  for (let id = 0; id < onceLimit; id++) { const name = sip.headerName(id); assert.ok(untouchedHeader(name) !== undefined || standsOnce(name), name) }
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') { const id = sip.lookUp(letter); assert.equal(plainName(letter), id < 0 ? letter : sip.headerName(id).toLowerCase()) }
})

test('A1 no rule makes a message that its reader refuses: the bounds are those of the parser, what would go over them is left and told', () => {
  assert.deepEqual([maxMessage, maxLine, maxLines], [sip.maxMessage, sip.maxLine, sip.maxHeaders])
  const many = message.replace('User-Agent', `${'X-Two: 1\r\n'.repeat(maxLines - 11)}User-Agent`)
  const add = compileRules([rule({ what: 'add', name: 'X-New', value: 'x' })]).rules
  assert.match(explainRules(add, request, many).changes[0]?.left ?? '', /too long/)
  assert.equal(applyRules(add, request, many), many)
  const long = message.replace('first', `${'a'.repeat(maxLine - 20)}first`), grow = compileRules([rule({ what: 'replace', find: 'first', value: 'b'.repeat(200) })]).rules
  assert.equal(applyRules(grow, request, long), long)
  const full = message.replace('User-Agent', `${`X-Two: ${'a'.repeat(maxLine - 7)}\r\n`.repeat(7)}X-Two: ${'a'.repeat(maxMessage - message.length - 7 * (maxLine + 2) - 9)}\r\nUser-Agent`)
  assert.equal(full.length, maxMessage)
  for (const more of [{ what: 'add', name: 'A', value: '' }, { what: 'set', name: 'User-Agent', value: 'Phone 1.00' }, { what: 'replace', name: 'User-Agent', find: '0', value: '00' }] as const) assert.equal(applyRules(compileRules([rule(more)]).rules, request, full), full)
})

const globs: [string, string, string, string | undefined][] = [
  ['b', 'X', 'abcb', 'aXcb'], ['b*', 'X', 'abcb', 'aX'], ['*b', 'X', 'abcb', 'Xcb'], ['a*c', '[*]', 'xabcabc', 'x[b]abc'], ['*', '<*>', 'abc', '<abc>'], ['**', '*|*', 'abc', '|abc'], ['a*b*c', '*-*', 'a1b2c', '1-2'], ['a*b', 'X', 'ba', undefined], ['x', '*', 'x', '*'], ['a*', '', 'a', ''],
]
test('find: the leftmost match, stars as short as can be', () => {
  for (const [pattern, by, value, after] of globs) assert.equal(replaced(newGlob(pattern), newGlob(by), value), after, `${pattern} in ${value}`)
  assert.deepEqual(find(newGlob('a*c'), 'xabcabc'), { start: 1, end: 4, stars: ['b'] })
})

test('what a review finds of rules, at their place in the site file', async () => {
  const site = (rules: string): string => `trunks: [{ name: t, securityProfile: Non Secure SIP Trunk Profile, destinations: [{ address: 192.0.2.1 }], rules: [${rules}] }]\n`
  const found = review(await pictureOf(site('{ what: remove, name: X-A }, { what: remove, name: Via }, { what: removeAttribute, name: crypto, value: x }')), { now: day }).errors
  assert.deepEqual(found.map(({ kind, key, field, code }) => `${kind}[${key}].${field} ${code}`), ['trunk[t].rules[1].name policy.trunk.ruleHeader', 'trunk[t].rules[2].name policy.trunk.ruleAttribute', 'trunk[t].rules[2].value policy.trunk.ruleValue'])
  assert.deepEqual(review(await pictureOf(site('{ what: removeCodec, name: G729 }, { direction: in, method: INVITE, status: request, what: set, name: X-A, value: "1" }')), { now: day }).errors, [])
})
