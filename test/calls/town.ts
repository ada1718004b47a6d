/** A small town of phones for golden dialogues: one site, every phone registered, and the words to say what was said. */
import assert from 'node:assert/strict'
import { fair, mediaApart, type PhoneChoice, simulatedSite, startRingfort, type SimulatedSystem, type Talk, type VirtualPhone, type Weather } from '../../src/index.ts'

export const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] as const
export type Person = (typeof people)[number]

/** Extensions 1001 to 1006 in that order; bob has a second phone, bob2. */
export interface TownPlan {
  readonly lines?: string
  readonly more?: string
  /** mediaSecurity by phone; off if left out. */
  readonly media?: Partial<Record<Person | 'bob2', 'off' | 'preferred' | 'required'>>
  /** Phones that may signal over TLS alone. */
  readonly secure?: readonly (Person | 'bob2')[]
  readonly phones?: string
}

const sites = new Map<string, ReturnType<typeof simulatedSite>>()

function siteText({ lines = '', more = '', media = {}, secure = [], phones = '' }: TownPlan): string {
  const users = people.map((name, i) => `  - { userId: ${name}, displayName: ${name[0]!.toUpperCase()}${name.slice(1)}, extension: "${1001 + i}" }`).join('\n')
  const phone = (name: Person | 'bob2', user: string) =>
    `  - { name: ${name}, user: ${user}, digest: { user: ${name}, password: "battery-staple-${name}" }, deviceSecurityMode: ${secure.includes(name) ? 'encrypted' : 'nonSecure'}, mediaSecurity: ${media[name] ?? 'off'} }`
  return `system: { domain: example.test, listen: 127.0.0.1 }\nusers:\n${users}\nphones:\n${people.map((name) => phone(name, name)).join('\n')}\n${phone('bob2', 'bob')}\n${phones}\n${lines === '' ? '' : `lines:\n${lines}\n`}${more}`
}

export interface Town extends Record<Person, VirtualPhone> {
  readonly system: SimulatedSystem
  readonly bob2: VirtualPhone
  /** What went over the wire since this was called last (registrations left out): `alice>INVITE`, `alice<200 INVITE`. */
  said(): string[]
  /** Runs a second. */
  tick(ms?: number): void
  /** One call from `a` answered by `b`. */
  connect(a: VirtualPhone, b: VirtualPhone): { near: Talk; far: Talk }
  /** Everybody hangs up; nothing may be left behind, no rule broken. */
  close(): void
}

export async function town(plan: TownPlan = {}, choices: Partial<Record<Person | 'bob2', PhoneChoice>> = {}, weather: Weather = fair): Promise<Town> {
  const text = siteText(plan)
  const site = sites.get(text) ?? simulatedSite(text)
  sites.set(text, site)
  const system = await startRingfort({ site: await site, weather })
  const phones = Object.fromEntries([...people, 'bob2' as const].map((name) => [name, system.phone(name, { ...(name === 'bob2' ? { registers: false } : {}), ...choices[name] })])) as Record<Person | 'bob2', VirtualPhone>
  assert.ok(system.until(() => [...system.phones.values()].every((one) => one.registered || !one.state.registration.wanted)), 'everybody is registered')
  let from = system.ladder().length
  return {
    ...phones, system,
    said() {
      const all = system.ladder(), fresh = all.slice(from)
      from = all.length
      return fresh.filter((one) => !one.what.endsWith('REGISTER') && one.what !== '100 INVITE').map((one) => one.from === 'ringfort' ? `${one.to}<${one.what}` : `${one.from}>${one.what}`)
    },
    tick: (ms = 1_000) => { system.run(ms) },
    connect(a, b) {
      const near = a.call(b.state.settings.line)
      assert.ok(system.until(() => b.talks.some((one) => one.invite !== undefined)), 'it rings')
      b.answer()
      assert.ok(system.until(() => near.state === 'up' && b.talk.state === 'up'), 'it is answered')
      return { near, far: b.talk }
    },
    close: () => { closeTown(system) },
  }
}

function closeTown(system: SimulatedSystem): void {
  for (const phone of system.phones.values()) for (const talk of [...phone.talks]) if (!talk.ended) phone.hangUp(talk)
  system.run(300_000)
  assert.deepEqual(system.violations(), [])
  assertEmpty(system)
  system.close()
}

/** The ledger: no call, leg, transaction or timer is left behind. */
export function assertEmpty(system: SimulatedSystem): void {
  const { sleepers: _, transactionsAsleep: __, ...tables } = system.ledger()
  for (const [name, count] of Object.entries(tables)) assert.equal(count, 0, `${name} left behind: ${count}`)
  for (const phone of system.phones.values()) assert.deepEqual(phone.talks.filter((one) => !one.ended).map((one) => one.state), [], 'a phone still has a call')
}

export function assertTalking(a: Talk, b: Talk): void {
  assert.equal(a.state, 'up')
  assert.equal(b.state, 'up')
  assert.deepEqual(mediaApart(a, b), [])
}
