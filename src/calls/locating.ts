/**
 * Looking for addresses: who waits for the hops of a name, and which questions are on their way for them.
 *
 * Standards  RFC 3263 4; RFC 2308
 * Security   A25: at most maxSeekers wait, none longer than patience; one name is asked for once at a time, whoever wants it
 */
import type { DnsReply, DnsType } from '../kit/dns.ts'
import type { Hop } from '../kit/flow.ts'
import type { Millis, Random } from '../kit/machine.ts'
import type { Problem } from '../kit/result.ts'
import { type FailedHops, inOrder, type Locating, type LocateOutput, type Locator, newDnsCache, newFailedHops, newLocator, type Target } from '../wire/sip/locate/index.ts'

export const maxSeekers = 512
export const patience: Millis = 3_000

export const locatingProblems = {
  busy: { code: 'calls.locatingBusy', text: 'Too many names are being looked up.', remedy: 'Check that the name servers answer.' } satisfies Problem,
  late: { code: 'calls.locatingLate', text: 'The name servers took too long.', remedy: 'Check that they are reached.' } satisfies Problem,
}

/** What is found is handed to this, once: hops in the order to be tried, [] with the reason where there are none. */
export type Sought = (hops: readonly Hop[], problem: Problem | undefined) => void

interface Seeker { readonly sought: Sought; readonly state: Locating; readonly until: Millis }

interface Question { readonly id: number; readonly for: { readonly seeker: Seeker; readonly id: number }[] }

export interface Locatings {
  readonly locator: Locator
  readonly failed: FailedHops
  /** In the order in which they will run out of patience. */
  readonly seekers: Set<Seeker>
  /** By type and name, and by the id that was asked with. */
  readonly questions: Map<string, Question>
  readonly keys: Map<number, string>
  lastId: number
  wakeAt: Millis | undefined
}

export interface Ask { readonly do: 'ask'; readonly id: number; readonly type: DnsType; readonly name: string }

export function newLocatings(random: Random, families: readonly ('IPv4' | 'IPv6')[] = ['IPv4', 'IPv6']): Locatings {
  const locator = newLocator({ random, cache: newDnsCache(), transports: ['udp', 'tcp', 'tls'], families })
  return { locator, failed: newFailedHops(), seekers: new Set(), questions: new Map(), keys: new Map(), lastId: 0, wakeAt: undefined }
}

/** `sought` is called before this returns where nothing has to be asked. */
export function locate(l: Locatings, now: Millis, target: Target, sought: Sought): Ask[] {
  if (l.seekers.size >= maxSeekers) { sought([], locatingProblems.busy); return [] }
  const { state, outputs } = l.locator.start(target, now), seeker: Seeker = { sought, state, until: now + patience }
  l.seekers.add(seeker)
  return carry(l, now, seeker, outputs)
}

export function replied(l: Locatings, now: Millis, id: number, reply: DnsReply): Ask[] {
  const key = l.keys.get(id), question = key === undefined ? undefined : l.questions.get(key)
  if (key === undefined || !question) return []
  l.keys.delete(id)
  l.questions.delete(key)
  const asks: Ask[] = []
  for (const one of question.for) {
    if (l.seekers.has(one.seeker)) asks.push(...carry(l, now, one.seeker, l.locator.step(one.seeker.state, now, { ...reply, id: one.id })))
  }
  return asks
}

/** Those who have waited long enough get nothing. */
export function wake(l: Locatings, now: Millis): void {
  for (const seeker of l.seekers) {
    if (seeker.until > now) break
    l.seekers.delete(seeker)
    seeker.sought([], locatingProblems.late)
  }
  if (l.seekers.size === 0) forgetQuestions(l)
  schedule(l)
}

/** Nobody waits: what is still on its way will not be missed, and a name server that never answers leaves nothing behind. */
function forgetQuestions(l: Locatings): void {
  l.questions.clear()
  l.keys.clear()
}

function carry(l: Locatings, now: Millis, seeker: Seeker, outputs: readonly LocateOutput[]): Ask[] {
  const asks: Ask[] = []
  for (const one of outputs) {
    switch (one.do) {
      case 'ask': { const ask = question(l, seeker, one); if (ask) asks.push(ask); break }
      case 'found': l.seekers.delete(seeker); seeker.sought(inOrder(l.failed, now, one.hops), undefined); break
      case 'notFound': l.seekers.delete(seeker); seeker.sought([], one.problem)
    }
  }
  schedule(l)
  return asks
}

/** Undefined where the same is on its way already. */
function question(l: Locatings, seeker: Seeker, { id, type, name }: Extract<LocateOutput, { do: 'ask' }>): Ask | undefined {
  const key = `${type} ${name}`, open = l.questions.get(key)
  if (open) { open.for.push({ seeker, id }); return undefined }
  const asked = ++l.lastId
  l.questions.set(key, { id: asked, for: [{ seeker, id }] })
  l.keys.set(asked, key)
  return { do: 'ask', id: asked, type, name }
}

function schedule(l: Locatings): void {
  const [first] = l.seekers
  l.wakeAt = first?.until
}
