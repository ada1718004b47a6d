/**
 * From whom a port takes its media: from whom signalling said, and nobody else.
 * A source is learned where that was allowed, before the first packet was taken; later only a packet whose tag is good moves it.
 *
 * Standards  RFC 3550 8.2, RFC 4961 (symmetric RTP)
 * Security   A20, RTP bleed: whoever guesses a port neither hears the call nor speaks in it
 */
export interface MediaSource { readonly address: string, readonly port: number }

/** Before the first packet: nothing is learned; the port of a telephone behind a router; its address as well, where signalling itself came through one. */
export type Learning = 'nothing' | 'port' | 'address'

export interface SourceLock {
  /** Where media come from, and go to. */
  current: MediaSource
  readonly learning: Learning
  /** A packet was taken: without a tag nothing is learned any more. */
  settled: boolean
  refused: number
}

export function newSourceLock(signalled: MediaSource, learning: Learning): SourceLock {
  return { current: signalled, learning, settled: false, refused: 0 }
}

export type SourceVerdict = 'taken' | 'learned' | 'refused'

/** Is a packet from there taken? `proven`: its SRTP tag was good; without SRTP no packet is. */
export function hearFrom(lock: SourceLock, from: MediaSource, proven: boolean): SourceVerdict {
  if (from.port === lock.current.port && from.address === lock.current.address) {
    lock.settled = true
    return 'taken'
  }
  if (!proven && (lock.settled || !mayLearn(lock, from))) {
    lock.refused++
    return 'refused'
  }
  lock.current = from
  lock.settled = true
  return 'learned'
}

function mayLearn({ learning, current }: SourceLock, from: MediaSource): boolean {
  return learning === 'address' || (learning === 'port' && from.address === current.address)
}
