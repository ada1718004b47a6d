/** The one contract of every protocol room: plain state, no socket, no clock, no randomness, no await. */

/** Milliseconds: a point on the clock that the driver hands in, or a length of time. */
export type Millis = number

export interface Machine<State extends { wakeAt?: Millis | undefined }, In, Out> {
  /** Takes one input at one moment, changes the state, says what is to be done. */
  step(state: State, now: Millis, input: In | Wake): Out[]
}

/** The driver gives this once the clock has reached `state.wakeAt`. */
export interface Wake { is: 'wake' }

/** Where a machine gets its tags, branches and keys: handed in, so that a test can replay a run. */
export interface Random {
  /** `bytes` octets of randomness as lower-case base 32 without padding (safe in a SIP token); 1–64. */
  token(bytes: number): string
  /** A whole number, 0 ≤ n < `below`; `below` ≤ 2^31. */
  below(below: number): number
}
