/**
 * Discard digits instructions: PreDot, PreAt, Trailing-#, 10-10-Dialing, 11D->10D, 11D->7D, 10D->7D, IntlTollBypass, and combinations of them.
 *
 * Standards  dial plan 11.3; what each takes away is named by the tags of the numbering plan
 * Security   a number is laid along its pattern once: digits times items, no backtracking
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import type { Spelling } from './numbering.ts'
import type { Keys, Pattern } from './pattern.ts'
import { problem } from './problems.ts'
import { columnOf } from './symbols.ts'

export interface Discard {
  /** In its one spelling: `PreDot 11D->10D`. */
  readonly text: string
  readonly preDot: boolean
  readonly preAt: boolean
  readonly trailing: boolean
  readonly tags: ReadonlySet<string>
}

const carrier = ['TRANSIT-NETWORK-ESCAPE', 'TRANSIT-NETWORK']
const longDistance = [...carrier, 'LONG-DISTANCE-DIRECT-DIAL', 'LONG-DISTANCE-OPERATOR', 'LOCAL-DIRECT-DIAL']
const areas = ['AREA-CODE', 'LOCAL-AREA-CODE']
const instructions = {
  NoDigits: [], PreDot: [], PreAt: [], 'Trailing-#': ['END-OF-DIALING'],
  '10-10-Dialing': carrier, '11D->10D': longDistance, '11D->7D': [...longDistance, ...areas], '10D->7D': areas,
  IntlTollBypass: ['INTERNATIONAL-ACCESS', 'INTERNATIONAL-DIRECT-DIAL', 'INTERNATIONAL-OPERATOR', 'COUNTRY-CODE'],
} as const satisfies Record<string, readonly string[]>

type Instruction = keyof typeof instructions
const names = Object.keys(instructions) as Instruction[]
const byLower = new Map(names.map((name) => [name.toLowerCase(), name]))

/** Names in any case, with spaces between them. */
export function parseDiscard(text: string): Result<Discard> {
  const found: Instruction[] = []
  for (const word of text.slice(0, 100).split(' ')) {
    const name = byLower.get(word.toLowerCase())
    if (!name || found.includes(name)) return fail(problem('dialling.discard', undefined, `There are ${names.join(', ')}.`))
    found.push(name)
  }
  if (found.includes('NoDigits') && found.length > 1) return fail(problem('dialling.discard', undefined, 'NoDigits stands alone.'))
  const tags = new Set<string>(found.flatMap((name) => instructions[name]))
  return ok({ text: found.join(' '), preDot: found.includes('PreDot'), preAt: found.includes('PreAt'), trailing: found.includes('Trailing-#'), tags })
}

/** May this instruction stand at this pattern? */
export function fits({ preDot, preAt, tags, trailing }: Discard, { dot, at }: Pick<Pattern, 'dot' | 'at'>): boolean {
  const needsPlan = preAt || tags.size > (trailing ? 1 : 0)
  return (!preDot || dot >= 0) && (!needsPlan || at >= 0)
}

/** The digits without what the instruction takes; undefined where they do not match the pattern. */
export function discard(instruction: Discard, spellings: readonly Spelling[], digits: string): string | undefined {
  const { preDot, preAt, trailing, tags } = instruction, cut = plainCut(instruction, spellings, digits)
  if (cut !== undefined) return digits.slice(cut)
  for (const { items, tags: tagged, dot, at } of spellings) {
    const ends = align(items, digits)
    if (!ends) continue
    const before = Math.max(preDot ? dot : 0, preAt ? at : 0)
    let out = '', from = 0
    for (const [item, end] of ends.entries()) {
      const tag = tagged[item]
      if (item >= before && !(tag !== undefined && tags.has(tag))) out += digits.slice(from, end)
      from = end
    }
    return trailing && out.endsWith('#') ? out.slice(0, -1) : out
  }
  return undefined
}

/** PreDot alone, of a pattern that takes each digit in one way only: how many go. Undefined where it has to be laid along. */
function plainCut({ preDot, preAt, trailing, tags }: Discard, [only, ...more]: readonly Spelling[], digits: string): number | undefined {
  if (!only || more.length > 0 || !preDot || only.dot < 0 || preAt || trailing || tags.size > 0) return undefined
  const { items, dot } = only, last = items.length - 1
  if (digits.length < items.length || (digits.length > items.length && items[last]!.repeat !== '+')) return undefined
  for (let place = 0; place < digits.length; place++) {
    const { mask, repeat } = items[Math.min(place, last)]!, column = columnOf(digits.charCodeAt(place))
    if (column < 0 || (mask >> column & 1) === 0 || (repeat !== '' && place < last)) return undefined
  }
  return dot
}

/** Where the digits of each item end, every item taking as many as the ones behind it allow; undefined where the digits do not match. */
function align(items: readonly Keys[], digits: string): readonly number[] | undefined {
  const columns = [...digits].map((char) => columnOf(char.charCodeAt(0)))
  const takes = (item: number, place: number): boolean => columns[place]! >= 0 && (items[item]!.mask >> columns[place]! & 1) === 1
  const can = reachable(items, columns.length, takes)
  if (!can[0]![0]) return undefined
  const ends: number[] = []
  let place = 0
  for (let item = 0; item < items.length; item++) {
    const { repeat } = items[item]!
    const rest = can[item + 1]!
    let last = repeat === '?' && rest[place] ? place : -1
    for (let at = place; at < columns.length && takes(item, at) && (repeat !== '' || at === place); at++) if (rest[at + 1]) last = at + 1
    place = last
    ends.push(place)
  }
  return ends
}

/** can[item][place]: do the items from here on match the digits from there on? Filled from behind. */
function reachable(items: readonly Keys[], length: number, takes: (item: number, place: number) => boolean): readonly Uint8Array[] {
  const can = Array.from({ length: items.length + 1 }, () => new Uint8Array(length + 1))
  can[items.length]![length] = 1
  for (let item = items.length - 1; item >= 0; item--) {
    const { repeat } = items[item]!, here = can[item]!, rest = can[item + 1]!
    for (let place = length; place >= 0; place--) {
      const taken = place < length && takes(item, place) && (rest[place + 1] || (repeat !== '' && here[place + 1]))
      if (taken || (repeat === '?' && rest[place])) here[place] = 1
    }
  }
  return can
}
