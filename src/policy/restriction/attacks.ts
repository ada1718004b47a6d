/**
 * Numbers that somebody dials who wants to telephone at our expense: a table. Each is a template and a way to spell it;
 * {code}, {other} and {international} stand for each of a site's trunk codes and prefixes, {far} for a number abroad, {premium} for what numbers of a premium rate begin with.
 *
 * Standards  R120, R127–R135; attack class A44
 */
import type { DialCodes } from './shipped.ts'

/** How the same digits can be written. */
const spellings = {
  plain: (n) => n,
  hyphens: (n) => [...n].join('-'),
  spaces: (n) => [...n].join(' '),
  dots: (n) => [...n].join('.'),
  brackets: (n) => `(${n.slice(0, 1)})${n.slice(1)}`,
  slashes: (n) => [...n].join('/'),
  pauses: (n) => `${n.slice(0, 1)},,${n.slice(1)}`,
  noBreakSpaces: (n) => [...n].join('\u00a0'),
  hiddenMarks: (n) => [...n].join('\u200b'),
  textDirection: (n) => `\u202d${n}\u202c`,
  longDashes: (n) => [...n].join('\u2014'),
  fullWidth: (n) => [...n].map((c) => c >= '0' && c <= '9' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c).join(''),
  indicDigits: (n) => [...n].map((c) => c >= '0' && c <= '9' ? String.fromCharCode(0x0660 + Number(c)) : c).join(''),
  tel: (n) => `tel:${n}`,
  telParameters: (n) => `tel:${n};phone-context=example.test`,
  telSeparators: (n) => `TEL:${[...n].join('-')}`,
  sip: (n) => `sip:${n}@gateway.example.test`,
  sips: (n) => `sips:${n}@gateway.example.test:5061;user=phone`,
  bare: (n) => `${n}@gateway.example.test`,
  userParameters: (n) => `sip:${n};phone-context=example.test@gateway.example.test`,
  dialledOn: (n) => `tel:${n.slice(0, 1)};postd=${n.slice(1)}`,
  routedElsewhere: (n) => `sip:1001;rn=${n}@gateway.example.test`,
  escaped: (n) => `sip:${[...n].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}@gateway.example.test`,
  escapedTwice: (n) => `sip:${[...n].map((c) => `%25${c.charCodeAt(0).toString(16)}`).join('')}@gateway.example.test`,
  separatorsInUser: (n) => `sip:${[...n].join('.')}@gateway.example.test`,
  padded: (n) => `${n}${'0'.repeat(40)}`,
  letters: (n) => `${n.slice(0, 1)}p${n.slice(1)}`,
} as const satisfies Record<string, (number: string) => string>

export interface Attack {
  readonly name: string
  readonly template: string
  readonly spelling: keyof typeof spellings
  /** Stays in the country, or might: an attack where nobody knows the caller. */
  readonly isNational: boolean
}

const international = '{code}{international}{far}'

const rows: readonly (readonly [string, string, Attack['spelling']])[] = [
  ['the international operator', '{code}{international}', 'plain'],
  ['an international number', international, 'plain'],
  ['the international operator without a code', '{international}', 'plain'],
  ['an international number without a code', '{international}{far}', 'plain'],
  ['a number with + and no code', '+{far}', 'plain'],
  ['a number with + behind the code', '{code}+{far}', 'plain'],
  ['a number with + in place of one code, behind another', '{code}{other}+{far}', 'plain'],
  ['one code behind another', '{code}{other}{international}{far}', 'plain'],
  ['the operator behind two codes', '{code}{other}{international}', 'plain'],
  ['the code twice', '{code}{code}{international}{far}', 'plain'],
  ['hyphens', international, 'hyphens'],
  ['blanks', international, 'spaces'],
  ['dots', international, 'dots'],
  ['brackets around the code', international, 'brackets'],
  ['slashes', international, 'slashes'],
  ['pauses after the code', international, 'pauses'],
  ['blanks that do not break', international, 'noBreakSpaces'],
  ['marks that cannot be seen', international, 'hiddenMarks'],
  ['marks that turn the direction of text', international, 'textDirection'],
  ['long dashes', international, 'longDashes'],
  ['digits of full width', international, 'fullWidth'],
  ['digits of another script', international, 'indicDigits'],
  ['a letter in the number', international, 'letters'],
  ['a tel address', international, 'tel'],
  ['a tel address with +', '+{far}', 'tel'],
  ['a tel address with parameters', international, 'telParameters'],
  ['a tel address with separators', international, 'telSeparators'],
  ['a sip address at a gateway', international, 'sip'],
  ['a sips address with a port', international, 'sips'],
  ['an address without a scheme', international, 'bare'],
  ['an address with + and no scheme', '+{far}', 'bare'],
  ['parameters in the user part', international, 'userParameters'],
  ['digits that are dialled on', international, 'dialledOn'],
  ['a routing number beside an extension', international, 'routedElsewhere'],
  ['escaped digits', international, 'escaped'],
  ['digits escaped twice', international, 'escapedTwice'],
  ['separators in the user part', international, 'separatorsInUser'],
  ['a number that is too long', international, 'padded'],
  ['a satellite telephone', '{code}{international}881612345678', 'plain'],
  ['an international premium number', '{code}{international}979123456789', 'plain'],
  ['an international network that is nowhere', '{code}{international}883510012345', 'plain'],
  ['a number of an island that calls back dearly', '{code}{international}2691234567', 'plain'],
  ['a country of the own numbering plan', '{code}18765551234', 'plain'],
  ['a premium number', '{code}{premium}5551234', 'plain'],
  ['long distance', '{code}12125551234', 'plain'],
  ['a short international number', '{code}{international}2474', 'plain'],
  ['star keys before the number', '*72{code}{international}{far}', 'plain'],
  ['star keys after the code', '{code}*67{international}{far}', 'plain'],
  ['a hash between code and prefix', '{code}#{international}{far}', 'plain'],
  ['a hash at the end', `${international}#`, 'plain'],
  ['another carrier', '{code}1010288{international}{far}', 'plain'],
  ['the operator of the carrier', '{code}0', 'plain'],
  ['the code alone, for a dial tone', '{code}', 'plain'],
]

const national: ReadonlySet<string> = new Set(['a country of the own numbering plan', 'long distance', 'the operator of the carrier', 'the code alone, for a dial tone'])

export const attacks: readonly Attack[] = rows.map(([name, template, spelling]) => ({ name, template, spelling, isNational: national.has(name) }))

/** London, and Paris for those who are at home in London. */
const far = '442079460000', farFromThere = '33142687000'


/** The house's own country, and beginnings of numbers of a premium rate. */
export interface Dear { readonly homeCountry?: string | undefined; readonly premium?: readonly string[] | undefined }

/** What is dialled for an attack on a site: for each code, each other code and each prefix that its template has. */
export function numbersOf({ template, spelling }: Attack, plan: DialCodes, { homeCountry = '', premium = ['1900'] }: Dear = {}): string[] {
  const codes = plan.codes.length === 0 ? [''] : plan.codes
  const each = (texts: string[], name: string, values: readonly string[]): string[] => texts.flatMap((text) => text.includes(name) ? values.map((value) => text.replaceAll(name, value)) : [text])
  const abroad = homeCountry !== '' && `+${far}`.startsWith(homeCountry) ? farFromThere : far, codesIn = each(each([template.replaceAll('{far}', abroad)], '{code}', codes), '{other}', codes)
  const numbers = each(each(codesIn, '{international}', plan.international), '{premium}', premium)
  return [...new Set(numbers.filter((number) => number !== '').map(spellings[spelling]))]
}
