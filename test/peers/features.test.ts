/**
 * What people do with a call, on real phones of both makes and over each transport: hold, blind and attended transfer, call waiting, busy, no answer,
 * forwarding, pickup, park, hunt groups. RFC 3261, 3264, 3515, 3891, 5359, 5589; R269; A21.
 */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { until } from '../main/running.ts'
import { type Kind, type Phone, type Protection, startPhone, type Transport } from './phone.ts'
import { isInstalled } from './programs.ts'
import { openTown, type Resident, siteOf, type ShownCall, type Town } from './town.ts'

/** Tones of the phones of a scene in their order. */
const tones = [440, 1_000, 620] as const

interface Scene {
  readonly name: string
  readonly kinds: readonly Kind[]
  readonly transport?: Transport
  readonly protection?: Protection
  /** Phones that answer by themselves. */
  readonly auto?: readonly number[]
  /** Phones that send media while they ring. */
  readonly early?: readonly number[]
  /** Fields of lines, by the phone. */
  readonly lines?: (numbers: Numbers) => Record<number, Record<string, unknown>>
  /** Groups and lots. */
  readonly site?: (numbers: Numbers) => Record<string, readonly unknown[]>
  readonly play: (scene: Playing) => Promise<void>
}

/** Numbers that no other scene has: of its phones, and of what else can be dialled in it. */
interface Numbers { readonly phone: (i: number) => string; readonly group: string; readonly slot: string }
interface Playing { readonly open: Town; readonly phones: readonly Phone[]; readonly transport: Transport; readonly protection: Protection; readonly numbers: Numbers }

const [bar, lin] = ['baresip', 'linphone'] as const

async function talking(a: Phone, b: Phone, to = b.number): Promise<void> {
  await a.dial(to)
  await Promise.all([a.talks(), b.talks()])
}

/** The tones of both arrive, and the call is as safe as its transport and media let it be. */
async function connected({ open, phones, transport, protection }: Playing, i: number, j: number): Promise<void> {
  const [a, b] = [phones[i]!, phones[j]!]
  await Promise.all([a.hears(tones[j]!), b.hears(tones[i]!)])
  const { security } = await open.call(a.number, (call) => call.state === 'connected' && among(call, a, b))
  assert.equal(security, transport !== 'tls' ? 'notAuthenticated' : protection === 'plain' ? 'authenticated' : 'encrypted')
}

const among = ({ legs }: ShownCall, ...phones: readonly Phone[]): boolean => phones.every(({ number }) => legs.some(({ phone }) => phone === `u${number}`))

async function oneCallLeft({ open }: Playing, a: Phone, b: Phone): Promise<void> {
  const left = await until(async () => { const found = (await open.calls()).filter((call) => among(call, a) || among(call, b)); return found.length === 1 ? found[0] : undefined }, 'one call is left')
  assert.deepEqual(left.legs.map(({ phone }) => phone).sort(), [a, b].map(({ number }) => `u${number}`).sort())
}

/** How it ended for the caller, in the records. */
async function ends({ open }: Playing, a: Phone, status: number): Promise<void> { assert.equal((await open.record(a.number)).status, status) }

async function hold(scene: Playing): Promise<void> {
  const [a, b] = scene.phones as [Phone, Phone]
  await talking(a, b)
  await connected(scene, 0, 1)
  await a.hold()
  await scene.open.call(a.number, (call) => call.held)
  await a.hearsNothing()
  await a.resume()
  await scene.open.call(a.number, (call) => !call.held)
  await connected(scene, 0, 1)
  await b.hangUp()
  await a.over()
}

async function blind(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await talking(a, b)
  await connected(scene, 0, 1)
  await b.transfer(c.number)
  await Promise.all([c.talks(), b.over()])
  await connected(scene, 0, 2)
  await oneCallLeft(scene, a, c)
  await a.hangUp()
  await c.over()
}

