/**
 * Who sent what when, of each recent call: messages as they were, in two rings of octets, shown without keys.
 *
 * Octets rather than strings: what is kept for minutes is nothing that the collector of garbage has to carry about.
 * Security   holds raw messages: `ladderOf` takes out key material and credentials before anybody sees them; bounded in octets.
 *            What is refused has a ring of its own, so a flood of strangers washes away no call
 */
import type { Flow, Hop, Transport } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { redactKeys } from '../wire/sdp/index.ts'

/** Octets of messages that are kept. */
export const ladderSize = 8 * 1024 * 1024
/** Part of it that holds what was refused, or belonged to nothing. */
const strayShare = 1 / 8

export interface Rung { readonly at: Millis; readonly direction: 'in' | 'out'; readonly peer: Hop; readonly text: string }

interface Ring {
  readonly octets: Buffer
  /** By number of the message, modulo `slots`: where it lies, and who and when. */
  readonly places: Place[]
  /** Messages before this number were dropped. */
  first: number
  next: number
  /** Where the next message is written. */
  end: number
}

/** Written over and over again: a new message takes the place of one that was dropped. */
interface Place { number: number; start: number; length: number; at: Millis; incoming: boolean; transport: Transport; address: string; port: number }

export interface Ladder {
  readonly calls: Ring
  readonly stray: Ring
  /** Messages seen, in both rings: their order. */
  count: number
}

export function newLadder(size = ladderSize): Ladder {
  return { calls: newRing(size - Math.floor(size * strayShare)), stray: newRing(Math.floor(size * strayShare)), count: 0 }
}

const newRing = (size: number): Ring => ({ octets: Buffer.allocUnsafeSlow(size), places: [], first: 0, next: 0, end: 0 })

const slots = 65_536

/** `stray`: nothing that is kept of calls and phones, but what was refused. `text`: one char an octet. */
export function rung(ladder: Ladder, at: Millis, direction: 'in' | 'out', peer: Flow | Hop, text: string, stray = false): void {
  const ring = stray ? ladder.stray : ladder.calls, { length } = text
  if (length > ring.octets.length) return
  const start = roomFor(ring, length), place = placeOf(ring, ring.next++ % slots), flow = 'service' in peer
  ring.octets.write(text, start, length, 'latin1')
  ring.end = start + length
  place.number = ladder.count++
  place.start = start
  place.length = length
  place.at = at
  place.incoming = direction === 'in'
  place.transport = peer.transport
  place.address = flow ? peer.remoteAddress : peer.address
  place.port = flow ? peer.remotePort : peer.port
}

function placeOf(ring: Ring, slot: number): Place {
  return ring.places[slot] ??= { number: 0, start: 0, length: 0, at: 0, incoming: false, transport: 'udp', address: '', port: 0 }
}

/** Where so many octets lie in one piece, what was there before dropped: the oldest, for they lie in order. */
function roomFor(ring: Ring, length: number): number {
  const wraps = ring.end + length > ring.octets.length, start = wraps ? 0 : ring.end
  if (ring.next - ring.first >= slots) ring.first++
  for (; ring.first < ring.next; ring.first++) {
    const oldest = ring.places[ring.first % slots]!
    const behind = wraps && oldest.start >= ring.end                     // what lies from here to the end of the octets is older than what lies at their start
    if (!behind && (oldest.start >= start + length || oldest.start + oldest.length <= start)) break
  }
  return start
}

/** The messages of some dialogs, in order, without secrets; of all dialogs if none is named. */
export function ladderOf(ladder: Ladder, callIds?: readonly string[]): Rung[] {
  const wanted = callIds && new Set(callIds), found: Rung[] = []
  for (const { place, text } of kept(ladder)) {
    if (wanted && !wanted.has(callIdOf(text))) continue
    const { at, incoming, transport, address, port } = place
    found.push({ at, direction: incoming ? 'in' : 'out', peer: { transport, address, port }, text: withoutSecrets(text) })
  }
  return found
}

/** Call-IDs of the dialogs that have one of these tags in From or To. */
export function callIdsWith(ladder: Ladder, tags: readonly string[]): string[] {
  const wanted = new Set(tags), found = new Set<string>()
  for (const { text } of kept(ladder)) {
    for (const [, tag] of text.matchAll(/;[ \t]*tag=([^;,>\s]+)/gi)) if (wanted.has(tag!)) found.add(callIdOf(text))
  }
  return [...found]
}

/** Of both rings, in the order in which they came and went. */
function* kept({ calls, stray }: Ladder): Iterable<{ place: Place; text: string }> {
  let c = calls.first, s = stray.first
  while (c < calls.next || s < stray.next) {
    const call = c < calls.next ? calls.places[c % slots] : undefined, other = s < stray.next ? stray.places[s % slots] : undefined
    const fromCalls = call !== undefined && (other === undefined || call.number < other.number), place = fromCalls ? call : other!
    yield { place, text: (fromCalls ? calls : stray).octets.toString('latin1', place.start, place.start + place.length) }
    if (fromCalls) c++
    else s++
  }
}

/** The value of the header, full or compact, folded or not (RFC 3261 7.3.1, 20.8): what is kept was parsed or is ours, so there is one. */
function callIdOf(text: string): string {
  return /^(?:Call-ID|i)[ \t]*:[ \t]*(?:\r\n[ \t]+)?([^\s]*)/im.exec(text)?.[1] ?? ''
}

/** No key, no digest response, no nonce: what is left can be shown to who may see the call. */
export function withoutSecrets(text: string): string {
  return redactKeys(text)
    .replace(/^((?:Proxy-)?Authorization[ \t]*:[ \t]*\w+)[^\r\n]*/gim, '$1 [secret]')
    .replace(/^((?:WWW|Proxy)-Authenticate[ \t]*:[ \t]*\w+)[^\r\n]*/gim, '$1 [secret]')
}
