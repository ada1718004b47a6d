/**
 * Which packets came: the roll-over counter guessed, copies refused.
 *
 * Standards  RFC 3711 3.3.1 and 3.3.2
 */
/** Packets that may come late. */
export const replayWindow = 128

export interface ReplayWindow {
  /** Highest index that came; -1: none. */
  highest: number
  /** One bit an index, of the last 128, round and round. */
  readonly seen: Uint32Array
}

export function newReplayWindow(highest = -1): ReplayWindow { return { highest, seen: new Uint32Array(replayWindow / 32) } }

/** RFC 3711 3.3.1: roll-over counter and sequence number, nearest to the highest index; before the first round none lies behind. */
export function guessIndex(highest: number, sequence: number): number {
  if (highest < 0) return sequence
  const last = highest % 65_536, round = highest - last
  if (last < 32_768) return sequence - last > 32_768 && round > 0 ? round - 65_536 + sequence : round + sequence
  return last - 32_768 > sequence ? round + 65_536 + sequence : round + sequence
}

export function replayFault({ highest, seen }: ReplayWindow, index: number): 'srtp.old' | 'srtp.replay' | undefined {
  if (index > highest) return undefined
  if (index <= highest - replayWindow) return 'srtp.old'
  const bit = index % replayWindow
  return (seen[bit >> 5]! >>> (bit & 31)) & 1 ? 'srtp.replay' : undefined
}

/** After the tag was found good: RFC 3711 3.3.2. */
export function remember(window: ReplayWindow, index: number): void {
  const { highest, seen } = window
  if (index - highest >= replayWindow) seen.fill(0)
  else for (let between = highest + 1; between < index; between++) seen[(between % replayWindow) >> 5]! &= ~(1 << (between & 31))
  const bit = index % replayWindow
  seen[bit >> 5]! |= 1 << (bit & 31)
  if (index > highest) window.highest = index
}
