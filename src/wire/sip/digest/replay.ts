/**
 * Which nonce counts were used: the highest of each nonce and user, and which of the 64 below it.
 *
 * Standards  RFC 7616 3.4 (nc) and 5.5
 * Security   A15: entered only after the response was verified, so strangers cannot grow it; at most `most` entries, the least recently used goes
 *            first, and what was forgotten cannot be replayed: nonces as old as a forgotten one are stale unless they are still held
 */
import type { Millis } from '../../../kit/machine.ts'

/** Nonces of users who proved themselves within one lifetime: 100,000 take about 20 MB. */
export const maxNonceCounts = 100_000
const window = 64
/** How many entries one look at the old end may drop. */
const sweep = 16

interface Count {
  highest: number
  /** Bit n: highest − n was used (0–31), highest − 32 − n (32–63). */
  near: number
  far: number
  readonly minted: Millis
}

export interface NonceCounts {
  readonly most: number
  readonly lifetime: Millis
  /** Nonce and user → counts; least recently used first. */
  readonly seen: Map<string, Count>
  /** No nonce made up to here is taken for a first use. */
  forgotten: Millis
}

export function newNonceCounts(lifetime: Millis, most: number = maxNonceCounts): NonceCounts {
  return { most, lifetime, seen: new Map(), forgotten: Number.NEGATIVE_INFINITY }
}

/** Takes a count of a verified response. 'used': a replay. 'forgotten': not known any more, ask anew. */
export function take(counts: NonceCounts, now: Millis, nonce: string, user: string, nc: number, minted: Millis): 'first' | 'used' | 'forgotten' {
  const key = `${nonce} ${user}`, count = counts.seen.get(key)
  if (count) {
    counts.seen.delete(key)
    counts.seen.set(key, count)
    return slide(count, nc) ? 'first' : 'used'
  }
  if (minted <= counts.forgotten) return 'forgotten'
  makeRoom(counts, now)
  counts.seen.set(ownText(key), { highest: nc, near: 1, far: 0, minted })
  return 'first'
}

/** In characters of its own: V8 puts texts together from slices that hold the whole request they were cut from, three times what the entry takes. */
function ownText(text: string): string { return Buffer.from(text).toString() }

/** Drops expired entries at the old end, many at every 16th entry, which keeps up with any rate; and a live one if there is no other room. */
function makeRoom(counts: NonceCounts, now: Millis): void {
  const { seen, most } = counts
  if (seen.size < most && seen.size % sweep !== 0) return
  let looked = 0
  for (const [key, { minted }] of seen) {
    const expired = now - minted > counts.lifetime
    if (!expired && seen.size < most) return
    if (!expired) counts.forgotten = Math.max(counts.forgotten, minted)
    seen.delete(key)
    if (++looked > sweep) return
  }
}

/** Marks nc as used; false if it was, or lies below the window. */
function slide(count: Count, nc: number): boolean {
  const behind = count.highest - nc
  if (behind >= window) return false
  if (behind < 0) { shift(count, -behind); count.highest = nc; count.near |= 1; return true }
  const bit = 1 << (behind & 31), word = behind < 32 ? count.near : count.far
  if (word & bit) return false
  if (behind < 32) count.near |= bit
  else count.far |= bit
  return true
}

/** Moves the 64 bits up; JavaScript shifts by the low five bits of the distance alone. */
function shift(count: Count, by: number): void {
  if (by >= window) { count.near = 0; count.far = 0; return }
  if (by >= 32) { count.far = by === 32 ? count.near : count.near << (by - 32); count.near = 0; return }
  count.far = (count.far << by) | (count.near >>> (32 - by))
  count.near <<= by
}
