/** RFC 3501 9 (sequence-set): sets cost what their text costs, and agree with sets of numbers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { count, has, intersection, numbers, printRanges, type Range, type Ranges, rangesOf, resolve, sequenceSet, split, without } from '../../../src/wire/imap/index.ts'
import { newReader } from '../../../src/wire/imap/scan.ts'
import { add, newView, remove, sequenceOf, sequencesOf, uidOf, uidsOf } from '../../../src/wire/imap/view.ts'

const some = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((n) => n.sort((a, b) => a - b))
const all = (ranges: Ranges) => [...numbers(ranges)]

function read(text: string): readonly Range[] | string {
  const reader = newReader(text), set = sequenceSet(reader)
  return reader.wrong?.code ?? (reader.at < text.length ? `rest ${text.slice(reader.at)}` : set)
}

const rows: [string, number, string][] = [
  ['2', 9, '2'], ['2,4:7,9,12:*', 15, '2,4:7,9,12:15'], ['*:4,5:7', 10, '4:10'], ['*', 8, '8'], ['559:*', 12, '12:559'], ['5:3', 9, '3:5'], ['1,1,1', 9, '1'], ['3,2,1', 9, '1:3'], ['1:4294967295', 9, '1:4294967295'],
]
for (const [text, last, wanted] of rows) {
  test(`RFC 3501 9 the set ${text} of ${last}`, () => {
    const set = read(text)
    assert.ok(typeof set !== 'string')
    assert.equal(printRanges(resolve(set, last)), wanted)
  })
}

for (const text of ['', '0', '1:', ':1', '1,', ',1', 'a', '1:0', '4294967296', '99999999999999999999', '-1']) {
  test(`RFC 3501 9 "${text}" is no set`, () => assert.ok(typeof read(text) === 'string'))
}

test('sets agree with sets of numbers: intersection, without, has, split, count', () => {
  fc.assert(fc.property(some, some, fc.integer({ min: 0, max: 70 }), (a, b, n) => {
    const [x, y] = [rangesOf(a), rangesOf(b)], [head, rest] = split(x, Math.max(1, n))
    assert.deepEqual(all(x), a)
    assert.deepEqual(all(intersection(x, y)), a.filter((k) => b.includes(k)))
    assert.deepEqual(all(without(x, y)), a.filter((k) => !b.includes(k)))
    assert.equal(has(x, n), a.includes(n))
    assert.equal(count(x), a.length)
    assert.deepEqual([...all(head), ...all(rest)], a)
    assert.equal(count(head), Math.min(a.length, Math.max(1, n)))
  }))
})

test('RFC 3501 2.3.1 the view agrees with an array of UIDs', () => {
  fc.assert(fc.property(some, some, some, (start, more, gone) => {
    const view = newView(rangesOf(start)), behind = more.map((n) => n + 100)
    add(view, rangesOf(behind))
    let uids = [...start, ...behind]
    const out = uids.filter((uid) => gone.includes(uid)), told = remove(view, rangesOf(out))
    for (const sequence of told) uids = uids.filter((_, i) => i !== sequence - 1)                // as a client does it
    assert.deepEqual(all(view.uids), uids)
    assert.equal(view.count, uids.length)
    uids.forEach((uid, i) => { assert.equal(sequenceOf(view, uid), i + 1); assert.equal(uidOf(view, i + 1), uid) })
    assert.equal(sequenceOf(view, 99), 0)
    const odd = rangesOf(uids.map((_, i) => i + 1).filter((n) => n % 3 !== 0)), of = uidsOf(view, odd)
    assert.deepEqual(all(of), uids.filter((_, i) => (i + 1) % 3 !== 0))
    assert.deepEqual(all(sequencesOf(view, of)), all(odd))
  }))
})

test('A41 a set that spans every number costs nothing', () => {
  const set = read('1:4294967295,2:4294967294')
  assert.ok(typeof set !== 'string')
  assert.deepEqual(intersection(resolve(set, 5), [{ from: 3, to: 4 }]), [{ from: 3, to: 4 }])
})
