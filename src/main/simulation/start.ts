/**
 * A whole system in one process on a simulated network and clock, with virtual phones: for tests, examples and the seeded runs.
 *
 * Nothing waits: `run` and `until` move the clock, and what happens in that time happens at once.
 */
import { drain, type Exchange, newExchange, type News, step } from '../../calls/exchange.ts'
import type { CallRecord } from '../../calls/records.ts'
import { changed } from '../../directory/changes.ts'
import { carryOut, plan } from '../../directory/plan.ts'
import { SealKey } from '../../directory/seal.ts'
import { readSite, type Site } from '../../directory/site.ts'
import { buildSnapshot, type Snapshot } from '../../directory/snapshot.ts'
import { isDraft, isPlaintext } from '../../directory/view.ts'
import type { Engine } from '../../edge/door.ts'
import type { DnsRecord } from '../../kit/dns.ts'
import type { PeerCertificate, Transport } from '../../kit/flow.ts'
import type { Millis } from '../../kit/machine.ts'
import { printProblem } from '../../kit/result.ts'
import { secret, type Secret } from '../../kit/secret.ts'
import { type SiteDocument, textOf } from '../siteFile.ts'
import { ownObjects } from '../ownObjects.ts'
import { ladderLines, type LadderLine, type Ledger, ledgerOf } from '../looking.ts'
import { type Network, newNetwork } from './network.ts'
import { newPhone, taken, type VirtualPhone, virtualPhone } from './phone.ts'
import type { PhoneSettings } from './phone/state.ts'
import { seededRandom } from './random.ts'
import { fair, type Weather } from './weather.ts'

/** A site that was read once: many systems can begin with it. */
export interface SimulatedSite { readonly snapshot: Snapshot; readonly passwords: ReadonlyMap<string, Secret> }

export interface SimulationSettings {
  readonly network?: 'simulated'
  /** Site file text (YAML), the same as an object, or one that `simulatedSite` has read. */
  readonly site: SiteDocument | SimulatedSite
  /** The same seed gives the same run; 1 if left out. */
  readonly seed?: number
  readonly weather?: Weather
  /** What the name servers know: `SRV _sip._udp.example.test` and its records; they may be changed while it runs. */
  readonly names?: Record<string, readonly DnsRecord[]>
  /** Another system on the same network and clock, such as one that a trunk leads to. */
  readonly beside?: SimulatedSystem
  /** Its address; 10.0.0.1 if left out. Its phones stand at 10.1.x.y with the last two numbers after it. */
  readonly address?: string
}

/** How a phone behaves; what the directory says of it is the preset. */
export type PhoneChoice = Partial<Pick<PhoneSettings, 'security' | 'rings' | 'reliable' | 'update' | 'sessionSeconds' | 'line'>> & {
  readonly transport?: Transport
  /** Shown in TLS handshakes; none if left out. */
  readonly certificate?: PeerCertificate
  /** Registers by itself as soon as the clock moves; true if left out. */
  readonly registers?: boolean
  /** Another password than the right one. */
  readonly password?: string
}

export interface SimulatedSystem {
  readonly exchange: Exchange
  readonly network: Network
  readonly now: Millis
  readonly phones: ReadonlyMap<string, VirtualPhone>
  /** The phone of that name in the site; made, and registering, when first asked for. */
  phone(name: string, choice?: PhoneChoice): VirtualPhone
  /** Lets so much time pass. */
  run(ms: Millis): void
  /** Lets time pass until it is so; false when `within` milliseconds were not enough (60,000 if left out). */
  until(isSo: () => boolean, within?: Millis): boolean
  readonly calls: Exchange['calls']
  readonly records: readonly CallRecord[]
  readonly news: readonly News[]
  /** Messages of the system in order: of one call (by its record), or all. */
  ladder(record?: CallRecord): LadderLine[]
  ledger(): Ledger
  /** Every rule that a phone saw broken. */
  violations(): string[]
  close(): void
}

const firstHome = '10.0.0.1'
const services = [
  { name: 'sip-udp', transport: 'udp', port: 5060 }, { name: 'sip-tcp', transport: 'tcp', port: 5060 },
  { name: 'sip-tls', transport: 'tls', port: 5061 }, { name: 'sip-wss', transport: 'wss', port: 8443 },
] as const
const ports: Readonly<Record<Transport, number>> = { udp: 5060, tcp: 5060, ws: 5060, tls: 5061, wss: 8443 }

export async function simulatedSite(site: SiteDocument): Promise<SimulatedSite> {
  const own = ownObjects()
  const read = readSite(textOf(site), 'site.yaml', { current: own })
  if (!read.ok) throw new Error(read.problem.map(printProblem).join('\n'))
  const key = new SealKey(Buffer.alloc(32, 1))
  const { changes } = await carryOut(plan(own, read.value, key), key, { by: 'simulation', at: 0, via: 'apply' })
  return { snapshot: buildSnapshot(1, changed(own, changes, 1), key), passwords: passwordsOf(read.value) }
}

function passwordsOf({ objects }: Site): Map<string, Secret> {
  const found = new Map<string, Secret>()
  for (const { kind, key, draft } of objects) {
    const { digest } = draft
    if (kind === 'phone' && isDraft(digest) && isPlaintext(digest.password)) found.set(key, digest.password)
  }
  return found
}

