/** 11.3: discard digits instructions, masks, prefixes, and their order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../../../src/directory/explain.ts'
import { discard, fits, parseDiscard } from '../../../src/policy/dialling/discard.ts'
import { e164, nanp } from '../../../src/policy/dialling/numberingPlans.ts'
import { spell } from '../../../src/policy/dialling/numbering.ts'
import { parsePattern } from '../../../src/policy/dialling/pattern.ts'
import { masked, parseTransformation, transform } from '../../../src/policy/dialling/transform.ts'

function discarded(instruction: string, text: string, digits: string): string | undefined {
  const pattern = parsePattern(text), parsed = parseDiscard(instruction)
  assert.ok(pattern.ok && parsed.ok, `${instruction} ${text}`)
  const spellings = spell(pattern.value, text === '7.@' ? e164 : nanp)
  assert.ok(spellings.ok && fits(parsed.value, pattern.value), `${instruction} does not fit ${text}`)
  return discard(parsed.value, spellings.value, digits)
}

test('11.3 each discard instruction at a number', () => {
  const rows: [string, string, string, string | undefined][] = [
    ['NoDigits', '9.0!', '90301', '90301'], ['PreDot', '9.0[2-9]XXXXXXX', '9023456789', '023456789'], ['preDot', '9.@', '919725551234', '19725551234'], ['PreDot', '99!.#', '99123#', '#'], ['PreDot', '1X?.2', '1222', '2'], ['PreDot', '.123', '123', '123'], ['PreDot', '123.', '123', ''],
    ['PreDot', '!.0', '100', '0'], ['PreDot', '\\+.49!', '+4930', '4930'], ['PreDot', '8!X?.[1-3]1?', '81211', '1'],
    ['Trailing-#', '9.0!#', '90301#', '90301'], ['Trailing-#', '9.0!', '90301', '90301'], ['PreDot Trailing-#', '9.0!#', '90301#', '0301'], ['PreDot Trailing-#', '9.@', '901133123456#', '01133123456'], ['trailing-# predot', '9.0!#', '90301#', '0301'],
    ['PreAt', '9.5@', '9519725551234', '19725551234'], ['PreDot', '9.5@', '9519725551234', '519725551234'], ['PreAt', '95@', '9519725551234', '19725551234'],
    ['10-10-Dialing', '9.@', '9101028819725551234', '919725551234'], ['PreDot 10-10-Dialing', '9.@', '9101028819725551234', '19725551234'], ['10-10-Dialing Trailing-#', '9.@', '9101028801133123456#', '901133123456'],
    ['11D->10D', '9.@', '919725552234', '99725552234'], ['PreDot 11D->10D', '9.@', '919725552234', '9725552234'], ['PreDot 11D->10D', '9.@', '909725552234', '9725552234'], ['PreDot 11D->10D', '9.@', '9101028819725552234', '9725552234'],
    ['PreDot 11D->7D', '9.@', '919725552234', '5552234'], ['PreDot 10D->7D', '9.@', '99725552234', '5552234'], ['PreDot 10D->7D', '9.@', '919725552234', '15552234'],
    ['PreDot IntlTollBypass', '9.@', '901133123456789', '123456789'], ['PreDot IntlTollBypass Trailing-#', '9.@', '90113531234#', '1234'], ['PreDot IntlTollBypass', '7.@', '7+4930123', '30123'],
    ['PreDot', '9.0X', '955', undefined],
  ]
  for (const [instruction, pattern, digits, expected] of rows) assert.equal(discarded(instruction, pattern, digits), expected, `${instruction} ${pattern} ${digits}`)
})

test('11.3 what is no discard instruction, and what a pattern must have for it', () => {
  for (const text of ['', 'PreDash', 'PreDot PreDot', 'PreDot  Trailing-#', 'NoDigits PreDot', 'PreDot,Trailing-#', 'PreDot '.repeat(10_000)]) {
    const parsed = parseDiscard(text)
    assert.equal(parsed.ok ? 'taken' : parsed.problem.code, 'dialling.discard', text.slice(0, 40))
  }
  const rows: [string, string, boolean][] = [['PreDot', '90!', false], ['PreAt', '9.0!', false], ['11D->10D', '9.0!', false], ['Trailing-#', '90!#', true], ['NoDigits', '90!', true], ['PreDot 10D->7D', '9.@', true], ['PreDot Trailing-#', '9.1#', true], ['PreDot 11D->10D Trailing-#', '9.1#', false]]
  for (const [instruction, pattern, expected] of rows) {
    const parsed = parseTransformation({ discard: instruction }, patternOf(pattern))
    assert.equal(parsed.ok, expected, `${instruction} ${pattern}`)
    if (!parsed.ok) assert.equal(parsed.problem.code, 'dialling.discardNeeds')
  }
})

function patternOf(text: string) {
  const pattern = parsePattern(text)
  assert.ok(pattern.ok)
  return pattern.value
}

test('11.3 masks are right-aligned and X lets a digit through', () => {
  const rows: [string, string, string][] = [
    ['XXXX', '1234', '1234'], ['XXXX', '4085551234', '1234'], ['XXXX', '34', '34'], ['408555XXXX', '1234', '4085551234'], ['408555XXXX', '91234', '4085551234'], ['8XXXX', '12', '812'], ['0', '1234', '0'], ['+4930XXXX', '1234', '+49301234'], ['XX9XX', '12345', '12945'], ['XXXXX', '+4930', '+4930'], ['', '123', ''],
  ]
  for (const [mask, number, expected] of rows) assert.equal(masked(mask, number), expected, `${mask} ${number}`)
  for (const [mask, prefix] of [['X-X', ''], ['1+', ''], ['12', 'X'], ['!', ''], ['1'.repeat(51), '']] as const) {
    const parsed = parseTransformation({ mask, prefix })
    assert.equal(parsed.ok ? 'taken' : parsed.problem.code, 'dialling.mask', `${mask} ${prefix}`)
  }
})

test('11.3 the order: discard, mask, prefix; the external mask first; every step is told with its field', () => {
  const pattern = patternOf('9.0!#'), spellings = spell(pattern), steps: Step[] = []
  const called = parseTransformation({ discard: 'PreDot Trailing-#', mask: '+49XXXXXX', prefix: '' }, pattern), calling = parseTransformation({ useExternalMask: true, mask: '+XXXXXXXXXX', prefix: '' })
  assert.ok(spellings.ok && called.ok && calling.ok)
  assert.equal(transform(called.value, '9030123#', { what: 'called', object: 'routePatterns[x]', spellings: spellings.value }, (step) => steps.push(step)), '+49030123')
  assert.equal(transform(calling.value, '1001', { what: 'calling', object: 'routePatterns[x]', externalMask: '4930555XXXX' }, (step) => steps.push(step)), '+9305551001')
  assert.deepEqual(steps.map(({ field, value, text }) => [field, value, text]), [
    ['called.discard', 'PreDot Trailing-#', 'The called number 9030123# becomes 030123.'], ['called.mask', '+49XXXXXX', 'The called number 030123 becomes +49030123.'], ['called.prefix', '', 'The called number +49030123 becomes +49030123.'],
    ['calling.useExternalMask', '4930555XXXX', 'The calling number 1001 becomes 49305551001.'], ['calling.mask', '+XXXXXXXXXX', 'The calling number 49305551001 becomes +9305551001.'], ['calling.prefix', '', 'The calling number +9305551001 becomes +9305551001.'],
  ])
})

test('11.3 A4 nothing that is no number comes out', () => {
  const rows: [string, string, string | undefined][] = [['00', '+49', undefined], ['+', '49', '+49'], ['1'.repeat(50), '2', undefined], ['1'.repeat(49), '2', `${'1'.repeat(49)}2`]]
  for (const [prefix, number, expected] of rows) {
    const parsed = parseTransformation({ prefix })
    assert.ok(parsed.ok)
    assert.equal(transform(parsed.value, number, { what: 'called', object: 'x' }), expected, `${prefix} ${number}`)
  }
  const nothing = parseTransformation({ mask: '' })
  assert.equal(nothing.ok && transform(nothing.value, '123', { what: 'called', object: 'x' }), undefined)
})
