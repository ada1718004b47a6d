/**
 * A virtual phone: an engine of its own on wire/sip that does what a person says and judges every message it gets.
 *
 * Standards  RFC 3261, 3262, 3264, 3311, 3515, 3891, 4028, 4568, 5589
 */
import type { Engine } from '../../edge/door.ts'
import type { EdgeInput, EdgeOutput } from '../../kit/flow.ts'
import type { Millis, Random, Wake } from '../../kit/machine.ts'
import { newClientMemory } from '../../wire/sip/digest/index.ts'
import { body, type Dialog, type Heard, newDialog, newEndpoint, receive, respond, type Served } from '../../wire/sip/index.ts'
import { acknowledged, answerCall, cancelled, invited, refuse, type Ring, ring } from './phone/answering.ts'
import { answeredChallenge, ask, contact } from './phone/ask.ts'
import { cancel, dial, type Dialling, replacesOf } from './phone/calling.ts'
import { checkRequest, checkResponse } from './phone/rules.ts'
import { type Asking, later, type Phone, type PhoneSettings, type Talk } from './phone/state.ts'
import { hangUp, info, refer, reoffer, type Reoffer, within } from './phone/within.ts'

/** A phone in a system: its verbs happen at once, their messages travel when the clock goes on. A verb without a talk means the latest that fits. */
export interface VirtualPhone {
  readonly state: Phone
  readonly talks: readonly Talk[]
  readonly violations: readonly string[]
  /** The latest talk; throws where there was none. */
  readonly talk: Talk
  readonly registered: boolean
  register(seconds?: number): void
  unregister(): void
  call(number: string, how?: Dialling): Talk
  ring(status?: number, how?: Ring, talk?: Talk): void
  answer(talk?: Talk, branch?: string): void
  refuse(status?: number, headers?: string, talk?: Talk): void
  cancel(talk?: Talk): void
  /** Whatever fits: CANCEL, refusal or BYE. */
  hangUp(talk?: Talk): void
  hold(talk?: Talk, how?: Reoffer): void
  resume(talk?: Talk, how?: Reoffer): void
  reoffer(how?: Reoffer, talk?: Talk): void
  press(digit: string, talk?: Talk): void
  message(number: string, text: string): void
  transfer(number: string, talk?: Talk): void
  /** Connects the far ends of two talks (attended, or semi-attended while the second one rings). */
  transferTo(second: Talk, first?: Talk): void
  /** Any request outside a dialog; statuses of the responses are gathered in the array given back. */
  send(method: string, uri: string, headers?: string, body?: string): number[]
  /** A request in a dialog, its own or one that it has overheard. */
  sendIn(dialog: Dialog, method: string, headers?: string): number[]
}

export function newPhone(settings: PhoneSettings, now: Millis, random: Random): { phone: Phone; engine: Engine } {
  const { line, domain, address, port } = settings
  const aor = `<sip:${line}@${domain}>`
  const phone: Phone = {
    settings, endpoint: newEndpoint(now, random, () => ({ address, port })), random, memory: newClientMemory(), now, talks: [], timers: [], violations: [], messages: [],
    registration: { dialog: newDialog(random.token(12), random.token(8), aor, aor, `sip:${domain}`, []), wanted: false, registered: false, statuses: [] },
    nextRtp: 20_000, onRing: undefined,
  }
  const engine: Engine = {
    get wakeAt() {
      let at = phone.endpoint.layer.wakeAt
      for (const timer of phone.timers) if (at === undefined || timer.at < at) at = timer.at
      return at
    },
    step: (at, input) => step(phone, at, input),
  }
  return { phone, engine }
}

export function taken(phone: Phone): EdgeOutput[] {
  const { out } = phone.endpoint
  phone.endpoint.out = []
  return out
}

function step(phone: Phone, now: Millis, input: EdgeInput | Wake): EdgeOutput[] {
  phone.now = now
  receive(phone.endpoint, now, input, (news) => { hear(phone, news) })
  const due = phone.timers.filter((one) => one.at <= now).toSorted((a, b) => a.at - b.at)
  if (due.length > 0) {
    phone.timers.splice(0, phone.timers.length, ...phone.timers.filter((one) => one.at > now))
    for (const one of due) one.run()
  }
  return taken(phone)
}

function hear(phone: Phone, news: Heard): void {
  switch (news.is) {
    case 'request': requested(phone, news.served); break
    case 'ack': { const talk = talkOf(phone, news.message.callId, news.message.toTag); if (talk) acknowledged(phone, talk, news.message); break }
    case 'cancelled': if (isTalk(news.user)) cancelled(phone, news.user, news.message); break
    case 'response': if (isAsking(news.user)) {
      checkResponse(phone, news.message)
      if (!answeredChallenge(phone, news.user, news.message)) news.user.heard(news.message)
      break
    } break
    case 'unanswered': if (isAsking(news.user)) news.user.silent(); break
    case 'closed': if (phone.registration.wanted) { phone.registration.registered = false; later(phone, 50 + phone.random.below(500), () => { register(phone, 3_600) }) } break
    case 'overloaded': break
  }
}

const isAsking = (user: unknown): user is Asking => typeof user === 'object' && user !== null && 'heard' in user && 'silent' in user
const isTalk = (user: unknown): user is Talk => typeof user === 'object' && user !== null && 'rtpPort' in user

