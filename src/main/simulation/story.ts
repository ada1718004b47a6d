/**
 * Seeded stories: eight phones do at random what people do with phones, over a bad network; then everybody hangs up and the books are checked.
 *
 * The same seed tells the same story. What is checked: no call stuck, nothing left in any table, both ends agree how each call ended,
 * the media of whoever talks meet, and no phone saw a rule broken.
 */
import type { LegRecord } from '../../calls/records.ts'
import type { Random, Millis } from '../../kit/machine.ts'
import type { VirtualPhone } from './phone.ts'
import { mediaApart } from './phone/media.ts'
import type { Talk } from './phone/state.ts'
import { seededRandom } from './random.ts'
import { type PhoneChoice, type SimulatedSite, type SimulatedSystem, simulation } from './start.ts'
import { fair, foul, type Weather } from './weather.ts'

export interface Story {
  readonly seed: number
  /** What was wrong; [] is a good end. */
  readonly problems: readonly string[]
  readonly calls: number
  readonly answered: number
  readonly messages: number
  readonly lost: number
}

export const storySite = `
system: { domain: example.test, listen: 127.0.0.1 }
users:
${[1, 2, 3, 4, 5, 6, 7].map((n) => `  - { userId: user${n}, extension: "100${n}" }`).join('\n')}
phones:
  - { name: udp1, user: user1, digest: { user: udp1, password: "battery-staple-1" }, deviceSecurityMode: nonSecure, mediaSecurity: off }
  - { name: udp2, user: user2, digest: { user: udp2, password: "battery-staple-2" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: udp3, user: user3, digest: { user: udp3, password: "battery-staple-3" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: udp4, user: user3, digest: { user: udp4, password: "battery-staple-4" }, deviceSecurityMode: nonSecure, mediaSecurity: off }
  - { name: tcp5, user: user4, digest: { user: tcp5, password: "battery-staple-5" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: tls6, user: user5, digest: { user: tls6, password: "battery-staple-6" }, mediaSecurity: required }
  - { name: tls7, user: user6, digest: { user: tls7, password: "battery-staple-7" }, mediaSecurity: preferred }
  - { name: wss8, user: user7, digest: { user: wss8, password: "battery-staple-8" }, mediaSecurity: preferred }
lines:
  - { number: "1001", pickupGroup: "1900" }
  - { number: "1002", pickupGroup: "1900", forwardBusy: "1003", forwardNoAnswer: "1004", noAnswerSeconds: 8 }
  - { number: "1004", pickupGroup: "1900", callWaiting: false, forwardNotRegistered: "1001" }
huntGroups:
  - { number: "2000", algorithm: broadcast, members: ["1001", "1003", "1005"], ringSeconds: 6 }
  - { number: "2001", algorithm: circular, members: ["1002", "1004", "1006"], ringSeconds: 6, onNoAnswer: "1001" }
parkLots: [{ name: Main, range: 700X, reversionSeconds: 10 }]
pickupGroups: [{ number: "1900" }]
`

const choices: Readonly<Record<string, PhoneChoice>> = {
  udp1: { transport: 'udp' }, udp2: { transport: 'udp', reliable: 'supported' }, udp3: { transport: 'udp', update: false }, udp4: { transport: 'udp', sessionSeconds: 90 },
  tcp5: { transport: 'tcp', reliable: 'supported' }, tls6: { transport: 'tls' }, tls7: { transport: 'tls', reliable: 'supported', sessionSeconds: 120 }, wss8: { transport: 'wss' },
}
const numbers = ['1001', '1002', '1003', '1004', '1005', '1006', '1007', 'user1', '2000', '2001', '1900', '*8', '**1002', '7000', '7003', '5555']
const steps = 40
const sessionSeconds = 1_800

/** Weather of a run: every fourth is fair, others are foul in different ways. */
function weatherOf(seed: number): Weather {
  switch (seed % 4) {
    case 0:  return { ...fair, delay: 20, jitter: 30 }
    case 1:  return foul
    case 2:  return { ...foul, loss: 1_500, reset: 0 }
    default: return { ...foul, loss: 200, reorder: 2_000, duplicate: 1_000, reset: 100 }
  }
}

/** `look` sees the system before the story begins: for who wants to follow it. */
export function playStory(site: SimulatedSite, seed: number, look: (system: SimulatedSystem) => void = () => {}): Story {
  const weather = weatherOf(seed), system = simulation(site, seed, weather), random = seededRandom(seed ^ 0x0ddba11)
  const phones = Object.entries(choices).map(([name, choice]) => system.phone(name, choice))
  const problems: string[] = []
  look(system)
  system.run(5_000)
  for (let i = 0; i < steps; i++) {
    const phone = phones[random.below(phones.length)]!
    try { act(system, phone, random) } catch (error) { problems.push(`step ${i} threw: ${error instanceof Error ? error.stack : String(error)}`); break }
    system.run(pause(random))
  }
  if (problems.length === 0) finish(system, phones, problems)
  const { counts } = system.network
  system.close()
  return { seed, problems, calls: system.records.length, answered: system.records.filter((one) => one.answeredAt !== undefined).length, messages: counts.datagram + counts.bytes + counts.message, lost: counts.lost }
}

/** Mostly a while, sometimes no time at all: what crosses on the wire is where the bugs live. */
function pause(random: Random): Millis { return [0, 5, 40, 200, 1_000, 3_000, 9_000][random.below(7)]! }

