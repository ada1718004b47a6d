/**
 * What a number costs: is it abroad, is it of a premium rate? Asked of what was dialled and of every number that could leave.
 *
 * Standards  R128–R132; E.164 (country codes; +979 international premium rate); NANP (101XXXX chooses a carrier); attack class A44
 * Security   what could be either is the dear one; only a row of the dial plan that says otherwise makes it cheap
 */
import type { TollControl } from '../../directory/restriction.ts'
import type { Leaving } from '../dialling/routes.ts'

export type Codes = Readonly<Pick<TollControl, 'accessCodes' | 'internationalPrefixes' | 'longDistance' | 'premiumPrefixes' | 'homeCountry'>>

export interface Kind { readonly international: boolean; readonly premium: boolean }

/** `dialled`: as keys, before and after it was translated; `leaving`: what a trunk could get. */
export function kindOf(codes: Codes, dialled: readonly string[], leaving: readonly Leaving[]): Kind {
  const outside = [...dialled.flatMap((number) => [number, ...behindCode(codes, number)]), ...leaving.flatMap(({ called, onNet }) => onNet ? [called, ...behindCode(codes, called)] : [called])]
  const numbers = outside.flatMap((number) => [number, ...behindCarrier(number)])
  const twice = dialled.flatMap((number) => behindCode(codes, number)).flatMap((number) => behindCode(codes, number))
  return { international: numbers.some((number) => isAbroad(codes, number)) || twice.some((number) => isWholeAbroad(codes, number)), premium: numbers.some((number) => isPremium(codes, number)) }
}

/** Behind two codes: as long as a number abroad, or the operator alone; what is shorter is a number of the country that begins like a code. */
function isWholeAbroad(codes: Codes, number: string): boolean {
  const global = globalOf(codes, number)
  return global !== undefined && (global.length === 1 || global.length > 8) && !isHome(codes, global)
}

/** A number without the access code before it, for each code that it could be. */
function behindCode({ accessCodes }: Codes, number: string): string[] {
  return accessCodes.filter((code) => number.startsWith(code)).map((code) => number.slice(code.length))
}

function behindCarrier(number: string): string[] { return /^101[0-9]{4}/.test(number) ? [number.slice(7)] : [] }

/** With + and its country, whatever way it was written; undefined where it is no such number. */
function globalOf({ internationalPrefixes }: Codes, number: string): string | undefined {
  if (number.startsWith('+')) return number
  const prefix = internationalPrefixes.find((one) => number.startsWith(one))
  return prefix === undefined ? undefined : `+${number.slice(prefix.length)}`
}

export function isAbroad(codes: Codes, number: string): boolean {
  const global = globalOf(codes, number) ?? nationalOf(codes, number)
  return global !== undefined && !isHome(codes, global)
}

/** At home in +1, long distance is a number of the plan with its country code. */
function nationalOf({ homeCountry, longDistance }: Codes, number: string): string | undefined {
  if (homeCountry !== '+1') return undefined
  return number.length === 11 && number.startsWith(longDistance ?? '1') ? `+${number}` : number.length === 10 ? `+1${number}` : undefined
}

/** Area codes of the North American plan that are other countries than the United States and Canada: dialled like long distance, charged like abroad. */
const islands = new Set(['242', '246', '264', '268', '284', '345', '441', '473', '649', '658', '664', '721', '758', '767', '784', '809', '829', '849', '868', '869', '876'])

/** Is a number with + of the house's country? */
export function isHome({ homeCountry }: Codes, number: string): boolean {
  return homeCountry !== undefined && number.startsWith(homeCountry) && !(homeCountry === '+1' && islands.has(number.slice(2, 5)))
}

function isPremium(codes: Codes, number: string): boolean {
  const global = globalOf(codes, number)
  if (global?.startsWith('+979')) return true
  return codes.premiumPrefixes.some((prefix) => formsOf(codes, prefix).some((form) => number.startsWith(form) || global?.startsWith(form) === true))
}

/** A beginning as the site gives it, without the digit for long distance, and behind the country code. */
function formsOf({ longDistance = '', homeCountry }: Codes, prefix: string): string[] {
  const short = longDistance !== '' && prefix.startsWith(longDistance) ? [prefix.slice(longDistance.length)] : []
  if (homeCountry === undefined || prefix.startsWith('+')) return [prefix, ...short]
  const trunk = prefix.startsWith('0') ? prefix.slice(1) : prefix
  const country = `+${prefix}`.startsWith(homeCountry) ? [`+${prefix}`] : []
  return [prefix, ...short, ...country, homeCountry + trunk, ...short.map((one) => homeCountry + one)]
}
