/** RFC 3261 17.1.1.1: what every transaction timer is made of, in milliseconds. */
import type { Machine, Millis, Wake } from '../../../kit/machine.ts'

export const T1 = 500
export const T2 = 4_000
export const T4 = 5_000

/** Timer C (16.6 step 11): how long a request inside a dialog may wait for its final response, counted from the latest provisional one. */
export const timerC = 180_000

/** Timers B, F, H, J, L, M: as long as the other side may still be sending again. */
export const giveUp = 64 * T1

/** When something is sent again, and when the waiting ends. */
interface Timed { again?: Millis | undefined; until?: Millis | undefined; wakeAt?: Millis | undefined }

/** A transaction wakes for the earlier of its two timers. */
export function timed<State extends Timed, In, Out>(react: (tx: State, now: Millis, input: In | Wake) => Out[]): Machine<State, In, Out> {
  return {
    step(tx, now, input) {
      const out = react(tx, now, input)
      tx.wakeAt = tx.again === undefined ? tx.until : Math.min(tx.again, tx.until ?? tx.again)
      return out
    },
  }
}
