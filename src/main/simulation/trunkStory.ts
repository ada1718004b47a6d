/**
 * A seeded story of a house with trunks whose destinations come and go: calls out by a route list, calls in, links that break at any moment.
 * What must hold: a number is charged once, who was connected stays so while the wire holds, and nothing is left behind anywhere.
 *
 * Standards  RFC 3263 4.3, dial plan 11.3; issue of trunks: failover, one answered leg a call
 */
import type { Millis, Random } from '../../kit/machine.ts'
import type { SimulatedSite, SimulatedSystem } from './start.ts'
import { simulatedSite, simulation } from './start.ts'
import type { VirtualPhone } from './phone.ts'
import type { Talk } from './phone/state.ts'
import { seededRandom } from './random.ts'
import { fair, type Weather } from './weather.ts'

export interface TrunkStory { readonly seed: number; readonly problems: readonly string[]; readonly calls: number; readonly answered: number; /** Calls that reached another destination or trunk than the first. */ readonly failedOver: number; /** Links that broke. */ readonly broken: number }

const steps = 60
const phone = (name: string) => `{ name: ${name}, user: ${name}, digest: { user: ${name}, password: "battery-staple-${name}" }, deviceSecurityMode: nonSecure, mediaSecurity: off, callingSearchSpace: All }`
const space = 'partitions: [{ name: P }]\ncallingSearchSpaces: [{ name: All, partitions: [P] }]\n'
const ping = 'pingSeconds: 5, pingDownSeconds: 5, pingRetries: 3'

const house = `system: { domain: near.test, listen: 127.0.0.1 }
users: [{ userId: alice, extension: "1001" }, { userId: bob, extension: "1002" }]
phones: [${phone('alice')}, ${phone('bob')}]
sipTrunkSecurityProfiles: [{ name: Udp, outgoingTransport: udp }, { name: Tcp, outgoingTransport: tcp }]
trunks:
  - { name: first, securityProfile: Udp, ${ping}, destinations: [{ address: 10.0.0.2, priority: 1 }, { address: 10.0.0.3, priority: 2 }] }
  - { name: second, securityProfile: Tcp, ${ping}, destinations: [{ address: 10.0.0.4 }] }
${space}routeGroups: [{ name: G1, trunks: [first] }, { name: G2, trunks: [second] }]
routeLists: [{ name: Out, members: [{ group: G1 }, { group: G2 }] }]
routePatterns: [{ pattern: "9.XXXX", partition: P, routeList: Out, discard: preDot }]
`

const carrier = (name: string, transport: string) => `system: { domain: ${name}.test, listen: 127.0.0.1 }
users: [{ userId: ${name}, extension: "5001" }]
phones: [${phone(name)}]
sipTrunkSecurityProfiles: [{ name: House, outgoingTransport: ${transport} }]
trunks: [{ name: house, securityProfile: House, offNet: false, ${ping}, destinations: [{ address: 10.0.0.1 }] }]
${space}routePatterns: [{ pattern: "1XXX", partition: P, trunk: house }]
`

export interface TrunkSites { readonly house: SimulatedSite; readonly carriers: readonly SimulatedSite[] }

const names = ['xena', 'yves', 'zora'] as const

export async function trunkSites(): Promise<TrunkSites> {
  return { house: await simulatedSite(house), carriers: await Promise.all(names.map((name, i) => simulatedSite(carrier(name, i < 2 ? 'udp' : 'tcp')))) }
}

function weatherOf(seed: number): Weather {
  return seed % 3 === 0 ? fair : { ...fair, delay: 15, jitter: 20, loss: seed % 3 === 1 ? 300 : 0, duplicate: 200, reorder: 300, chop: 2_000 }
}

interface World { readonly near: SimulatedSystem; readonly far: readonly SimulatedSystem[]; readonly phones: readonly VirtualPhone[]; readonly random: Random; readonly severed: Map<number, Millis>; readonly over: Set<Talk>; lastTrouble: Millis; lastHangUp: Millis; broken: number }

