/** Two systems with a trunk between them on one simulated network: `near` is the house, `far` plays the carrier. */
import assert from 'node:assert/strict'
import { fair, startRingfort, type SimulatedSystem, type Weather } from '../../src/index.ts'

export interface PairPlan {
  /** Fields of the trunk at the near side, as YAML inside braces; the same for its profile. */
  readonly trunk?: string
  readonly profile?: string
  readonly destinations?: string
  /** International numbers are open to Staff; more fields of that class; more route patterns. */
  readonly open?: boolean
  readonly staff?: string
  readonly patterns?: string
  /** Further parts of the near site file. */
  readonly near?: string
  readonly phones?: string
  readonly lines?: string
  readonly system?: string
  readonly farTrunk?: string
  readonly farProfile?: string
  readonly far?: string
  readonly farPhones?: string
  readonly weather?: Weather
  readonly seed?: number
  readonly names?: NonNullable<Parameters<typeof startRingfort>[0] & { names?: unknown }>['names']
}

const password = 'battery-staple-'
const phone = (name: string, media: string) => `  - { name: ${name}, user: ${name}, digest: { user: ${name}, password: "${password}${name}" }, deviceSecurityMode: nonSecure, mediaSecurity: ${media}, callingSearchSpace: Staff }`

export function nearSite({ open = false, staff = '', patterns = '', destinations = '[{ address: 10.0.0.2 }]', trunk = '', profile = '', near = '', phones = '', lines = '', system = '' }: PairPlan): string {
  return `system: { domain: near.test, listen: 127.0.0.1, ${system} }
users:
  - { userId: alice, displayName: Alice Adams, extension: "1001", classOfService: Staff }
  - { userId: bob, displayName: Bob Brown, extension: "1002" }
phones:
${phone('alice', 'off')}
${phone('bob', 'off')}
${phones}
${lines === '' ? '' : `lines:\n${lines}\n`}sipTrunkSecurityProfiles: [{ name: Carrier, ${profile} }]
trunks: [{ name: carrier, securityProfile: Carrier, destinations: ${destinations}, ${trunk} }]
partitions: [{ name: National }, { name: International }]
callingSearchSpaces: [{ name: Staff, partitions: [National, International] }]
routePatterns:
  - { pattern: "9.0[2-9]XXXXXXX", partition: National, trunk: carrier, discard: preDot }
  - { pattern: "9.00!", partition: International, trunk: carrier, discard: preDot }
${patterns}
classesOfService: [{ name: Staff, international: ${open}, ${staff} }]
${near}`
}

export function farSite({ farTrunk = '', farProfile = '', far = '', farPhones = '' }: PairPlan): string {
  return `system: { domain: far.test, listen: 127.0.0.1 }
users:
  - { userId: zoe, displayName: Zoe Zander, extension: "031234567" }
  - { userId: yan, displayName: Yan Young, extension: "041234567" }
phones:
${phone('zoe', 'off')}
${phone('yan', 'off')}
${farPhones}
sipTrunkSecurityProfiles: [{ name: House, ${farProfile} }]
trunks: [{ name: house, securityProfile: House, offNet: false, destinations: [{ address: 10.0.0.1 }], ${farTrunk} }]
partitions: [{ name: Numbers }]
callingSearchSpaces: [{ name: Staff, partitions: [Numbers] }]
routePatterns: [{ pattern: "1XXX", partition: Numbers, trunk: house }]
${far}`
}

export interface Pair { readonly near: SimulatedSystem; readonly far: SimulatedSystem; said(): string[]; close(): void }

export async function pair(plan: PairPlan = {}): Promise<Pair> {
  const { weather = fair, seed = 1, names } = plan
  const near = await startRingfort({ site: nearSite(plan), weather, seed, ...(names ? { names } : {}) })
  const far = await startRingfort({ site: farSite(plan), weather, seed, beside: near, address: '10.0.0.2' })
  for (const name of ['alice', 'bob']) near.phone(name)
  for (const name of ['zoe', 'yan']) far.phone(name)
  assert.ok(near.until(() => [...near.phones.values(), ...far.phones.values()].every((one) => one.registered)), 'everybody is registered')
  let from = near.ladder().length
  return {
    near, far,
    said() {
      const all = near.ladder(), fresh = all.slice(from)
      from = all.length
      const name = (peer: string) => peer === '10.0.0.2' ? 'far' : peer
      return fresh.filter((one) => !/REGISTER|OPTIONS/.test(one.what) && one.what !== '100 INVITE').map((one) => one.from === 'ringfort' ? `${name(one.to)}<${one.what}` : `${name(one.from)}>${one.what}`)
    },
    close() {
      for (const system of [near, far]) for (const one of system.phones.values()) for (const talk of [...one.talks]) if (!talk.ended) one.hangUp(talk)
      near.run(60_000)
      for (const system of [near, far]) { assert.deepEqual(system.violations(), []); assert.equal(system.calls.size, 0); assert.equal(system.exchange.legs.size, 0, 'a leg is left behind') }
      near.close()
    },
  }
}

/** Every line of that header in the last message of near's ladder whose first words are these. */
export function headerOf(system: SimulatedSystem, what: string, name: string, skip = 0): string[] {
  const found = system.ladder().filter((one) => one.what === what).at(-1 - skip)
  return (found?.text ?? '').split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)).map((line) => line.slice(name.length + 1).trim())
}
