/** Numbers on which a call can wait. Standards dial plan 11.7 (park: first free, back to the parker after 60 s). */
import { define, type Defined, optional, text, whole } from './define.ts'

/** Slots of one lot, at most: each is an entry of the number table. */
export const maxSlots = 1000

export const parkLot = define({ kind: 'parkLot', collection: 'parkLots', label: 'Park lot', about: 'A range of numbers; give `range`, or `from` and `to`.' }, {
  name: text({ label: 'Name', about: 'Name of the lot.', max: 64, named: 'line' }),
  range: optional(text({ label: 'Range', about: 'Its numbers, X for any digit: 70XX is 7000 to 7099.', max: 24, named: 'range' })),
  from: optional(text({ label: 'From', about: 'First number; digits.', max: 15, named: 'number' })),
  to: optional(text({ label: 'To', about: 'Last number; as many digits as the first.', max: 15, named: 'number' })),
  reversionSeconds: whole('Back after', 'Seconds until a parked call goes back to who parked it.', 5, 86_400, 60),
})

export type ParkLot = Defined<typeof parkLot>

/** The lot's numbers in order; undefined where the range cannot be read or has more than maxSlots. */
export function slotsOf(lot: Pick<ParkLot, 'range' | 'from' | 'to'>): string[] | undefined {
  const [from, to] = lot.range === undefined ? [lot.from, lot.to] : [lot.range.replaceAll('X', '0'), lot.range.replaceAll('X', '9')]
  if (from === undefined || to === undefined || (lot.range !== undefined && (lot.from !== undefined || lot.to !== undefined))) return undefined
  const same = samePrefix(from, to)
  const [low, high] = [from.slice(same), to.slice(same)]
  if (from.length !== to.length || !/^[0-9]{0,15}$/.test(low + high) || low.length > 4) return undefined
  const [first, last] = [Number(low), Number(high)]
  if (last < first || last - first >= maxSlots) return undefined
  return Array.from({ length: last - first + 1 }, (_, i) => low === '' ? from : from.slice(0, same) + String(first + i).padStart(low.length, '0'))
}

function samePrefix(a: string, b: string): number {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i
}
