/**
 * The registrar: a REGISTER and the bindings that there are → an answer and what becomes of the bindings.
 *
 * Standards  RFC 3261 10.3; RFC 3327 5.3; RFC 5626 6; RFC 5627 5 (public GRUU); RFC 5630 5.2
 * Security   the caller has authenticated the phone and authorised it for the line; all or nothing is changed
 */
import type { Flow } from '../../kit/flow.ts'
import type { Millis } from '../../kit/machine.ts'
import type { Problem } from '../../kit/result.ts'
import type { SipMessage } from './message.ts'
import { printRefusal, printRegistered } from './registrar/answer.ts'
import { type Asked, type AskedContact, expiresOf, readAsked } from './registrar/contacts.ts'
import { type Refusal, refusals } from './registrar/problems.ts'
import { parseUri, sameUri, type Uri } from './uri.ts'
import { address } from './values.ts'

/** `flowId` of a binding whose connection is closed. */
export const lostFlow = -1

/** What the registrar knows of a bound contact. */
export interface BoundContact {
  /** The URI as the phone wrote it. */
  readonly contact: string
  /** Parameters of the Contact header that are not fields here, as written: `;methods="INVITE, BYE";audio`. */
  readonly params: string
  /** Preference in thousandths; -1 where none was given. */
  readonly q: number
  readonly expiresAt: Millis
  readonly callId: string
  readonly cseq: number
  /** Value of +sip.instance, angle brackets kept; '' without. */
  readonly instance: string
  /** RFC 5626: with it the binding is one flow of one instance; 0 without. */
  readonly regId: number
  /** Value of the Route header that leads to the contact (RFC 3327); '' without. */
  readonly path: string
  /** Connection that the REGISTER came over; 0 for a datagram, lostFlow once it is closed. */
  readonly flowId: number
}

export interface RegistrarLimits {
  /** Seconds. */
  readonly minExpires: number
  readonly maxExpires: number
  readonly defaultExpires: number
  /** Of one phone on one line. */
  readonly maxBindings: number
  /** Value of Service-Route (RFC 3608). */
  readonly serviceRoute?: string | undefined
  /** Seconds within which a connected flow must show life (RFC 5626 5.4). */
  readonly flowTimer?: number | undefined
}

export const registrarLimits: RegistrarLimits = { minExpires: 5, maxExpires: 7200, defaultExpires: 3600, maxBindings: 5 }

export type BindingChange<B extends BoundContact = BoundContact> =
  | { readonly is: 'bind'; readonly was: B | undefined; readonly now: BoundContact }
  | { readonly is: 'release'; readonly was: B }

export interface Registered<B extends BoundContact = BoundContact> {
  readonly status: number
  /** Whole header lines of the answer. */
  readonly headers: string
  /** Empty unless the status is 200. */
  readonly change: readonly BindingChange<B>[]
  readonly problem?: Problem | undefined
}

/** `bindings` are the phone's own on this line; `others`, those of the line's other phones, are listed in the answer and never touched. */
export function register<B extends BoundContact>(
  request: SipMessage, flow: Flow, bindings: readonly B[], now: Millis, limits: RegistrarLimits, others: readonly BoundContact[] = [],
): Registered<B> {
  const asked = readAsked(request)
  if (!asked.ok) return refused(asked.problem, flow)
  const { contacts } = asked.value
  const change = contacts === undefined ? [] : contacts === 'all' ? releaseAll(request, bindings)
    : rebind({ request, flow, bindings, now, limits, asked: asked.value, contacts })
  if (!Array.isArray(change)) return refused(change, flow)
  const flows = change.some((c) => c.is === 'bind' && c.now.regId > 0)
  return { status: 200, headers: printRegistered(request, asked.value, flow, after(bindings, change, others), flows, now, limits), change }
}

function refused(refusal: Refusal, flow: Flow): Registered<never> {
  return { status: refusal.status, headers: printRefusal(refusal, flow), change: [], problem: refusal.problem }
}

/** The contacts as they stand once the change is made. */
function after<B extends BoundContact>(bindings: readonly B[], change: readonly BindingChange<B>[], others: readonly BoundContact[]): BoundContact[] {
  const bound: BoundContact[] = []
  for (const binding of bindings) {
    const made = change.find((c) => c.was === binding)
    if (!made) bound.push(binding)
    else if (made.is === 'bind') bound.push(made.now)
  }
  for (const made of change) if (made.is === 'bind' && made.was === undefined) bound.push(made.now)
  return others.length === 0 ? bound : bound.concat(others)
}

/** Step 6: `Contact: *`. */
function releaseAll<B extends BoundContact>(request: SipMessage, bindings: readonly B[]): BindingChange<B>[] | Refusal {
  if (bindings.some((was) => tooOld(request, was))) return refusals.order
  return bindings.map((was) => ({ is: 'release', was }))
}

/** A request of the same Call-ID that is not newer than the binding. */
function tooOld(request: SipMessage, was: BoundContact): boolean {
  return was.callId === request.callId && request.cseq <= was.cseq
}

interface Work<B extends BoundContact> {
  readonly request: SipMessage
  readonly flow: Flow
  readonly bindings: readonly B[]
  readonly now: Millis
  readonly limits: RegistrarLimits
  readonly asked: Asked
  readonly contacts: readonly AskedContact[]
}

