/**
 * The keys that can be dialled, as bits, and a dialled number in its one spelling.
 *
 * Standards  E.164 (leading +); RFC 3966 5.1.1 (visual separators); dial plan 11.1
 * Security   fed by whoever dials: one look at each character, at most maxDialled kept
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { problem } from './problems.ts'

/** Position is the bit of a mask and the column of the automaton. */
export const symbols = '0123456789ABCD*#+'
/** X, and what ! repeats. */
export const digitMask = 0x3ff
/** What a negated set chooses from: 11.1, negation also matches * and #. */
export const negatable = digitMask | 1 << symbols.indexOf('*') | 1 << symbols.indexOf('#')
/** Longest pattern and longest number: E.164 has 15 digits, carrier and access codes come before. */
export const maxDialled = 50

const columns = new Int8Array(128).fill(-1)
for (const [column, symbol] of [...symbols].entries()) columns[symbol.charCodeAt(0)] = column

/** Column of a character by its code; -1 for what no phone can dial. */
export function columnOf(code: number): number { return code < 128 ? columns[code]! : -1 }

/** Without separators, letters in capitals; + only in front. Never throws. */
export function dialledDigits(text: string): Result<string> {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (' -.()/'.includes(char)) continue
    const symbol = char >= 'a' && char <= 'd' ? char.toUpperCase() : char
    if (columnOf(symbol.charCodeAt(0)) < 0 || (symbol === '+' && out !== '')) return fail(problem('dialling.character', `character ${at + 1} of the number`))
    if (out.length === maxDialled) return fail(problem('dialling.tooLong', 'the number', `At most ${maxDialled} digits.`))
    out += symbol
  }
  return out === '' ? fail(problem('dialling.empty', 'the number')) : ok(out)
}
