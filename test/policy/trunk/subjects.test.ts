/** Certificate names and the list that they must stand on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchSubject, nameOf, subjectsOf, tokenise } from '../../../src/policy/trunk/subjects.ts'
import { certificate } from './sample.ts'

const lists: [string, string[]][] = [
  ['a:b;c, d', ['a', 'b', 'c', 'd']], ['', []], [' ,;: ', []], ['my_cm1,my_cm2', ['my_cm1', 'my_cm2']], ['one', ['one']], ['a b', ['a', 'b']],
  ['[2001:db8::1]:a', ['[2001:db8::1]', 'a']], ['[not an address]', ['[not', 'an', 'address]']], ['[2001:db8::1', ['[2001', 'db8', '1']], ['a\tb', ['a\tb']],
]
for (const [list, expected] of lists) test(`R352 ${JSON.stringify(list)} is ${expected.length} names`, () => { assert.deepEqual(tokenise(list), expected) })

/** The list, the common name, alternative names, and the name that matches. */
const rows: [string, string, string, string[], string | undefined][] = [
  ['R350 the common name', 'sbc1.test', 'sbc1.test', [], 'sbc1.test'], ['R350 an alternative name', 'sbc1.test', 'other', ['x.test', 'sbc1.test'], 'sbc1.test'],
  ['R350 an address', '192.0.2.7', '', ['192.0.2.7'], '192.0.2.7'], ['R350 an IPv6 address in another spelling', '[2001:DB8:0::1]', '', ['2001:db8:0:0:0:0:0:1'], '2001:db8::1'],
  ['R350 RFC 5922 7.1 the host of a SIP URI', 'sbc1.test', '', ['sip:sbc1.test'], 'sbc1.test'], ['R350 RFC 5922 7.1 not of a person\'s', 'sbc1.test', '', ['sip:alice@sbc1.test'], undefined],
  ['R350 nor with a port or a parameter', 'sbc1.test', '', ['sip:sbc1.test:5061', 'sip:sbc1.test;x=y', 'http://sbc1.test', 'sip:sbc1.test?a=b'], undefined],
  ['R351 the second of several', 'sbc1.test sbc2.test', 'sbc2.test', [], 'sbc2.test'], ['R350 nobody', 'sbc1.test', 'sbc3.test', ['sbc4.test'], undefined], ['R350 an empty list', '', 'sbc1.test', [], undefined],
  ['A26 a wildcard in the certificate', 'sbc1.test', '*.test', ['*.test', 'sbc*.test', '*'], undefined], ['A26 a wildcard in the list', '*.test *', 'sbc1.test', ['*.test', '*'], undefined],
  ['A26 NUL in the certificate', 'sbc1.test', 'sbc1.test\0.evil.test', ['sbc1.test\0'], undefined], ['A26 a name that is longer or shorter', 'sbc1.test', 'sbc1.test.evil.test', ['bc1.test', 'sbc1.tes', 'xsbc1.test'], undefined],
  ['A26 a name with the separators inside', 'sbc1.test', 'evil,sbc1.test', ['evil:sbc1.test', 'evil sbc1.test', 'sbc1.test;'], undefined],
  ['A26 an address that only a lax parser reads', '127.0.0.1', '127.1', ['0x7f.0.0.1', '2130706433', '0177.0.0.1'], undefined], ['A26 an address with a zone', 'fe80::1%eth0 [fe80::1]', 'fe80::1%eth0', ['fe80::1%1'], undefined],
  ['RFC 4343 case', 'SBC1.Test', 'sbc1.TEST', [], 'sbc1.test'], ['A26 a trailing dot on either side', 'sbc1.test.', 'sbc1.test', [], 'sbc1.test'], ['A26 a trailing dot in the certificate', 'sbc1.test', '', ['sbc1.test.'], 'sbc1.test'],
  ['A26 two trailing dots', 'sbc1.test', '', ['sbc1.test..'], undefined], ['RFC 5890 a name of another language in the list', 'büro.test', '', ['xn--bro-hoa.test'], 'xn--bro-hoa.test'],
  ['RFC 5890 as an A-label in another case', 'XN--BRO-HOA.test', '', ['xn--bro-hoa.test'], 'xn--bro-hoa.test'], ['A26 letters that look alike', 'sbc1.test', 'ѕbc1.test', ['sbc１.test', 'sbc1。test'], undefined],
  ['R350 an empty name', 'sbc1.test', '', ['', '.', '..'], undefined],
]
for (const [about, list, subject, names, expected] of rows) test(`${about}: ${expected ?? 'no match'}`, () => { assert.equal(matchSubject(subjectsOf(list), certificate(subject, ...names)), expected) })

test('R353 the longest list of names is read in one pass, each name found', () => {
  const list = Array.from({ length: 400 }, (_, i) => `s${i}.test`).join(':')
  const subjects = subjectsOf(list)
  assert.equal(subjects.size, 400)
  assert.equal(matchSubject(subjects, certificate('s399.test')), 's399.test')
})

test('A26 property: nothing is taken but what stands on the list, letter for letter; nothing throws', () => {
  const text = fc.oneof(fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'b', '.', '*', '\0', ':', ' ', ',', '[', ']', '%', 'é', 'A', '1', ';', '@') }), fc.string({ maxLength: 300 }), fc.domain(), fc.ipV6())
  let matched = 0
  fc.assert(fc.property(fc.array(text, { maxLength: 4 }), text, fc.array(text, { maxLength: 4 }), (list, subject, names) => {
    const subjects = subjectsOf(list.join(',')), found = matchSubject(subjects, certificate(subject, ...names))
    if (found === undefined) return
    matched++
    assert.ok(subjects.has(found))
    assert.ok([subject, ...names].some((name) => nameOf(name) === found || /^sips?:/i.test(name)), found)
  }), { numRuns: 5_000, seed: 350, examples: [[['a.test'], 'A.test.', []]] })
  assert.ok(matched > 0)
})