export function playTrunkStory(sites: TrunkSites, seed: number): TrunkStory {
  const weather = weatherOf(seed), near = simulation(sites.house, seed, weather), problems: string[] = []
  const far = sites.carriers.map((site, i) => simulation(site, seed * 7 + i, weather, {}, { beside: near, address: `10.0.0.${i + 2}` }))
  const phones = [near.phone('alice'), near.phone('bob'), ...far.map((one, i) => one.phone(names[i]!))]
  const world: World = { near, far, phones, random: seededRandom(seed ^ 0x7471), severed: new Map(), over: new Set(), lastTrouble: 0, lastHangUp: 0, broken: 0 }
  near.run(5_000)
  for (let i = 0; i < steps; i++) {
    act(world)
    near.run([0, 20, 200, 1_500, 4_000, 12_000][world.random.below(6)]!)
    lostTalk(world, problems)
  }
  finish(world, problems)
  const { records } = near, failedOver = phones.slice(3).reduce((sum, one) => sum + one.talks.filter((talk) => talk.side === 'called').length, 0)
  near.close()
  return { seed, problems, calls: records.length, answered: records.filter((one) => one.answeredAt !== undefined).length, failedOver, broken: world.broken }
}

function act(world: World): void {
  const { random, phones, near } = world, one = phones[random.below(phones.length)]!
  const rings = one.talks.filter((talk) => talk.invite), ups = one.talks.filter((talk) => talk.state === 'up'), what = random.below(100)
  if (what < 12) { cutOrMend(world); return }
  if (rings[0] && what < 70) { if (random.below(5) > 0) one.answer(rings[0]); else one.refuse(random.below(2) === 0 ? 486 : 503, undefined, rings[0]) }
  else if (ups[0] && what < 45) { world.lastHangUp = near.now; one.hangUp(ups[0]) }
  else if (ups[0] && what < 55) one.hold(ups[0])
  else if (one.talks.filter((talk) => !talk.ended).length < 2) one.call(phones.indexOf(one) < 2 ? '95001' : random.below(2) === 0 ? '1001' : '1002')
}

/** A link to one of the carriers breaks, or the oldest break is mended. */
function cutOrMend(world: World): void {
  const { random, near, severed } = world, at = random.below(names.length)
  world.lastTrouble = near.now
  if (severed.has(at)) { near.network.setLink('ringfort', `ringfort at 10.0.0.${at + 2}`, undefined); severed.delete(at) } else {
    near.network.sever('ringfort', `ringfort at 10.0.0.${at + 2}`)
    severed.set(at, near.now)
    world.broken++
  }
}

const settled: Millis = 70_000

/** Who was connected and hears the end of it without anybody having hung up, nor any wire broken a while ago, has lost a call. */
function lostTalk(world: World, problems: string[]): void {
  const { near, phones, severed, lastTrouble, lastHangUp, over } = world
  const isQuiet = severed.size === 0 && near.now - lastTrouble >= settled && near.now - lastHangUp >= settled
  for (const one of phones) for (const talk of one.talks) {
    if (!talk.ended || over.has(talk)) continue
    over.add(talk)
    if (isQuiet && talk.ended.by === 'them' && talk.wasUp) problems.push(`${one.state.settings.name} lost a call at ${near.now}: ${talk.reason}`)
  }
}

function finish({ near, far, phones, severed }: World, problems: string[]): void {
  for (const at of severed.keys()) near.network.setLink('ringfort', `ringfort at 10.0.0.${at + 2}`, undefined)
  near.run(70_000)
  for (const one of phones) for (const talk of [...one.talks]) if (!talk.ended) one.hangUp(talk)
  near.run(300_000)
  if (near.calls.size + far.reduce((sum, one) => sum + one.calls.size, 0) > 0) near.run(2_000_000)   // both BYEs went into a broken link: the session timer finds it
  for (const [i, one] of [near, ...far].entries()) {
    const { calls, legs, ringing, busyLines } = one.ledger()
    if (calls + legs + ringing + busyLines > 0) problems.push(`left behind at ${i}: ${calls} calls, ${legs} legs, ${ringing} ringing, ${busyLines} busy lines`)
    for (const state of one.exchange.trunks.byName.values()) if (state.calls !== 0) problems.push(`trunk ${state.ready.name} of ${i} counts ${state.calls} calls`)
    for (const [key, counter] of one.exchange.toll) if (counter.underWay !== 0) problems.push(`${key} of ${i} has ${counter.underWay} calls under way`)
    for (const record of one.records) {
      const answered = record.legs.filter((leg) => leg.side === 'out' && leg.answeredAt !== undefined)
      if (answered.length > 1) problems.push(`call ${record.id} was answered ${answered.length} times: ${answered.map((leg) => leg.phone).join(', ')}`)
    }
  }
  for (const one of phones) problems.push(...one.violations, ...one.talks.filter((talk) => !talk.ended).map((talk) => `${one.state.settings.name} is stuck in a call (${talk.state})`))
}
