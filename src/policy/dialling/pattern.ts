/**
 * Pattern characters: 0-9 A-D * # \+ X ! ? + [ ] [^ ] . @ as items with a set of keys each, and back into one canonical text.
 *
 * Standards  dial plan 11.1
 * Security   fed by administrators; one pass, at most maxDialled characters
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { type DiallingCode, problem } from './problems.ts'
import { columnOf, digitMask, maxDialled, negatable, symbols } from './symbols.ts'

/** One key of the set; `?` none or more of them, `+` one or more. */
export interface Keys { readonly mask: number; readonly repeat: '' | '?' | '+' }

export interface Pattern {
  /** Canonical: equal texts match the same way. */
  readonly text: string
  readonly items: readonly Keys[]
  /** How many items stand before the dot, before the @; -1 without. */
  readonly dot: number
  readonly at: number
}

interface Reading { readonly text: string; place: number; readonly items: Keys[]; dot: number; at: number; negated: boolean }

export function parsePattern(text: string): Result<Pattern> {
  if (text.length > maxDialled) return wrong('dialling.tooLong', text, maxDialled, `At most ${maxDialled} characters.`)
  const reading: Reading = { text, place: 0, items: [], dot: -1, at: -1, negated: false }
  while (reading.place < text.length) {
    const code = item(reading)
    if (code) return wrong(code, text, reading.place)
  }
  const { items, dot, at } = reading
  return items.length === 0 && at < 0 ? wrong('dialling.empty', text, 0) : ok({ text: printPattern({ items, dot, at }), items, dot, at })
}

function wrong(code: DiallingCode, text: string, place: number, detail?: string): Result<Pattern> {
  return fail(problem(code, `character ${Math.min(place + 1, text.length + 1)} of the pattern`, detail))
}

/** Takes one item; on a mistake `place` stays where it is. */
function item(r: Reading): DiallingCode | undefined {
  const char = r.text[r.place]!
  switch (char) {
    case '.': return mark(r, 'dot', 'dialling.dots')
    case '@': return mark(r, 'at', 'dialling.plans')
    case '[': return set(r)
    case '?': case '+': return repeat(r, char)
    case '!': return take(r, digitMask, 1, '+')
    case 'X': return take(r, digitMask, 1)
    case '\\': return r.text[r.place + 1] === '+' ? take(r, 1 << columnOf(43), 2) : 'dialling.character'
    default: { const column = columnOf(char.charCodeAt(0)); return column < 0 ? 'dialling.character' : take(r, 1 << column, 1) }
  }
}

function take(r: Reading, mask: number, length: number, repeated: Keys['repeat'] = ''): undefined {
  r.items.push({ mask, repeat: repeated })
  r.place += length
}

function mark(r: Reading, which: 'dot' | 'at', twice: DiallingCode): DiallingCode | undefined {
  if (r[which] >= 0 || r.at >= 0) return twice   // the dot ends an access code, so it stands before @
  r[which] = r.items.length
  r.place++
}

/** Only what stands right before can be repeated: neither a dot, nor @, nor what is repeated already. */
function repeat(r: Reading, sign: '?' | '+'): DiallingCode | undefined {
  const last = r.items.at(-1), marked = r.dot === r.items.length || r.at === r.items.length
  if (last?.repeat !== '' || marked) return 'dialling.nothingToRepeat'
  r.items[r.items.length - 1] = { mask: last.mask, repeat: sign }
  r.place++
}

function set(r: Reading): DiallingCode | undefined {
  const negated = r.text[r.place + 1] === '^'
  if (negated && r.negated) return 'dialling.negations'
  let at = r.place + (negated ? 2 : 1), mask = 0
  for (; at < r.text.length && r.text[at] !== ']'; at++) {
    const first = columnOf(r.text.charCodeAt(at))
    const ranged = r.text[at + 1] === '-'
    const last = ranged ? columnOf(r.text.charCodeAt(at + 2) || 0) : first
    // one kind on both sides: digits, letters; the other keys have no order
    if (first < 0 || last < first || (ranged && (last > 13 || (first < 10) !== (last < 10)))) return 'dialling.set'
    mask |= 2 ** (last + 1) - 2 ** first
    if (ranged) at += 2
  }
  const kept = negated ? negatable & ~mask : mask
  if (at >= r.text.length || mask === 0 || kept === 0) return 'dialling.set'
  r.negated ||= negated
  return take(r, kept, at + 1 - r.place)
}

export function printPattern({ items, dot, at }: Omit<Pattern, 'text'>): string {
  const marks = (place: number): string => dot === at && dot === place ? '.@' : dot === place ? '.' : at === place ? '@' : ''
  return items.map((keys, place) => marks(place) + printKeys(keys)).join('') + marks(items.length)
}

function printKeys({ mask, repeat: sign }: Keys): string {
  if (mask === digitMask) return sign === '+' ? '!' : `X${sign}`
  const keys = [...symbols].filter((_, column) => mask & 1 << column)
  return (keys.length === 1 ? keys[0]!.replace('+', '\\+') : `[${ranges(mask)}]`) + sign
}

/** Three neighbours or more as a range; digits and letters do not neighbour, the other keys neither. */
function ranges(mask: number): string {
  let out = ''
  for (let column = 0; column < symbols.length; column++) {
    if (!(mask & 1 << column)) continue
    const end = column < 10 ? 10 : column < 14 ? 14 : column + 1
    let last = column
    while (last + 1 < end && mask & 1 << (last + 1)) last++
    out += last - column > 1 ? `${symbols[column]}-${symbols[last]}` : symbols.slice(column, last + 1)
    column = last
  }
  return out
}
