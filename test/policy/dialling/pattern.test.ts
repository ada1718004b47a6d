/** 11.1: what each pattern character means, how a pattern is written in one way, and what is no pattern. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countsOf } from '../../../src/policy/dialling/count.ts'
import { parsePattern } from '../../../src/policy/dialling/pattern.ts'
import { dialledDigits, symbols } from '../../../src/policy/dialling/symbols.ts'

/** What a pattern of one key matches. */
function keysOf(text: string): string {
  const pattern = parsePattern(text)
  assert.ok(pattern.ok, text)
  const [only] = pattern.value.items
  return [...symbols].filter((_, column) => only!.mask & 1 << column).join('')
}

test('11.1 each character and what it matches', () => {
  const rows: [string, string][] = [
    ['0', '0'], ['9', '9'], ['A', 'A'], ['D', 'D'], ['*', '*'], ['#', '#'], ['\\+', '+'], ['X', '0123456789'], ['!', '0123456789'],
    ['[135]', '135'], ['[2-5]', '2345'], ['[1-37-9]', '123789'], ['[A-D]', 'ABCD'], ['[*#]', '*#'], ['[0-9*#+]', '0123456789*#+'],
    ['[^0-5]', '6789*#'], ['[^3-9]', '012*#'], ['[^*#]', '0123456789'],
  ]
  for (const [pattern, keys] of rows) assert.equal(keysOf(pattern), keys, pattern)
})

test('11.1 canonical: patterns that match alike are written alike', () => {
  const rows: [string, string][] = [
    ['9.0[2-9]XXXXXXX', '9.0[2-9]XXXXXXX'], ['[0-9]', 'X'], ['[0123456789]', 'X'], ['X+', '!'], ['[0-9]+', '!'], ['[5]', '5'], ['[12]', '[12]'], ['[123]', '[1-3]'],
    ['[^0-5]', '[6-9*#]'], ['\\+49!', '\\+49!'], ['[+]', '\\+'], ['9.@', '9.@'], ['91X?', '91X?'], ['*#?', '*#?'], ['.123', '.123'], ['123.', '123.'], ['9.@#', '9.@#'], ['[31-2]', '[1-3]'],
  ]
  for (const [pattern, text] of rows) {
    const parsed = parsePattern(pattern)
    assert.equal(parsed.ok ? parsed.value.text : parsed.problem.code, text, pattern)
  }
})

test('11.1 what is no pattern, by code and place', () => {
  const rows: [string, string, number][] = [
    ['', 'empty', 1], ['.', 'empty', 1], ['9 0', 'character', 2], ['9x', 'character', 2], ['a', 'character', 1], ['9\\', 'character', 2], ['9\\*', 'character', 2], ['9]', 'character', 2], ['9^', 'character', 2], ['1\u{1F600}', 'character', 2],
    ['+49!', 'nothingToRepeat', 1], ['?1', 'nothingToRepeat', 1], ['9.+', 'nothingToRepeat', 3], ['9@?', 'nothingToRepeat', 3], ['X??', 'nothingToRepeat', 3], ['!+', 'nothingToRepeat', 2],
    ['9[', 'set', 2], ['9[12', 'set', 2], ['[]', 'set', 1], ['[^]', 'set', 1], ['[^0-9*#]', 'set', 1], ['[5-2]', 'set', 1], ['[8-B]', 'set', 1], ['[1-]', 'set', 1], ['[-1]', 'set', 1], ['[*-#]', 'set', 1], ['[X]', 'set', 1], ['1[[2]', 'set', 2],
    ['[^1][^2]', 'negations', 5], ['9.1.', 'dots', 4], ['@.1', 'dots', 2], ['@@', 'plans', 2], ['1'.repeat(51), 'tooLong', 51],
  ]
  for (const [pattern, code, place] of rows) {
    const parsed = parsePattern(pattern)
    assert.ok(!parsed.ok, pattern)
    assert.deepEqual([parsed.problem.code, parsed.problem.where], [`dialling.${code}`, `character ${place} of the pattern`], pattern)
  }
})

test('11.1 A4 any text is a pattern or a problem, at once; what is printed reads the same', () => {
  const character = fc.constantFrom(...'0159ABD*#\\+X!?+[]^-.@', '[1', '-3]', '[^', 'é', '\0')
  let parsed = 0
  fc.assert(fc.property(fc.array(character, { maxLength: 30 }).map((all) => all.join('')), (text) => {
    const first = parsePattern(text)
    if (!first.ok) { assert.ok(first.problem.where); return }
    parsed++
    const again = parsePattern(first.value.text)
    assert.deepEqual(again.ok && again.value, first.value)
  }), { numRuns: 20_000, seed: 11 })
  assert.ok(parsed > 300, `only ${parsed} were patterns`)
})

test('11.2 A4 how many numbers of a length: exact, where wildcards overlap too', () => {
  const rows: [string, readonly bigint[]][] = [
    ['1XXX', [0n, 0n, 0n, 0n, 1000n, 0n]], ['15!', [0n, 0n, 0n, 10n, 100n, 1000n]], ['1[3-5]XX', [0n, 0n, 0n, 0n, 300n, 0n]], ['91X?', [0n, 0n, 1n, 10n, 100n, 1000n]],
    ['X?', [1n, 10n, 100n, 1000n]], ['X?X?', [1n, 10n, 100n, 1000n]], ['!!', [0n, 0n, 100n, 1000n]], ['1?1?', [1n, 1n, 1n]], ['1?2?', [1n, 2n, 3n, 4n]], ['X?1?', [1n, 10n, 100n]],
    ['!1!', [0n, 0n, 0n, 100n, 1900n]], ['X?1X', [0n, 0n, 10n, 100n]],
  ]
  for (const [text, expected] of rows) {
    const pattern = parsePattern(text), counts = pattern.ok && countsOf([pattern.value.items])
    assert.ok(counts, text)
    assert.deepEqual(expected.map((_, length) => counts(length)), expected, text)
  }
})

test('11.2 A4 a pattern whose wildcards overlap too widely to be counted is refused, quickly', () => {
  for (const text of ['!1XXXXXXXXXXXXXXXXXX!', `${'1?2?'.repeat(5)}!1[1-5]?1XXXXXXXXXXXXX`]) {
    const pattern = parsePattern(text)
    assert.equal(pattern.ok && countsOf([pattern.value.items]), undefined, text)
  }
  const all = parsePattern('X?'.repeat(25))
  assert.equal(all.ok && countsOf([all.value.items])?.(50), 10n ** 50n)
})

test('R131 a dialled number in one spelling: separators go, + stays in front alone', () => {
  const rows: [string, string][] = [
    ['9-900', '9900'], ['9 900', '9900'], ['(030) 123/45.67', '0301234567'], ['+49 30 1', '+49301'], [' +49', '+49'], ['*21#', '*21#'], ['12a', '12A'],
    ['9+49', 'dialling.character'], ['++49', 'dialling.character'], ['alice', 'dialling.character'], ['9\u00a0900', 'dialling.character'], ['９', 'dialling.character'], ['', 'dialling.empty'], ['- -', 'dialling.empty'],
    ['1'.repeat(50), '1'.repeat(50)], ['1'.repeat(51), 'dialling.tooLong'],
  ]
  for (const [text, expected] of rows) {
    const digits = dialledDigits(text)
    assert.equal(digits.ok ? digits.value : digits.problem.code, expected, text)
  }
})