export async function startSimulation(settings: SimulationSettings): Promise<SimulatedSystem> {
  const { site: given } = settings, site = isRead(given) ? given : await simulatedSite(given)
  return simulation(site, settings.seed ?? 1, settings.weather ?? fair, settings.names, settings)
}

function isRead(site: SiteDocument | SimulatedSite): site is SimulatedSite {
  return typeof site === 'object' && 'snapshot' in site && 'passwords' in site
}

const begin = 1_800_000_000_000

export function simulation(site: SimulatedSite, seed: number, weather: Weather = fair, names: NonNullable<SimulationSettings['names']> = {}, { beside, address: home = firstHome }: Pick<SimulationSettings, 'beside' | 'address'> = {}): SimulatedSystem {
  const network = beside?.network ?? newNetwork({ seed, weather, now: begin, keep: 0, names })
  const { snapshot } = site, { clock } = network
  const exchange = newExchange({
    now: clock.now, random: seededRandom(seed ^ (beside ? 0xbe51de : 0x5eed)), snapshot, names: [home], nonceKey: secret('simulation '.repeat(4)),
    local: (to) => ({ address: home, port: ports[to.transport] }),
  })
  const records: CallRecord[] = [], news: News[] = []
  const engine: Engine = {
    get wakeAt() { return exchange.wakeAt },
    step(now, input) {
      const out = step(exchange, now, input)
      for (const one of drain(exchange)) {
        if (news.length < 10_000) news.push(one)
        if (one.is === 'record') records.push(one.record)
      }
      return out
    },
  }
  network.add({ name: beside ? `ringfort at ${home}` : 'ringfort', addresses: [home], services, engine, certificate: { subject: snapshot.system.domain, names: [snapshot.system.domain, home], fingerprint: 'ringfort' } })
  const phones = new Map<string, VirtualPhone>()
  return {
    exchange, network, phones, records, news, calls: exchange.calls,
    get now() { return clock.now },
    phone: (name, choice) => phones.get(name) ?? addPhone({ network, home, site, phones }, name, choice ?? {}, seed, weather),
    run: (ms) => { network.run(clock.now + ms) },
    until: (isSo, within = 60_000) => until(network, isSo, within),
    ladder: (record) => ladderLines(exchange, namesOf(phones), record),
    ledger: () => ledgerOf(exchange),
    violations: () => [...phones.values()].flatMap((one) => one.violations),
    close: () => { network.close() },
  }
}

function until(network: Network, isSo: () => boolean, within: Millis): boolean {
  const { clock } = network, end = clock.now + within
  while (!isSo()) {
    const next = clock.heap[0]?.at
    if (next === undefined || next > end) { network.run(end); return isSo() }
    network.run(next)
  }
  return true
}

interface Around { readonly network: Network; readonly home: string; readonly site: SimulatedSite; readonly phones: Map<string, VirtualPhone> }

function addPhone({ network, home, site, phones }: Around, name: string, choice: PhoneChoice, seed: number, weather: Weather): VirtualPhone {
  const picture = site.snapshot.phones.get(name)
  if (!picture) throw new Error(`the site has no phone ${name}`)
  const { domain, sipStationRealm } = site.snapshot.system
  const transport = choice.transport ?? (picture.deviceSecurityMode === 'nonSecure' ? 'udp' : 'tls')
  const address = home === firstHome ? `10.0.1.${phones.size + 1}` : `10.1.${home.split('.').at(-1)}.${phones.size + 1}`, node = home === firstHome ? name : `${name} at ${home}`, password = choice.password === undefined ? site.passwords.get(name) : secret(choice.password)
  const settings: PhoneSettings = {
    name, line: choice.line ?? picture.lines[0] ?? name, domain, address, port: ports[transport],
    to: { transport, address: home, port: ports[transport], ...(transport === 'tls' || transport === 'wss' ? { name: domain } : {}) },
    credentials: picture.digestUser !== undefined && password ? [{ realm: sipStationRealm, user: picture.digestUser, password }] : [],
    security: choice.security ?? ({ off: 'none', preferred: 'optional', required: 'required' } as const)[picture.mediaSecurity],
    rings: choice.rings ?? true, reliable: choice.reliable ?? 'no', update: choice.update ?? true, insists: picture.mediaSecurity === 'required', lossy: weather.loss > 0 || weather.reset > 0 || weather.jitter > 0, sessionSeconds: choice.sessionSeconds ?? 0,
  }
  const { phone, engine } = newPhone(settings, network.clock.now, seededRandom(seed * 1_000 + phones.size))
  network.add({ name: node, addresses: [address], services: [{ name: `sip-${transport}`, transport, port: ports[transport] }], engine, ...(choice.certificate ? { certificate: choice.certificate } : {}) })
  let inside = false
  const made = virtualPhone(phone, (how) => {
    if (inside) { how(); return }
    inside = true
    try {
      network.act(node, engine, (_, now) => { phone.now = now; how(); return taken(phone) })
    } finally { inside = false }
  })
  phones.set(name, made)
  if (choice.registers !== false) made.register()
  return made
}

function namesOf(phones: ReadonlyMap<string, VirtualPhone>): (peer: { readonly address: string }) => string {
  const names = new Map([...phones].map(([name, { state }]) => [state.settings.address, name]))
  return ({ address }) => names.get(address) ?? address
}
