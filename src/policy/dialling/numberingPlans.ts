/**
 * The numbering plans that are shipped, as data: North America (NANP) and E.164 with its leading +. A site may bring its own. A table.
 *
 * Standards  E.164 (country codes, 15 digits); NANP as dialled: N11, 7, 10 and 11 digits, 0, 01, 011, 101XXXX
 */
import type { NumberingPlan, Segment } from './numbering.ts'

const area = '[2-9]XX'
/** Country codes of E.164 by their lengths: zones 1 and 7, two digits, the rest three. */
const countryCodes = [
  '[17]', '2[07]', '3[0-469]', '4[013-9]', '5[1-8]', '6[0-6]', '8[1246]', '9[0-58]',
  '2[1-689]X', '3[578]X', '42X', '5[09]X', '6[7-9]X', '8[035789]X', '9[679]X',
]

const one = (tag: string, ...patterns: string[]): Segment => ({ tag, patterns })
const office = one('OFFICE-CODE', area), subscriber = one('SUBSCRIBER', 'XXXX')
const local = [office, subscriber]
const longDistance = [one('AREA-CODE', area), ...local]
const international = [one('INTERNATIONAL-ACCESS', '01'), one('INTERNATIONAL-DIRECT-DIAL', '1'), one('COUNTRY-CODE', ...countryCodes), one('NATIONAL-NUMBER', '!')]

const withoutCarrier: readonly (readonly Segment[])[] = [
  [one('SERVICE', '[2-9]11')],
  [one('LONG-DISTANCE-DIRECT-DIAL', '1'), one('SERVICE', '[2-9]11')],
  local,
  [one('LOCAL-DIRECT-DIAL', '1'), ...local],
  [one('LOCAL-AREA-CODE', area), ...local],
  [one('LONG-DISTANCE-DIRECT-DIAL', '1'), ...longDistance],
  [one('LOCAL-OPERATOR', '0')],
  [one('LONG-DISTANCE-OPERATOR', '00')],
  [one('LOCAL-OPERATOR', '0'), ...local],
  [one('LONG-DISTANCE-OPERATOR', '0'), ...longDistance],
  [one('INTERNATIONAL-ACCESS', '01'), one('INTERNATIONAL-OPERATOR', '0')],
  international,
  [...international, one('END-OF-DIALING', '#')],
]
const carrier = [one('TRANSIT-NETWORK-ESCAPE', '101'), one('TRANSIT-NETWORK', 'XXXX')]

export const nanp: NumberingPlan = { name: 'NANP', rows: [...withoutCarrier, ...withoutCarrier.map((row) => [...carrier, ...row])] }

const global = [one('INTERNATIONAL-ACCESS', '\\+'), one('COUNTRY-CODE', ...countryCodes), one('NATIONAL-NUMBER', '!')]
export const e164: NumberingPlan = { name: 'E164', rows: [global, [...global, one('END-OF-DIALING', '#')]] }