async function attended(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await talking(a, b)
  await connected(scene, 0, 1)
  await b.hold()
  await scene.open.call(a.number, (call) => call.held)
  await b.dial(c.number)
  await Promise.all([b.talks(2), c.talks()])
  await connected(scene, 1, 2)
  await b.connect(c.number, a.number)
  await b.over(2)
  await connected(scene, 0, 2)
  await oneCallLeft(scene, a, c)
}

/** linphone makes no second DTLS association inside a dialog (RFC 5763 6.6), so no tone: that each is told the other's fingerprint is what can be seen. */
async function blindWithFingerprints(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await talking(a, b)
  await connected(scene, 0, 1)
  await b.transfer(c.number)
  await Promise.all([c.talks(), b.over()])
  const call = await scene.open.call(a.number, (one) => one.state === 'connected' && among(one, a, c))
  assert.equal(call.security, 'encrypted')
  await until(() => { const known = c.fingerprints(); return known.size === 2 && [...known].every((one) => a.fingerprints().has(one)) || undefined }, 'a and c know their fingerprints')
}

async function declined(scene: Playing): Promise<void> {
  const [a, b] = scene.phones as [Phone, Phone]
  await a.dial(b.number)
  await b.rings()
  await b.hangUp()
  await a.over()
  await ends(scene, a, b.kind === 'linphone' ? 603 : 486)
}

async function busy(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await talking(a, b)
  await c.dial(b.number)
  await c.over()
  await ends(scene, c, 486)
  await connected(scene, 0, 1)
}

async function waiting(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await a.dial(b.number)
  await b.rings()
  await b.answer()
  await connected(scene, 0, 1)
  await c.dial(b.number)
  await b.rings(2)
  await b.answer(2)
  await scene.open.call(a.number, (call) => call.held)
  await connected(scene, 2, 1)
  await c.hangUp()
  await b.over()
  await b.resume(1)
  await connected(scene, 0, 1)
}

async function givenUp(scene: Playing): Promise<void> {
  const [a, b] = scene.phones as [Phone, Phone]
  await a.dial(b.number)
  await b.rings()
  await a.hangUp()
  await Promise.all([a.over(), b.over()])
  await ends(scene, a, 487)
}

/** b does not take the call, c does: for whatever reason. */
async function forwarded(scene: Playing): Promise<void> {
  const [a, , c] = scene.phones as [Phone, Phone, Phone]
  await a.dial(scene.numbers.phone(1))
  await Promise.all([a.talks(), c.talks()])
  await connected(scene, 0, 2)
}

const pickedUp = (code: (numbers: Numbers) => string) => async (scene: Playing): Promise<void> => {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await a.dial(b.number)
  await b.rings()
  await c.dial(code(scene.numbers))
  await Promise.all([a.talks(), c.talks(), b.over()])
  await connected(scene, 0, 2)
}

async function parked(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await talking(a, b)
  await connected(scene, 0, 1)
  await b.transfer(scene.numbers.slot)
  await b.over()
  await c.dial(scene.numbers.slot)
  await c.talks()
  await connected(scene, 0, 2)
}

/** Both ring, c answers, b is told that it was answered elsewhere. */
async function hunted(scene: Playing): Promise<void> {
  const [a, b, c] = scene.phones as [Phone, Phone, Phone]
  await a.dial(scene.numbers.group)
  await Promise.all([b.rings(), c.rings()])
  await c.answer()
  await Promise.all([a.talks(), c.talks(), b.over()])
  await connected(scene, 0, 2)
}

async function early(scene: Playing): Promise<void> {
  const [a, b] = scene.phones as [Phone, Phone]
  await a.dial(b.number)
  await b.rings()
  await a.hears(tones[1])
  assert.notEqual((await scene.open.call(a.number)).state, 'connected')
  await b.answer()
  await Promise.all([a.talks(), b.talks()])
  await connected(scene, 0, 1)
}

