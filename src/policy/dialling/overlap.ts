/**
 * Dialling digit by digit: wait while more could follow, route when nothing closer can come, refuse when nothing can.
 *
 * Standards  dial plan 11.2 (T302, urgent priority, # at the end)
 * Security   at most maxDialled digits; a caller who stops costs one timer
 */
import type { Machine, Millis } from '../../kit/machine.ts'
import type { RefusalCause } from './causes.ts'
import { find, type Finding } from './find.ts'
import type { Sight } from './match.ts'
import type { DialPlan, Rule } from './plan.ts'
import { columnOf, maxDialled } from './symbols.ts'

/** Default of the interdigit timer. */
export const t302 = 15_000

export interface Overlap { digits: string; done: boolean; wakeAt?: Millis | undefined }

export type OverlapInput = { readonly is: 'digit'; readonly digit: string }
/** `route`: the number that a pattern takes, or that is one of the house; the same number is given to `decide`. */
export type OverlapOutput =
  | { readonly do: 'wait' }
  | { readonly do: 'route'; readonly digits: string; readonly rule: Rule | undefined }
  | { readonly do: 'refuse'; readonly cause: RefusalCause }

export function newOverlap(): Overlap { return { digits: '', done: false } }

/** One caller's dialling; who begins with a sight keeps it until the last digit. */
export function overlapMachine(plan: DialPlan, sight: Sight, interdigit: Millis = t302): Machine<Overlap, OverlapInput, OverlapOutput> {
  const look = (digits: string): Finding => { const found = find(plan, sight, digits); return found.more || !plan.own.more(digits) ? found : { ...found, more: true } }
  const end = (state: Overlap, output: OverlapOutput): OverlapOutput[] => {
    state.done = true
    state.wakeAt = undefined
    return [output]
  }
  const route = (state: Overlap, digits: string, { rule }: Finding): OverlapOutput[] => end(state, { do: 'route', digits, rule })
  const isWhole = ({ rule, own }: Finding): boolean => rule !== undefined || own !== undefined
  const digit = (state: Overlap, now: Millis, key: string): OverlapOutput[] => {
    if (key.length !== 1 || columnOf(key.charCodeAt(0)) < 0) return []   // not a key: as if nothing had been pressed
    const before = state.digits
    state.digits += key
    const found = look(state.digits)
    if (isWhole(found) && (!found.more || found.rule?.urgent)) return route(state, state.digits, found)
    if (found.more) { state.wakeAt = now + interdigit; return [{ do: 'wait' }] }
    // no pattern has this #: the caller says that the number is complete
    const complete = key === '#' && before !== '' ? look(before) : undefined
    return complete && isWhole(complete) ? route(state, before, complete) : end(state, { do: 'refuse', cause: 'noMatch' })
  }
  return {
    step: (state, now, input) => {
      if (state.done) return []
      if (input.is === 'digit') return state.digits.length < maxDialled ? digit(state, now, input.digit) : end(state, { do: 'refuse', cause: 'noMatch' })
      const found = look(state.digits)
      return isWhole(found) ? route(state, state.digits, found) : end(state, { do: 'refuse', cause: 'incomplete' })
    },
  }
}
