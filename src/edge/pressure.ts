/**
 * How long the loop has been behind: since it last rested, or last found its sockets empty. Work that waits anywhere, in a socket's
 * buffer too, keeps it from both. A pause (garbage, a disk, another program's turn) is caught up with and sheds nothing; a queue that stands does.
 *
 * Security   A17: strangers' datagrams count before they are screened, so a flood cannot look like an empty socket
 */
import type { Millis } from '../kit/machine.ts'

/** Inputs from one look to the next. */
export const sampleEvery = 16
/** Datagrams that libuv takes from a socket in one turn of the loop: a turn of fewer has found every socket empty. */
const mostOfTurn = 32

/** What the loop says of itself, since its start. */
export interface Loop {
  /** Milliseconds at rest. */
  readonly idle: Millis
  readonly turns: number
  readonly datagrams: number
}

export interface Pressure {
  /** Where the count of turns began, and when. */
  from: Loop
  fromAt: Millis
  /** Nothing waits that came before. */
  caughtUp: Millis
  /** Since then. */
  inputs: number
}

export function newPressure(now: Millis): Pressure { return { from: { idle: 0, turns: 0, datagrams: 0 }, fromAt: now, caughtUp: now, inputs: 0 } }

/** Once every `sampleEvery` inputs. The queue delay: none below `queueInputs` inputs, a busy loop without a queue. */
export function look(pressure: Pressure, now: Millis, loop: Loop, queueInputs: number): Millis {
  const { from } = pressure, wholeTurns = loop.turns - from.turns - 1
  const rested = loop.idle > from.idle, emptied = wholeTurns > 0 && loop.datagrams - from.datagrams < mostOfTurn * wholeTurns
  pressure.inputs += sampleEvery
  if (rested || emptied) {
    pressure.caughtUp = rested ? now : pressure.fromAt   // one of the turns was short: what waits came after they began
    pressure.inputs = 0
  }
  if (rested || emptied || wholeTurns >= turnsCounted) {
    pressure.from = loop
    pressure.fromAt = now
  }
  return pressure.inputs >= queueInputs ? now - pressure.caughtUp : 0
}

/** Turns that are counted together. */
const turnsCounted = 8