const inOneGroup = ({ group }: Numbers) => ({ 1: { pickupGroup: group }, 2: { pickupGroup: group } })
const groupOf = ({ group }: Numbers) => ({ pickupGroups: [{ number: group }] })

const scenes: readonly Scene[] = [
  { name: 'RFC 5359 2.1 hold: linphone holds baresip, udp', kinds: [lin, bar], auto: [1], play: hold },
  { name: 'RFC 5359 2.1 hold: linphone holds linphone, tcp, SDES', kinds: [lin, lin], transport: 'tcp', protection: 'sdes', auto: [1], play: hold },
  { name: 'RFC 5359 2.1 hold: baresip holds linphone, tls, SDES', kinds: [bar, lin], transport: 'tls', protection: 'sdes', auto: [1], play: hold },
  { name: 'RFC 5359 2.1 hold: linphone holds baresip, tls, DTLS', kinds: [lin, bar], transport: 'tls', protection: 'dtls', auto: [1], play: hold },
  { name: 'RFC 3515 blind transfer by linphone: linphone to baresip, udp', kinds: [lin, lin, bar], auto: [1, 2], play: blind },
  { name: 'RFC 3515 blind transfer by baresip: linphone to linphone, tcp', kinds: [lin, bar, lin], transport: 'tcp', auto: [1, 2], play: blind },
  { name: 'RFC 3515 blind transfer by linphone: linphone to linphone, tls, SDES', kinds: [lin, lin, lin], transport: 'tls', protection: 'sdes', auto: [1, 2], play: blind },
  { name: 'RFC 5763 blind transfer by linphone: linphone to linphone, tls, DTLS', kinds: [lin, lin, lin], transport: 'tls', protection: 'dtls', auto: [1, 2], play: blindWithFingerprints },
  { name: 'RFC 3891 attended transfer by linphone: linphone to linphone, udp', kinds: [lin, lin, lin], auto: [1, 2], play: attended },
  { name: 'RFC 3891 attended transfer by linphone: linphone to baresip, tcp', kinds: [lin, lin, bar], transport: 'tcp', auto: [1, 2], play: attended },
  { name: 'RFC 3891 attended transfer by baresip: linphone to linphone, tls, SDES', kinds: [lin, bar, lin], transport: 'tls', protection: 'sdes', auto: [1, 2], play: attended },
  { name: 'RFC 3261 21.6.2 linphone declines', kinds: [bar, lin], play: declined },
  { name: 'RFC 3261 21.4.21 baresip declines', kinds: [lin, bar], transport: 'tls', protection: 'sdes', play: declined },
  { name: 'RFC 3261 21.4.21 busy: a line without call waiting', kinds: [lin, bar, lin], auto: [1], lines: () => ({ 1: { callWaiting: false } }), play: busy },
  { name: 'call waiting: linphone takes the second call, and goes back to the first', kinds: [bar, lin, bar], transport: 'tcp', play: waiting },
  { name: 'RFC 3261 9 no answer: baresip gives up, linphone is quiet', kinds: [bar, lin], play: givenUp },
  { name: 'RFC 3261 9 no answer: linphone gives up, baresip is quiet, tls, SDES', kinds: [lin, bar], transport: 'tls', protection: 'sdes', play: givenUp },
  { name: 'RFC 5359 2.9 forward on no answer, tls, SDES', kinds: [bar, lin, lin], transport: 'tls', protection: 'sdes', auto: [2], lines: ({ phone }) => ({ 1: { noAnswerSeconds: 1, forwardNoAnswer: phone(2) } }), play: forwarded },
  { name: 'RFC 5359 2.7 forward all, tcp', kinds: [lin, bar, bar], transport: 'tcp', auto: [2], lines: ({ phone }) => ({ 1: { forwardAll: phone(2) } }), play: forwarded },
  { name: 'pickup in the own group: baresip takes what rings at linphone', kinds: [lin, lin, bar], lines: inOneGroup, site: groupOf, play: pickedUp(() => '*8') },
  { name: 'directed pickup: linphone takes what rings at baresip, tls, SDES', kinds: [bar, bar, lin], transport: 'tls', protection: 'sdes', lines: inOneGroup, site: groupOf, play: pickedUp(({ phone }) => `**${phone(1)}`) },
  { name: 'park by linphone, taken by linphone', kinds: [lin, lin, lin], auto: [1], site: ({ slot }) => ({ parkLots: [{ name: `lot-${slot}`, from: slot, to: slot }] }), play: parked },
  { name: 'park by baresip, taken by baresip, tls, SDES', kinds: [lin, bar, bar], transport: 'tls', protection: 'sdes', auto: [1], site: ({ slot }) => ({ parkLots: [{ name: `lot-${slot}`, from: slot, to: slot }] }), play: parked },
  { name: 'R269 hunt group, broadcast: linphone and baresip ring together', kinds: [bar, lin, bar], site: ({ group, phone }) => ({ huntGroups: [{ number: group, algorithm: 'broadcast', members: [phone(1), phone(2)] }] }), play: hunted },
  { name: 'hunt group, top down: the second one after the first did not answer', kinds: [lin, bar, lin], auto: [2], site: ({ group, phone }) => ({ huntGroups: [{ number: group, ringSeconds: 1, members: [phone(1), phone(2)] }] }),
    play: async (scene) => { await forwarded({ ...scene, numbers: { ...scene.numbers, phone: () => scene.numbers.group } }) } },
  { name: 'RFC 3960 early media: linphone is heard before it answers', kinds: [bar, lin], early: [1], play: early },
]

