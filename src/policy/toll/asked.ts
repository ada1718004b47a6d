/**
 * What a restriction table says of a call that leaves: of what was dialled in full, of what the dial plan made of it by every row that names numbers.
 * A number that a row blocks leaves in no spelling: it is compared as it leaves, and as somebody would have dialled it, behind each access code.
 *
 * Standards  R131 (codes, separators), R133 (when dialled); attack class A44
 * Security   made numbers pass the last row `*`, which speaks of what is dialled; one of the house's own country passes `+*`, which speaks of abroad
 */
import { type CompiledTable, decide, type Decision, isEveryNumber } from '../restriction/table.ts'
import { type Codes, isHome } from './kinds.ts'

export interface Asked { readonly dialled: string; readonly made: readonly string[]; readonly leaving: readonly string[] }

export interface Blocked { readonly number: string; readonly decision: Decision }

/** The first number that the table keeps in; undefined where it lets the call go. */
export function blockedBy(table: CompiledTable, { dialled, made, leaving }: Asked, codes: Codes): Blocked | undefined {
  const whole = decide(table, dialled)
  if (whole.blocked) return { number: dialled, decision: whole }
  const { accessCodes } = codes, plain = [...made, ...leaving], behind = leaving.flatMap((number) => accessCodes.map((code) => code + number))
  for (const number of new Set([...plain, ...behind])) {
    const decision = decide(table, number)
    if (decision.blocked && names(decision, number, codes) && (decision.by !== 'digits' || plain.includes(number))) return { number, decision }
  }
  return undefined
}

/** Does what decided speak of this number, not of all or of all abroad? */
function names(decision: Decision, number: string, codes: Codes): boolean {
  if (decision.by !== 'row') return decision.by !== 'noRow'
  if (isEveryNumber(decision.pattern)) return false
  const plus = number.indexOf('+'), isAbroad = decision.pattern === `${number.slice(0, Math.max(plus, 0))}+*`
  return !(plus >= 0 && isAbroad && isHome(codes, number.slice(plus)))
}
