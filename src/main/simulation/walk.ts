/**
 * A walk: four hands on phones say anything in and out of dialogs, at any moment, and nothing of it may end the exchange, or stay in it.
 *
 * The same seed walks the same way. After every step each message that went out is looked at; at the end all timers run out in silence,
 * and every table must be empty. Attack classes A1, A9
 */
import { drain, type Exchange, newExchange, step } from '../../calls/exchange.ts'
import type { EdgeInput, EdgeOutput, Flow, Hop } from '../../kit/flow.ts'
import type { Millis, Random, Wake } from '../../kit/machine.ts'
import { secret } from '../../kit/secret.ts'
import { parseMessage } from '../../wire/sip/index.ts'
import { seededRandom } from './random.ts'
import type { SimulatedSite } from './start.ts'
import { dial, type Hand, listen, newHand, reply, speak, undial } from './walk/hand.ts'
import { newRules, type Rules, watch } from './walk/rules.ts'
import { chance, oneOf, requestText } from './walk/words.ts'

/** Phones are known by their addresses: who may speak is tested elsewhere, here it is what they say. */
export const walkSite = `
system: { domain: example.test, listen: 127.0.0.1 }
users:
${[1, 2, 3, 4].map((n) => `  - { userId: user${n}, extension: "100${n}" }`).join('\n')}
phones:
${[1, 2, 3, 4].map((n) => `  - { name: phone${n}, user: user${n}, deviceSecurityMode: nonSecure, mediaSecurity: "${['off', 'preferred', 'preferred', 'required'][n - 1]}", address: 192.0.2.${n} }`).join('\n')}
lines:
  - { number: "1001", pickupGroup: "1900" }
  - { number: "1002", pickupGroup: "1900", forwardBusy: "1003", forwardNoAnswer: "1004", noAnswerSeconds: 8 }
  - { number: "1003", pickupGroup: "1900", forwardNotRegistered: "1001" }
  - { number: "1004", pickupGroup: "1900" }
huntGroups: [{ number: "2000", algorithm: broadcast, members: ["1001", "1002", "1003"], ringSeconds: 6, onNoAnswer: "1004" }]
parkLots: [{ name: Main, range: 700X, reversionSeconds: 10 }]
pickupGroups: [{ number: "1900" }]
`

export interface Walk { readonly seed: number; readonly events: number; readonly calls: number; readonly answered: number; readonly problems: readonly string[] }

interface World { readonly x: Exchange; readonly hands: readonly Hand[]; readonly random: Random; readonly rules: Rules; readonly refs: { ref: string; to: Hop }[]; now: Millis }

const home = '192.0.2.99', begin = 1_800_000_000_000

export function playWalk(site: SimulatedSite, seed: number, events: number): Walk {
  const world = newWorld(site, seed)
  let calls = 0, answered = 0
  const count = () => { for (const one of drain(world.x)) if (one.is === 'record') { calls++; answered += one.record.answeredAt === undefined ? 0 : 1 } }
  try {
    for (const hand of world.hands) register(world, hand)
    for (let said = 0; said < events; count()) said += act(world) ? 1 : 0
    pass(world, 3 * 3_600_000)
    count()
    leftovers(world)
  } catch (error) { world.rules.problems.push(`threw: ${error instanceof Error ? error.stack : String(error)}`) }
  return { seed, events, calls, answered, problems: world.rules.problems }
}

function newWorld({ snapshot }: SimulatedSite, seed: number): World {
  const x = newExchange({ now: begin, random: seededRandom(seed ^ 0x5eed), snapshot, names: [home], nonceKey: secret('walk '.repeat(8)), local: () => ({ address: home, port: 5060 }), ladderSize: 0 })
  return { x, random: seededRandom(seed), hands: [1, 2, 3, 4].map((n) => newHand(`100${n}`, flowFrom(`192.0.2.${n}`))), rules: newRules(), refs: [], now: begin }
}

function flowFrom(address: string): Flow {
  return { id: 0, service: 'sip-udp', transport: 'udp', localAddress: home, localPort: 5060, remoteAddress: address, remotePort: 5060 }
}

function give(world: World, input: EdgeInput | Wake): void { take(world, step(world.x, world.now, input)) }

