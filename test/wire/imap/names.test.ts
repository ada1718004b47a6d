/** RFC 3501 5.1.3: modified UTF-7; RFC 3501 6.3.8: wildcards; dates. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUtf7, matches, printDateTime, readMailbox, toUtf7 } from '../../../src/wire/imap/index.ts'
import { dateTime, day } from '../../../src/wire/imap/dates.ts'
import { newReader } from '../../../src/wire/imap/scan.ts'
import { everywhere, linear } from '../../linear.ts'

const spelled: [string, string][] = [
  ['INBOX', 'INBOX'], ['a&b', 'a&-b'], ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'], ['Entwürfe', 'Entw&APw-rfe'], ['😀', '&2D3eAA-'], ['', ''],
]
for (const [name, octets] of spelled) {
  test(`RFC 3501 5.1.3 ${name || 'nothing'} is ${octets || 'nothing'}`, () => {
    assert.equal(toUtf7(name), octets)
    assert.equal(fromUtf7(octets), name)
  })
}

for (const octets of ['&', '&U', '&Jjo!', '&U,BTFw-&ZeVnLIqe-', '&AGE-', '&2D0-', 'a\x80', '&====-', '&-&', '&A-', '\x07']) {
  test(`RFC 3501 5.1.3 ${JSON.stringify(octets)} is malformed, or a second spelling`, () => assert.equal(fromUtf7(octets), undefined))
}

test('RFC 3501 5.1.3 every name comes back, and what is read is written the same', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => name.isWellFormed() ? assert.equal(fromUtf7(toUtf7(name)), name) : undefined))
  fc.assert(fc.property(fc.string(), (octets) => { const name = fromUtf7(octets); if (name !== undefined) assert.equal(toUtf7(name), octets) }))
})

const mailboxes: [string, boolean, string | undefined][] = [
  ['inbox', false, 'INBOX'], ['InBox/a', false, 'INBOX/a'], ['inboxes', false, 'inboxes'], ['', false, undefined], ['/a', false, '/a'],
  ['Entw\xc3\xbcrfe', true, 'Entwürfe'], ['Entw\xc3\xbcrfe', false, undefined], ['\xc3', true, undefined], ['a\x7f', true, undefined], ['x'.repeat(513), false, undefined], ['&AAo-', false, undefined],
]
for (const [octets, isUtf8, wanted] of mailboxes) {
  test(`RFC 3501 5.1 the mailbox ${JSON.stringify(octets.slice(0, 20))}${isUtf8 ? ' in UTF-8' : ''}`, () => assert.equal(readMailbox(octets, isUtf8), wanted))
}

const patterns: [string, string, boolean][] = [
  ['INBOX', '*', true], ['a/b/c', '*', true], ['a/b', '%', false], ['a', '%', true], ['a/b', '%/%', true], ['a/b', 'a/%', true], ['a/b/c', 'a/%', false], ['a/b/c', '*c', true], ['a/b/c', 'a*', true],
  ['a/b/c', '%*c', true], ['a/b', 'a%b', false], ['a/bcb', 'a*b', true], ['ab', 'a%%b', true], ['a', 'a*%', true], ['', '*', true], ['abc', 'ab', false], ['ab', 'abc', false], ['a%', 'a%', true], ['x/a/y', '*/%', true],
]
for (const [name, pattern, wanted] of patterns) test(`RFC 3501 6.3.8 ${name} ${wanted ? 'is' : 'is not'} ${pattern}`, () => assert.equal(matches(name, pattern), wanted))

test('A5 RFC 3501 6.3.8 wildcards do not go back: 512 of them against a name of 512', () => {
  const started = process.cpuUsage().user
  assert.equal(matches('a'.repeat(512), `${'*%a'.repeat(170)}b`), false)
  assert.ok(process.cpuUsage().user - started < 500_000)
})

const times: [string, number][] = [
  ['"17-Jul-1996 02:44:25 -0700"', Date.UTC(1996, 6, 17, 9, 44, 25)], ['" 1-Jan-2026 00:00:00 +0000"', Date.UTC(2026, 0, 1)], ['"29-Feb-2024 23:59:60 +0130"', Date.UTC(2024, 1, 29, 22, 30, 0)],
]
for (const [text, wanted] of times) test(`RFC 3501 9 the date ${text}`, () => assert.equal(dateTime(newReader(text)), wanted))
for (const text of ['"30-Feb-2024 00:00:00 +0000"', '"1-Jan-2026 00:00:00 +0000"', '" 1-Jan-2026 24:00:00 +0000"', '" 1-Jun-26 00:00:00 +0000"', '"x"', '']) {
  test(`RFC 3501 9 ${text || 'nothing'} is no date`, () => { const reader = newReader(text); dateTime(reader); assert.ok(reader.wrong) })
}
test('RFC 3501 9 a date is printed as it is read, in UTC', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => assert.equal(dateTime(newReader(printDateTime(seconds * 1_000))), seconds * 1_000)))
})
test('RFC 3501 9 days of SEARCH', () => {
  assert.equal(day(newReader('1-Feb-1994')), Date.UTC(1994, 1, 1) / 86_400_000)
  assert.equal(day(newReader('"01-feb-1994"')), Date.UTC(1994, 1, 1) / 86_400_000)
})

linear('A5 RFC 3501 5.1.3 modified UTF-7', 4_000, everywhere(fromUtf7, { 'a name of': ['', ''], 'shifted': ['&', '-'] }))
