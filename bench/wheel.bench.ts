/** The timer wheel against a timer object of Node each: arming, moving, letting go. */
import { arm, newWheel, nextLook, turn, type Sleeper } from '../src/kit/wheel.ts'
import { type Bench, type Figure, rate } from './figure.ts'

const sleepers = 10_000

/** What a transaction does with its timers: armed for 32 s, moved to 500 ms, let go after its answer. */
function withWheel(): () => void {
  const wheel = newWheel<Sleeper>(0)
  let now = 0
  return () => {
    for (let n = 0; n < sleepers; n++) {
      const sleeper: Sleeper = { wakeAt: now + 32_000 }
      arm(wheel, sleeper)
      sleeper.wakeAt = now + 500
      arm(wheel, sleeper)
      sleeper.wakeAt = undefined
    }
    now += 1_000
    turn(wheel, now, () => undefined)
  }
}

function withTimers(): () => void {
  return () => {
    for (let n = 0; n < sleepers; n++) {
      let timer = setTimeout(() => undefined, 32_000)
      clearTimeout(timer)
      timer = setTimeout(() => undefined, 500)
      clearTimeout(timer)
    }
  }
}

function asking(): () => void {
  const wheel = newWheel<Sleeper>(0)
  arm(wheel, { wakeAt: 32_000 })
  return () => { for (let n = 0; n < sleepers; n++) if (nextLook(wheel) !== 32_000) throw new Error('the wheel is wrong') }
}

export const wheel: Bench = {
  name: 'wheel',
  what: `${sleepers.toLocaleString('en')} sleepers a round, each armed for 32 s, moved to 500 ms and let go; beside it the same with setTimeout and clearTimeout.`,
  run: async (): Promise<Figure[]> => [
    { what: 'armed, moved, let go', unit: 'sleepers per CPU second', values: rate(withWheel(), sleepers), peer: { name: 'setTimeout', values: rate(withTimers(), sleepers) } },
    { what: 'asked for the next look with one sleeper 32 s ahead', unit: 'questions per CPU second', values: rate(asking(), sleepers) },
  ],
}