function act(system: SimulatedSystem, phone: VirtualPhone, random: Random): void {
  const rings = phone.talks.filter((one) => one.invite), ups = phone.talks.filter((one) => one.state === 'up'), calling = phone.talks.filter((one) => one.client)
  const what = random.below(100), up = ups[random.below(Math.max(1, ups.length))]
  if (rings.length > 0 && what < 60) answerOrNot(phone, rings[0]!, random)
  else if (calling.length > 0 && what < 25) phone.cancel(calling[0])
  else if (up && what < 75) inCall(system, phone, up, ups, calling, random)
  else if (phone.talks.filter((one) => !one.ended).length < 3) phone.call(numbers[random.below(numbers.length)]!, { delayed: random.below(6) === 0 })
}

function answerOrNot(phone: VirtualPhone, talk: Talk, random: Random): void {
  const what = random.below(10)
  if (what < 6) phone.answer(talk)
  else if (what < 8) phone.ring(183, { early: true }, talk)
  else if (what < 9) phone.refuse(486, undefined, talk)
  else phone.refuse(302, 'Contact: <sip:1001@example.test>\r\n', talk)
}

function inCall(system: SimulatedSystem, phone: VirtualPhone, up: Talk, ups: readonly Talk[], calling: readonly Talk[], random: Random): void {
  switch (random.below(9)) {
    case 0: case 1: phone.hold(up, { by: random.below(3) === 0 && phone.state.settings.update ? 'UPDATE' : 'INVITE' }); break
    case 2: phone.resume(up); break
    case 3: phone.press('7', up); break
    case 4: phone.transfer(['1001', '1004', '2000', '*5', '7003', '5555'][random.below(6)]!, up); break
    case 5: if (ups.length > 1) phone.transferTo(ups.find((one) => one !== up)!, up); else if (calling[0]) phone.transferTo(calling[0], up); break
    case 6: phone.reoffer({ delayed: true }, up); break
    case 7: phone.hangUp(up); break
    case 8: phone.message(numbers[random.below(8)]!, `at ${system.now}`); break
  }
}

function finish(system: SimulatedSystem, phones: readonly VirtualPhone[], problems: string[]): void {
  system.run(60_000)                                                       // offers under way are settled, transactions end
  talkers(system, phones, problems)
  for (const phone of phones) for (const talk of [...phone.talks]) if (!talk.ended) phone.hangUp(talk)
  system.run(300_000)
  if (system.calls.size > 0) system.run(sessionSeconds * 1_000)            // a broken connection took both BYEs along: the session timer finds it (RFC 4028 10)
  for (const [name, count] of Object.entries(system.ledger())) if (count !== 0 && !['sleepers', 'transactionsAsleep'].includes(name)) problems.push(`left behind: ${count} ${name}`)
  for (const phone of phones) {
    for (const talk of phone.talks) if (!talk.ended) problems.push(`${phone.state.settings.name} is stuck in a call (${talk.state})`)
    problems.push(...phone.violations)
  }
  endings(system, phones, problems)
}

const isLeg = (talk: Talk, id: string) => talk.dialog.remoteTag === id || [...talk.early.values()].some((one) => one.dialog.remoteTag === id)

function talkOf(phones: readonly VirtualPhone[], name: string, id: string): Talk | undefined {
  return phones.find((one) => one.state.settings.name === name)?.talks.find((talk) => isLeg(talk, id))
}

/** Whoever is connected: both ends are up, and their media meet. */
function talkers(system: SimulatedSystem, phones: readonly VirtualPhone[], problems: string[]): void {
  for (const { a, b, pending, state, ringing } of system.calls.values()) {
    if (!a || !b || state !== 'connected' || ringing) continue
    if (pending) { problems.push(`an offer of ${a.peer.phone} and ${b.peer.phone} is stuck`); continue }
    const near = talkOf(phones, a.peer.phone, a.dialog.localTag), far = talkOf(phones, b.peer.phone, b.dialog.localTag)
    if (!near || !far || near.ended || far.ended) continue                       // its end is checked with the records
    const apart = near.offered || far.offered ? [] : mediaApart(near, far)
    if (apart.length > 0) problems.push(`${a.peer.phone} and ${b.peer.phone} do not hear each other: ${apart.join('; ')}`)
  }
}

/** Both ends of each leg agree how it ended. */
function endings(system: SimulatedSystem, phones: readonly VirtualPhone[], problems: string[]): void {
  for (const record of system.records) {
    for (const leg of record.legs) {
      const talk = talkOf(phones, leg.phone, leg.id)
      const why = talk && disagreement(leg, talk)
      if (why !== undefined) problems.push(`${record.from}→${record.to}, leg of ${leg.phone}: ${why}`)
      if (leg.endedAt === undefined) problems.push(`${record.from}→${record.to}: the record does not say how the leg of ${leg.phone} ended`)
    }
  }
}

function disagreement(leg: LegRecord, talk: Talk): string | undefined {
  const { ended } = talk
  if (!ended) return 'the phone does not know that it is over'
  if (leg.endedBy === 'far' && ended.by === 'them') return `the record says that the phone ended it (${leg.status} ${leg.reason}), the phone says that the system did (${ended.status} ${ended.reason})`
  if (leg.reason === 'No PRACK') return undefined                            // the answer stood behind a PRACK that was lost (RFC 3262 3)
  if (leg.answeredAt !== undefined && !talk.wasUp && ended.by === 'them' && ended.status >= 300) return `answered for the system, refused with ${ended.status} for the phone`
  return undefined
}