/** Step 7: each contact in turn, all or none. */
function rebind<B extends BoundContact>(work: Work<B>): BindingChange<B>[] | Refusal {
  const { request, bindings, contacts, limits } = work
  const change: BindingChange<B>[] = [], general = expiresOf(request) ?? limits.defaultExpires
  for (const asked of contacts) {
    const seconds = asked.expires ?? general
    if (seconds > 0 && seconds < 3600 && seconds < limits.minExpires) return refusals.tooBrief(limits.minExpires)
    const found = matching(bindings, asked)
    if (found.refusal) return found.refusal
    const was = found.was
    if (was && tooOld(request, was)) return refusals.order
    if (was === undefined || was.contact !== asked.uri) {
      const wrong = unacceptable(work, asked)
      if (wrong) return wrong
    } else if (unsafe(work, asked.uri)) return refusals.sips
    put(change, was, bound(work, asked, Math.min(seconds, limits.maxExpires)), seconds === 0)
  }
  return makeRoom(work, change) ?? change
}

/** The later of two equal contacts in one request counts. */
function put<B extends BoundContact>(change: BindingChange<B>[], was: B | undefined, now: BoundContact, isGone: boolean): void {
  const earlier = change.findIndex((c) => was ? c.was === was : c.is === 'bind' && sameBinding(c.now, now))
  if (earlier >= 0) change.splice(earlier, 1)
  if (!isGone) change.push({ is: 'bind', was, now })
  else if (was) change.push({ is: 'release', was })
}

function sameBinding(a: BoundContact, b: BoundContact): boolean {
  if (a.regId !== b.regId) return false
  return a.regId > 0 ? sameInstance(a.instance, b.instance) : a.contact === b.contact || equalUris(a.contact, b.contact)
}

function equalUris(a: string, b: string): boolean {
  const left = parseUri(a), right = parseUri(b)
  return left.ok && right.ok && sameUri(left.value, right.value)
}

/** RFC 5626 4.1: instance ids are URNs; those of phones are UUIDs, which compare without case. */
function sameInstance(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase())
}

function bound(work: Work<BoundContact>, asked: AskedContact, seconds: number): BoundContact {
  return {
    contact: asked.uri, params: asked.params, q: asked.q, expiresAt: work.now + seconds * 1000, callId: work.request.callId, cseq: work.request.cseq,
    instance: asked.instance, regId: asked.regId, path: work.asked.path, flowId: work.flow.id,
  }
}

/** The binding that a contact renews: by instance and reg-id (RFC 5626 6), else by the URI (19.1.4). */
function matching<B extends BoundContact>(bindings: readonly B[], asked: AskedContact): { was?: B | undefined; refusal?: Refusal } {
  if (asked.regId > 0) return { was: bindings.find((b) => b.regId === asked.regId && sameInstance(b.instance, asked.instance)) }
  const exact = bindings.find((b) => b.regId === 0 && b.contact === asked.uri)
  if (exact) return { was: exact }
  const uri = parseUri(asked.uri)
  if (!uri.ok) return { refusal: refusals.contact }
  return { was: bindings.find((b) => b.regId === 0 && isUri(b.contact, uri.value)) }
}

function isUri(text: string, wanted: Uri): boolean {
  const uri = parseUri(text)
  return uri.ok && sameUri(uri.value, wanted)
}

/** What a contact that is not bound yet must be. */
function unacceptable(work: Work<BoundContact>, asked: AskedContact): Refusal | undefined {
  const uri = parseUri(asked.uri)
  if (!uri.ok) return refusals.contact
  if (uri.value.scheme !== 'sip' && uri.value.scheme !== 'sips') return refusals.scheme
  if (unsafe(work, asked.uri)) return refusals.sips
  const aor = asked.instance === '' ? undefined : address(work.request, 'To')?.uri
  return aor !== undefined && isUri(aor, uri.value) ? refusals.loop : undefined                 // RFC 5627 5.1
}

/** RFC 5630 5.2: sips is bound where every hop was sips. */
function unsafe({ request, flow, asked }: Work<BoundContact>, contact: string): boolean {
  if (contact.slice(0, 5).toLowerCase() !== 'sips:') return false
  const secure = flow.transport === 'tls' || flow.transport === 'wss'
  return !secure || request.uri.slice(0, 5).toLowerCase() !== 'sips:' || /<sip:/i.test(asked.path)
}

/**
 * Over the limit the phone's dead bindings go first: those whose connection is closed, then those that an earlier run of the
 * same instance left behind. Only what is alive counts against it.
 */
function makeRoom<B extends BoundContact>({ bindings, limits, contacts, request }: Work<B>, change: BindingChange<B>[]): Refusal | undefined {
  const added = change.filter((c) => c.is === 'bind' && c.was === undefined).length
  let over = bindings.length + added - change.filter((c) => c.is === 'release').length - limits.maxBindings
  if (added === 0 || over <= 0) return undefined
  const idle = bindings.filter((was) => !change.some((c) => c.was === was)).sort((a, b) => a.expiresAt - b.expiresAt)
  const left = (was: B) => was.instance !== '' && was.regId === 0 && was.callId !== request.callId
    && contacts.some((asked) => sameInstance(asked.instance, was.instance))
  for (const was of [...idle.filter((b) => b.flowId === lostFlow), ...idle.filter((b) => b.flowId !== lostFlow && left(b))]) {
    if (over-- <= 0) break
    change.push({ is: 'release', was })
  }
  return over > 0 ? refusals.tooMany(limits.maxBindings) : undefined
}
