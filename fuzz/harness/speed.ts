/** How much slower this machine is at the moment than it was at its best: other programs take its cores, caches and clock. */
import { performance } from 'node:perf_hooks'

const turns = 60_000
let best = Infinity

/** 1 at its best; what took t milliseconds just now would have taken t / slowness() then. */
export function slowness(): number {
  let took = Infinity
  for (let n = 0; n < 3; n++) took = Math.min(took, timed())
  best = Math.min(best, took)
  return took / best
}

function timed(): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

let sum = 1
const table = new Int32Array(16_384)   // larger than the nearest cache, which others use as well
function work(): void {
  for (let i = 0; i < turns; i++) {
    const at = (sum ^ i * 7_919) & 16_383
    sum = Math.imul(sum ^ table[at]!, 0x01000193) | 1
    table[at] = sum
  }
}
for (let n = 0; n < 30; n++) slowness()
