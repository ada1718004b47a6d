/**
 * The messages of the selected mailbox as this client knows them: sequence number ⇄ UID. What others expunge stays in it until the client was told.
 *
 * Standards  RFC 3501 2.3.1, 7.4.1
 * Security   grows with the ranges of UIDs in the mailbox, not with its messages: an idle session is small
 */
import { joined, type Range, type Ranges, without } from './ranges.ts'

export interface View {
  uids: Ranges
  /** Messages before each range. */
  before: number[]
  count: number
}

export function newView(uids: Ranges): View {
  const view: View = { uids, before: [], count: 0 }
  index(view, uids)
  return view
}

function index(view: View, uids: Ranges): void {
  view.uids = uids
  view.before = []
  view.count = 0
  for (const { from, to } of uids) {
    view.before.push(view.count)
    view.count += to - from + 1
  }
}

/** The last of ascending numbers that is at most `n`; -1 if none is. */
function last(size: number, at: (i: number) => number, n: number): number {
  let [low, high] = [0, size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(middle) <= n) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** 0 if there is no such message. */
export function sequenceOf(view: View, uid: number): number {
  const i = last(view.uids.length, (k) => view.uids[k]!.from, uid), range = view.uids[i]
  return range && uid <= range.to ? view.before[i]! + uid - range.from + 1 : 0
}

/** `sequence` 1 to view.count. */
export function uidOf(view: View, sequence: number): number {
  const i = last(view.before.length, (k) => view.before[k]!, sequence - 1)
  return view.uids[i]!.from + sequence - 1 - view.before[i]!
}

export function lastUid(view: View): number { return view.uids.at(-1)?.to ?? 0 }

/** Sequence numbers (all within the view) as UIDs; as many steps as there are ranges. */
export function uidsOf(view: View, sequences: Ranges): Ranges {
  const found: Range[] = []
  let i = 0
  for (const { from, to } of sequences) {
    for (let at = from; at <= to;) {
      while (i + 1 < view.before.length && view.before[i + 1]! < at) i++
      const range = view.uids[i]!, uid = range.from + at - 1 - view.before[i]!, most = Math.min(range.to - uid, to - at)
      found.push({ from: uid, to: uid + most })
      at += most + 1
    }
  }
  return joined(found)
}

/** UIDs of the view as sequence numbers. */
export function sequencesOf(view: View, uids: Ranges): Ranges {
  return joined(uids.map(({ from, to }) => ({ from: sequenceOf(view, from), to: sequenceOf(view, to) })))
}

export function add(view: View, uids: Ranges): void { index(view, joined([...view.uids, ...uids])) }

/** Takes them out; gives the sequence numbers to be told, highest first so that none shifts another (7.4.1). */
export function remove(view: View, uids: Ranges): number[] {
  const told: number[] = []
  for (const { from, to } of uids.toReversed()) for (let uid = to; uid >= from; uid--) told.push(sequenceOf(view, uid))
  index(view, without(view.uids, uids))
  return told
}
