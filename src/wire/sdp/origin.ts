/**
 * What a back-to-back user agent says in its own name: one o= line a leg, and the offers of third-party call control.
 *
 * Standards  RFC 3264 5 and 8, RFC 8866 5.2, RFC 3725 4 and 7
 * Security   hides the far leg's user and address of the o= line; the state holds the last text, so a key may be in it: never log it
 */
import type { Random } from '../../kit/machine.ts'
import { direction, isLive, type Direction } from './facts.ts'
import type { Sdp } from './parse.ts'
import { printSdp, setDirection, setOrigin } from './print.ts'

/** Of one leg, for its whole life. Plain data. */
export interface OriginState {
  readonly sessionId: string
  /** Our address for the o= line: names the leg, no media go there. */
  readonly address: string
  version: number
  /** What we said last, with our o= line; '' before. */
  lastText: string
}

export function newOrigin(random: Random, address: string): OriginState {
  return { sessionId: String(1 + random.below(2 ** 31 - 1)), address, version: 1, lastText: '' }
}

/** With our o= line. The version grows by one exactly when something else differs from what this leg was told last (RFC 3264 8). */
export function asOurs(state: OriginState, sdp: Sdp): Sdp {
  const same = withVersion(state, sdp, state.version)
  const text = printSdp(same)
  if (text === state.lastText || state.lastText === '') return said(state, same, text)
  state.version++
  const next = withVersion(state, sdp, state.version)
  return said(state, next, printSdp(next))
}

function withVersion(state: OriginState, sdp: Sdp, version: number): Sdp {
  return setOrigin(sdp, '-', state.sessionId, String(version), state.address)
}

function said(state: OriginState, sdp: Sdp, text: string): Sdp {
  state.lastText = text
  return { ...sdp, text }
}

/** RFC 3264 8.4: puts the other side on hold; what was received only becomes inactive. */
export function heldOffer(sdp: Sdp): Sdp {
  return withDirections(sdp, (was) => was === 'sendrecv' || was === 'sendonly' ? 'sendonly' : 'inactive')
}

/** RFC 3725 7: nothing flows either way until the media of the other leg are known. */
export function inactiveOffer(sdp: Sdp): Sdp {
  return withDirections(sdp, () => 'inactive')
}

/** Everything that is open in both directions again. */
export function activeOffer(sdp: Sdp): Sdp {
  return withDirections(sdp, () => 'sendrecv')
}

function withDirections(sdp: Sdp, next: (was: Direction) => Direction): Sdp {
  let result = sdp
  sdp.media.forEach((media, i) => {
    const was = direction(media), to = next(was)
    if (isLive(media) && was !== to) result = setDirection(result, i, to)
  })
  return result
}

/** The same in all but the o= line: a session refresh, not a change of media. */
export function sameMedia(a: Sdp, b: Sdp): boolean {
  return a.media.length === b.media.length
    && sameLines(a.session.lines.filter(notOrigin), b.session.lines.filter(notOrigin))
    && a.media.every((media, i) => sameLines(media.lines, b.media[i]!.lines))
}

const notOrigin = (line: string) => !line.startsWith('o=')

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i])
}
