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
  const kind = { international: false, premium: false }
  for (const number of dialled) {
    const after = behindCode(codes, number)
    if (after.length === 0) look(kind, codes, number)                                            // behind a code of 0 a number of the country begins with 00 as well
    for (const behind of after) {
      look(kind, codes, behind)
      for (const twice of behindCode(codes, behind)) kind.international ||= isWholeAbroad(codes, twice)
    }
  }
  for (const { called, onNet } of leaving) {
    look(kind, codes, called)
    if (onNet) for (const behind of behindCode(codes, called)) look(kind, codes, behind)
  }
  return kind
}

/** The number, and what stands behind the choice of a carrier. */
function look(kind: { international: boolean; premium: boolean }, codes: Codes, number: string): void {
  kind.international ||= isAbroad(codes, number)
  kind.premium ||= isPremium(codes, number)
  if (number.startsWith('101') && /^101[0-9]{4}./.test(number)) look(kind, codes, number.slice(7))
}

/** Behind two codes: as long as a number abroad, or the operator alone; what is shorter is a number of the country that begins like a code. */
function isWholeAbroad(codes: Codes, number: string): boolean {
  const global = globalOf(codes, number)
  return global !== undefined && (global.length === 1 || global.length > 8) && !isHome(codes, global)
}

const none: string[] = []

/** A number without the access code before it, for each code that it could be. */
function behindCode({ accessCodes }: Codes, number: string): string[] {
  let found = none
  for (const code of accessCodes) if (number.startsWith(code)) found = [...found, number.slice(code.length)]
  return found
}

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
  for (const form of premiumForms(codes)) if (number.startsWith(form) || global?.startsWith(form)) return true
  return false
}

const known = new WeakMap<Codes, readonly string[]>()

/** Every beginning of a number of a premium rate: worked out once for each picture. */
function premiumForms(codes: Codes): readonly string[] {
  const there = known.get(codes)
  if (there) return there
  const forms = [...new Set(codes.premiumPrefixes.flatMap((prefix) => formsOf(codes, prefix)))]
  known.set(codes, forms)
  return forms
}

/** A beginning as the site gives it, without the digit for long distance, and behind the country code. */
function formsOf({ homeCountry, longDistance = homeCountry === '+1' ? '1' : '' }: Codes, prefix: string): string[] {
  const short = longDistance !== '' && prefix.startsWith(longDistance) ? [prefix.slice(longDistance.length)] : []
  if (homeCountry === undefined || prefix.startsWith('+')) return [prefix, ...short]
  const trunk = prefix.startsWith('0') ? prefix.slice(1) : prefix
  const country = `+${prefix}`.startsWith(homeCountry) ? [`+${prefix}`] : []
  return [prefix, ...short, ...country, homeCountry + trunk, homeCountry + prefix, ...short.map((one) => homeCountry + one)]   // +41 (0)900 is dialled too
}
