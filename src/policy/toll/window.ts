/** How much there was in the time before now: counted in slots that are used again, so it never grows. Plain data. */

export interface Window { readonly slot: number; readonly counts: number[]; at: number }

/** Of a length in slots of the same size; one slot more is looked at, so nothing that counts is forgotten too early. */
export function newWindow(slots: number, slot: number): Window { return { slot, counts: Array.from({ length: slots + 1 }, () => 0), at: 0 } }

export function add(window: Window, now: number, amount: number): void {
  move(window, now)
  window.counts[window.at % window.counts.length]! += amount
}

export function sum(window: Window, now: number): number {
  move(window, now)
  return window.counts.reduce((all, count) => all + count, 0)
}

/** Slots that are over are emptied; a clock that goes back forgets nothing and counts where it stood. */
function move(window: Window, now: number): void {
  const { counts, slot } = window, at = Math.floor(now / slot)
  if (at <= window.at) return
  const passed = Math.min(at - window.at, counts.length)
  for (let each = 0; each < passed; each++) counts[(at - each) % counts.length] = 0
  window.at = at
}
