/**
 * Who sent what when, of each recent call: a bounded ring of messages as they were, shown without keys.
 *
 * Security   holds raw messages: `ladderOf` takes out key material and credentials before anybody sees them; bounded in octets
 */
import type { Flow, Hop } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { redactKeys } from '../wire/sdp/index.ts'

/** Octets of messages that are kept. */
export const ladderSize = 8 * 1024 * 1024

export interface Rung { readonly at: Millis; readonly direction: 'in' | 'out'; readonly peer: Flow | Hop; readonly text: string }

export interface Ladder {
  readonly size: number
  readonly rungs: (Rung | undefined)[]
  /** Rungs before this index were dropped. */
  first: number
  next: number
  octets: number
}

export function newLadder(size = ladderSize): Ladder { return { size, rungs: [], first: 0, next: 0, octets: 0 } }

const ring = 65_536

export function rung(ladder: Ladder, at: Millis, direction: 'in' | 'out', peer: Flow | Hop, text: string): void {
  if (ladder.size === 0) return
  while (ladder.first < ladder.next && (ladder.octets + text.length > ladder.size || ladder.next - ladder.first >= ring)) dropFirst(ladder)
  ladder.rungs[ladder.next % ring] = { at, direction, peer, text }
  ladder.next++
  ladder.octets += text.length
}

function dropFirst(ladder: Ladder): void {
  const slot = ladder.first % ring
  ladder.octets -= ladder.rungs[slot]?.text.length ?? 0
  ladder.rungs[slot] = undefined
  ladder.first++
}

/** The messages of some dialogs, in order, without secrets; of all dialogs if none is named. */
export function ladderOf(ladder: Ladder, callIds?: readonly string[]): Rung[] {
  const wanted = callIds && new Set(callIds), found: Rung[] = []
  for (const one of kept(ladder)) if (!wanted || wanted.has(callIdOf(one.text))) found.push({ ...one, text: withoutSecrets(one.text) })
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

function* kept(ladder: Ladder): Iterable<Rung> {
  for (let i = ladder.first; i < ladder.next; i++) {
    const one = ladder.rungs[i % ring]
    if (one) yield one
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