const numbersOf = (s: number): Numbers => ({ phone: (i) => `6${String(s).padStart(2, '0')}${i + 1}`, group: `66${String(s).padStart(2, '0')}`.padEnd(5, '0'), slot: `77${String(s).padStart(2, '0')}` })

const residents = scenes.flatMap(({ kinds, transport = 'udp', protection = 'plain', lines }, s) => kinds.map((_kind, i): Resident => {
  const numbers = numbersOf(s), number = numbers.phone(i), line = lines?.(numbers)[i]
  return { user: `u${number}`, number, mediaSecurity: protection === 'plain' ? 'off' : 'required', deviceSecurityMode: transport === 'tls' ? 'encrypted' : 'nonSecure', ...(line ? { line } : {}) }
}))
const groups = Object.fromEntries(['pickupGroups', 'parkLots', 'huntGroups'].map((kind) => [kind, scenes.flatMap(({ site }, s) => site?.(numbersOf(s))[kind] ?? [])]))
const needed = ['linphonec', 'baresip']
const town: Promise<Town> | undefined = needed.every(isInstalled) ? openTown(siteOf(residents, groups)) : undefined

async function play(t: TestContext, scene: Scene, s: number): Promise<void> {
  const open = await town!, { kinds, transport = 'udp', protection = 'plain', auto = [], early: during = [] } = scene, numbers = numbersOf(s)
  const phones = await Promise.all(kinds.map((kind, i) => startPhone(open, { kind, number: numbers.phone(i), transport, protection, hertz: tones[i]!, autoAnswer: auto.includes(i), earlyMedia: during.includes(i) })))
  t.after(() => Promise.all(phones.map((one) => one.stop())))
  await Promise.all(phones.map((one) => one.registered()))
  await scene.play({ open, phones, transport, protection, numbers })
}

test('RFC 5359 RFC 5589 R269 features on real phones', { concurrency: 6, timeout: 280_000 }, async (t) => {
  if (!town) { t.diagnostic(`not judged: ${needed.join(' or ')} is not installed (tools/debian-packages.txt)`); return }
  await Promise.all(scenes.map((scene, s) => t.test(scene.name, (one) => play(one, scene, s))))
})