function take(world: World, outputs: readonly EdgeOutput[]): void {
  for (const one of outputs) {
    if (one.do !== 'send' && one.do !== 'sendTo') continue
    const parsed = parseMessage(one.data)
    if (!parsed.ok) { world.rules.problems.push(`what went out does not parse: ${one.data.slice(0, 200)}`); continue }
    watch(world.rules, world.now, parsed.message)
    const address = one.do === 'send' ? one.flow.remoteAddress : one.to.address, hand = world.hands.find((each) => each.flow.remoteAddress === address)
    if (!hand) world.rules.problems.push(`a message went to ${address}, where nobody is`)
    else listen(hand, parsed.message)
    if (one.do === 'sendTo' && one.ref !== '') { world.refs.push({ ref: one.ref, to: one.to }); if (world.refs.length > 8) world.refs.shift() }
  }
}

/** Lets time pass, waking as asked. */
function pass(world: World, ms: Millis): true {
  const until = world.now + ms
  for (let at = world.x.wakeAt; at !== undefined && at <= until; at = world.x.wakeAt) {
    if (at < world.now && ++world.rules.late > 1_000) throw new Error('the exchange wants to be woken in the past for ever')
    world.now = Math.max(world.now, at)
    give(world, { is: 'wake' })
  }
  world.now = until
  return true
}

/** False where there was nothing to say. */
function say(world: World, hand: Hand, text: string | undefined): boolean {
  if (text === undefined) return false
  hand.said.push(text)
  if (hand.said.length > 8) hand.said.shift()
  const from = chance(world.random, 98) ? hand.flow : oneOf(world.random, world.hands).flow
  give(world, { is: 'datagram', flow: from, bytes: Buffer.from(text, 'latin1') })
  return true
}

function register(world: World, hand: Hand, seconds = 3_600): boolean {
  const aor = `<sip:${hand.number}@example.test>`, { random } = world
  return say(world, hand, requestText('REGISTER', 'sip:example.test', { from: `${aor};tag=r`, to: aor, callId: `r${random.token(4)}`, cseq: 1, branch: `z9hG4bK${random.token(8)}`, address: hand.flow.remoteAddress, headers: [`Expires: ${seconds}`] }))
}

/** One event; false where a hand found nothing to do. */
function act(world: World): boolean {
  const { random } = world, hand = oneOf(random, world.hands), what = random.below(1_000)
  const owed = chance(random, 80) ? hand.owed.shift() : undefined
  if (owed !== undefined) return say(world, hand, owed)
  if (what < 50) return say(world, hand, dial(hand, random))
  if (what < 470) return say(world, hand, reply(hand, random))
  if (what < 780) return say(world, hand, speak(hand, random, (seen) => world.x.legs.get(seen.theirs)?.dialog.callId === seen.callId))
  if (what < 800) return say(world, hand, undial(hand, random, chance(random, 50) ? 'CANCEL' : 'ACK'))
  if (what < 840) return say(world, hand, hand.said.length > 0 ? oneOf(random, hand.said) : undefined)
  if (what < 850) return lose(world)
  if (what < 855) return register(world, hand, oneOf(random, [0, 3_600, 3_600]))
  return pass(world, oneOf(random, [0, 5, 100, 100, 500, 500, 1_000, 4_000, oneOf(random, [1_000, 9_000, 33_000]), chance(random, 5) ? 2_000_000 : 500]))
}

/** Something that was sent did not go out. */
function lose(world: World): boolean {
  const lost = world.refs.pop()
  if (lost) give(world, { is: 'failed', ref: lost.ref, to: lost.to, why: { code: 'edge.unreachable', text: 'Nobody is there.' } })
  return lost !== undefined
}

function leftovers({ x, rules }: World): void {
  const { endpoint: { layer }, watches, locating } = x
  const tables: Record<string, number> = {
    calls: x.calls.size, legs: x.legs.size, ringing: x.ringing.size, parked: x.parked.size, waiting: x.waiting.length, servers: layer.servers.size, clients: layer.clients.size, merged: layer.merged.size,
    'busy lines': [...x.lines.values()].filter((one) => one.calls !== 0).length, watches: watches.byTag.size, 'legs of watched lines': watches.legs.size, seekers: locating.seekers.size, timers: x.wakeAt === undefined ? 0 : 1,
  }
  for (const [name, count] of Object.entries(tables)) if (count !== 0) rules.problems.push(`left behind: ${count} ${name}`)
}
