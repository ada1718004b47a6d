/** Virtual time: moments in a heap; who asks for a moment gets it in order, without waiting for it. */
import type { Millis } from '../../kit/machine.ts'

interface Moment {
  readonly at: Millis
  readonly order: number
  readonly run: () => void
}

export interface Clock {
  now: Millis
  readonly heap: Moment[]
  asked: number
}

export function newClock(now: Millis): Clock { return { now, heap: [], asked: 0 } }

/** Calls `run` when the clock reaches `at`: at once on the next tick of the clock if that has passed. Equal moments keep their order. */
export function schedule(clock: Clock, at: Millis, run: () => void): void {
  const { heap } = clock
  const moment: Moment = { at: Math.max(at, clock.now), order: clock.asked++, run }
  let place = heap.length
  heap.push(moment)
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (!before(moment, heap[parent]!)) break
    heap[place] = heap[parent]!
    place = parent
  }
  heap[place] = moment
}

export function nextMoment(clock: Clock): Millis | undefined { return clock.heap[0]?.at }

/** Goes to the next moment that is asked for and runs it. */
export function tick(clock: Clock): void {
  const { heap } = clock
  const first = heap[0], last = heap.pop()
  if (!first || !last) return
  if (heap.length) sink(heap, last)
  clock.now = first.at
  first.run()
}

function sink(heap: Moment[], moment: Moment): void {
  let place = 0
  for (;;) {
    let child = 2 * place + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, moment)) break
    heap[place] = heap[child]!
    place = child
  }
  heap[place] = moment
}

function before(a: Moment, b: Moment): boolean { return a.at < b.at || (a.at === b.at && a.order < b.order) }