function talkOf(phone: Phone, callId: string, ourTag: string): Talk | undefined {
  return phone.talks.findLast(({ dialog, early }) => dialog.callId === callId && (dialog.localTag === ourTag || [...early.values()].some((one) => one.dialog.localTag === ourTag)))
}

function requested(phone: Phone, served: Served): void {
  const { message } = served
  checkRequest(phone, message)
  const say = (status: number, headers = '') => { respond(phone.endpoint, phone.now, served, { status, headers, toTag: phone.random.token(5) }) }
  if (message.toTag !== '') {
    const talk = talkOf(phone, message.callId, message.toTag)
    if (talk) within(phone, talk, served)
    else say(481)
    return
  }
  switch (message.method) {
    case 'INVITE': invited(phone, served); break
    case 'MESSAGE': phone.messages.push(body(message)); say(200); break
    case 'OPTIONS': say(200); break
    default: say(405, 'Allow: INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS\r\n')
  }
}

function register(phone: Phone, seconds: number): void {
  const { registration } = phone
  registration.wanted = seconds > 0
  ask(phone, registration.dialog, 'REGISTER', {
    headers: `${contact(phone)}Expires: ${seconds}\r\n`,
    heard: (response) => {
      registration.statuses.push(response.status)
      registration.registered = seconds > 0 && response.status === 200
      if (registration.registered) later(phone, seconds * 900, () => { if (registration.wanted) register(phone, seconds) })
    },
    silent: () => { later(phone, 1_000 + phone.random.below(4_000), () => { if (registration.wanted) register(phone, seconds) }) },
  })
}

/** `act` has the network take what the phone says. */
export function virtualPhone(phone: Phone, act: (how: () => void) => void): VirtualPhone {
  const latest = (fits: (talk: Talk) => boolean) => {
    const found = phone.talks.findLast(fits)
    if (!found) throw new Error(`${phone.settings.name} has no such call`)
    return found
  }
  const up = (talk?: Talk) => talk ?? latest((one) => one.state === 'up' || one.state === 'answered')
  const waiting = (talk?: Talk) => talk ?? latest((one) => one.invite !== undefined)
  const wanting = (wants: Talk['wants']) => (talk?: Talk, how?: Reoffer) => { const one = up(talk); one.wants = wants; act(() => { reoffer(phone, one, how) }) }
  return {
    state: phone, talks: phone.talks, violations: phone.violations,
    get talk() { return latest(() => true) },
    get registered() { return phone.registration.registered },
    register: (seconds = 3_600) => { act(() => { register(phone, seconds) }) },
    unregister: () => { act(() => { register(phone, 0) }) },
    call(number, how) { let talk: Talk | undefined; act(() => { talk = dial(phone, number, how) }); return talk! },
    ring: (status = 180, how, talk) => { act(() => { const one = waiting(talk); ring(phone, one, status, how) }) },
    answer: (talk, branch) => { act(() => { answerCall(phone, waiting(talk), branch) }) },
    refuse: (status = 486, headers, talk) => { act(() => { refuse(phone, waiting(talk), status, headers) }) },
    cancel: (talk) => { act(() => { cancel(phone, talk ?? latest((one) => one.client !== undefined)) }) },
    hangUp: (talk) => { act(() => { letGo(phone, talk ?? latest((one) => one.ended === undefined)) }) },
    hold: wanting('sendonly'), resume: wanting('sendrecv'),
    reoffer: (how, talk) => { act(() => { reoffer(phone, up(talk), how) }) },
    press: (digit, talk) => { act(() => { info(phone, up(talk), digit) }) },
    message: (number, text) => { act(() => { send(phone, 'MESSAGE', `sip:${number}@${phone.settings.domain}`, 'Content-Type: text/plain\r\n', text) }) },
    transfer: (number, talk) => { act(() => { refer(phone, up(talk), number) }) },
    transferTo: (second, first) => { act(() => { refer(phone, first ?? latest((one) => one !== second && one.state === 'up'), second.number, replacesOf(early(second))) }) },
    sendIn(dialog, method, headers = '') { const statuses: number[] = []; act(() => { ask(phone, dialog, method, { headers: contact(phone) + headers, heard: ({ status }) => { statuses.push(status) } }) }); return statuses },
    send(method, uri, headers, text) { let statuses: number[] = []; act(() => { statuses = send(phone, method, uri, headers, text) }); return statuses },
  }
}

/** While the second call rings its dialog is the early one. */
function early(talk: Talk): Talk {
  const one = [...talk.early.values()].at(-1)
  return talk.state === 'ringing' && talk.side === 'caller' && one ? { ...talk, dialog: one.dialog } : talk
}

function letGo(phone: Phone, talk: Talk): void {
  if (talk.ended) return
  if (talk.invite) refuse(phone, talk, 486)
  else if (talk.client) cancel(phone, talk)
  else hangUp(phone, talk)
}

function send(phone: Phone, method: string, uri: string, headers = '', text?: string): number[] {
  const { domain, line } = phone.settings, statuses: number[] = []
  const dialog = newDialog(phone.random.token(12), phone.random.token(8), `<sip:${line}@${domain}>`, `<${uri}>`, uri, [])
  ask(phone, dialog, method, { headers: contact(phone) + headers, body: text, uri, heard: (response) => { statuses.push(response.status) }, silent: () => { statuses.push(0) } })
  return statuses
}
