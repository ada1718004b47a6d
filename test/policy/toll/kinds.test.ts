/** R128–R132, A44: what is abroad and what is dear, number by number: codes one after another, carriers, the home country, the islands of +1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Codes, kindOf } from '../../../src/policy/toll/kinds.ts'

const swiss: Codes = { accessCodes: ['9', '99'], internationalPrefixes: ['00'], premiumPrefixes: ['0900', '+41848'], homeCountry: '+41' }
const american: Codes = { accessCodes: ['9'], internationalPrefixes: ['011'], premiumPrefixes: ['1900'], homeCountry: '+1', longDistance: '1' }
const indian: Codes = { accessCodes: ['9'], internationalPrefixes: ['00'], premiumPrefixes: [], homeCountry: '+91' }
const bare: Codes = { accessCodes: [], internationalPrefixes: ['00'], premiumPrefixes: [] }
const zero: Codes = { ...swiss, accessCodes: ['0'], longDistance: '0' }, plainAmerican: Codes = { ...bare, accessCodes: ['9'], homeCountry: '+1', premiumPrefixes: ['1900', '1976'] }

const said = (codes: Codes, dialled: string, called = dialled, onNet = false): string => { const { international, premium } = kindOf(codes, [dialled], [{ called, onNet }]); return [international ? 'abroad' : '', premium ? 'premium' : ''].join('').trim() || 'near' }

/** [codes, dialled, what leaves, what it is]. */
const rows: [Codes, string, string, string][] = [
  [swiss, '90441234567', '0441234567', 'near'], [swiss, '900442079460000', '00442079460000', 'abroad'], [swiss, '900', '00', 'abroad'], [swiss, '9', '', 'near'], [swiss, '+442079460000', '+442079460000', 'abroad'], [swiss, '+41441234567', '+41441234567', 'near'],
  [swiss, '90041441234567', '0041441234567', 'near'], [swiss, '9900442079460000', '900442079460000', 'abroad'], [swiss, '9900', '900', 'abroad'], [swiss, '99900442079460000', '00442079460000', 'abroad'], [swiss, '9990044207946', '90044207946', 'abroad'],
  [swiss, '90900123456', '0900123456', 'premium'], [swiss, '9+41900123456', '+41900123456', 'premium'], [swiss, '90041848123456', '0041848123456', 'premium'], [swiss, '900979123456789', '00979123456789', 'abroadpremium'], [swiss, '7777', '00442079460000', 'abroad'], [swiss, '7777', '+41900123', 'premium'],
  [indian, '99001234567', '9001234567', 'near'], [indian, '9900', '900', 'abroad'], [indian, '9900442079460000', '900442079460000', 'abroad'], [swiss, '71010288004412345', '1010288004412345', 'abroad'],
  [american, '912125551234', '12125551234', 'near'], [american, '99011234567', '9011234567', 'near'], [american, '9011442079460000', '011442079460000', 'abroad'], [american, '918765551234', '18765551234', 'abroad'], [american, '98765551234', '8765551234', 'abroad'],
  [american, '99005551234', '9005551234', 'premium'], [american, '919005551234', '19005551234', 'premium'], [american, '+18765551234', '+18765551234', 'abroad'], [american, '+12125551234', '+12125551234', 'near'], [american, '910102880114420', '10102880114420', 'abroad'],
  [zero, '00441234567', '0441234567', 'near'], [zero, '000442079460000', '00442079460000', 'abroad'], [zero, '00900123456', '0900123456', 'premium'], [{ ...swiss, longDistance: '0' }, '900442079460000', '00442079460000', 'abroad'],
  [swiss, '9+410900123456', '+410900123456', 'premium'], [plainAmerican, '99005551234', '9005551234', 'premium'], [{ ...plainAmerican, longDistance: '1' }, '97605551234', '7605551234', 'near'],
  [bare, '0044123', '0044123', 'abroad'], [bare, '044123', '044123', 'near'], [bare, '+41123', '+41123', 'abroad'],
]
for (const [codes, dialled, called, expected] of rows) test(`R131 R132 ${codes.homeCountry ?? 'no home'}: ${dialled} that leaves as ${called || 'nothing'} is ${expected}`, () => assert.equal(said(codes, dialled, called), expected))

test('R130 what goes to another system of the house may go out behind its access code', () => {
  assert.deepEqual([said(swiss, '7777', '900442079460000', true), said(swiss, '7777', '900442079460000', false)], ['abroad', 'near'])
})
