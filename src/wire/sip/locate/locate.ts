/**
 * Locating the next hop: from a host to addresses in the order they shall be tried, by NAPTR, SRV, A and AAAA.
 *
 * Standards  RFC 3263 4, RFC 2782, RFC 3403, RFC 7118 5, RFC 5922 7 (the name a certificate must carry is the domain asked for)
 * Security   A25: fed by name servers; caps on records, questions, chain and hops, loops refused, sips never leaves TLS.
 *            Whether an address may be called at all (private ranges) is policy's question.
 */
import type { DnsRecord, DnsReply, DnsType, Naptr, Srv } from '../../../kit/dns.ts'
import type { Hop, Transport } from '../../../kit/flow.ts'
import type { Machine, Millis, Random } from '../../../kit/machine.ts'
import type { Problem } from '../../../kit/result.ts'
import { recall, remember, type DnsCache } from './cache.ts'
import { domainName, isIPv4, isIPv6, literal } from './names.ts'
import { problems } from './problems.ts'
import { defaultPort, drawnSrv, isSecure, sortedNaptr, srvPrefix, transportOf } from './records.ts'

/** Records of one answer that are looked at. */
export const maxRecords = 32
/** Hosts whose addresses are asked for. */
export const maxHosts = 8
export const maxHops = 16
/** NAPTR records that lead to NAPTR records (RFC 3403 4.1: empty flags). */
export const maxChain = 4
/** How long the answers of one stage are waited for. */
const patience: Millis = 3000

export interface Target {
  /** Of the URI (maddr if it has one), the destination or the Route: a name, IPv4, or IPv6 in brackets or bare. */
  readonly host: string
  readonly port?: number | undefined
  readonly transport?: Transport | undefined
  /** A sips URI, or a trunk that is encrypted: TLS on this hop or nothing. */
  readonly secure: boolean
}

export interface Locating {
  readonly target: Target
  stage: 'naptr' | 'srv' | 'address' | 'done'
  /** The host, a name in lower case. */
  readonly name: string
  /** Name whose NAPTR records are asked for, and those before it. */
  chain: string[]
  /** Found by NAPTR: then there is no falling back to other names. */
  byNaptr: boolean
  services: { transport: Transport; name: string }[]
  hosts: { transport: Transport; name: string; port: number }[]
  /** What was said so far, by type and name. */
  replies: Map<string, DnsReply>
  asked: { id: number; type: DnsType; name: string }[]
  lastId: number
  wakeAt?: Millis | undefined
}

export type LocateInput =
  | { is: 'answer'; id: number; records: readonly DnsRecord[]; ttl: number }
  | { is: 'noAnswer'; id: number; why: 'notFound' | 'timeout' | 'failed' }

export type LocateOutput =
  | { do: 'ask'; id: number; type: DnsType; name: string }
  | { do: 'found'; hops: Hop[] }
  | { do: 'notFound'; problem: Problem }

export interface LocatorSetup {
  readonly random: Random
  readonly cache: DnsCache
  /** What this side speaks, most wanted first: the order where the domain states none. */
  readonly transports: readonly Transport[]
  /** Address families, the first is tried first. */
  readonly families: readonly ('IPv4' | 'IPv6')[]
}

export interface Locator extends Machine<Locating, LocateInput, LocateOutput> {
  /** Begins; a literal address, and whatever the cache knows, is answered in the outputs at once. */
  start(target: Target, now: Millis): { state: Locating; outputs: LocateOutput[] }
}

export function newLocator(setup: LocatorSetup): Locator {
  return {
    start(target, now) {
      const state: Locating = { target, stage: 'naptr', name: domainName(target.host) ?? '', chain: [], byNaptr: false, services: [], hosts: [], replies: new Map(), asked: [], lastId: 0 }
      return { state, outputs: begin(setup, state, now) }
    },
    step(state, now, input) {
      if (state.stage === 'done') return []
      if (input.is === 'wake') {
        if (state.wakeAt === undefined || now < state.wakeAt) return []
        for (const { type, name } of state.asked) state.replies.set(`${type} ${name}`, { is: 'noAnswer', why: 'timeout' })
        state.asked = []
        return advance(setup, state, now)
      }
      const at = state.asked.findIndex(({ id }) => id === input.id)
      if (at < 0) return []                                              // late, or never asked
      const [{ type, name }] = state.asked.splice(at, 1) as [Locating['asked'][0]]
      const reply: DnsReply = input.is === 'answer' ? { is: 'answer', records: input.records.filter((r) => r.type === type).slice(0, maxRecords), ttl: input.ttl } : { is: 'noAnswer', why: input.why }
      state.replies.set(`${type} ${name}`, reply)
      remember(setup.cache, now, type, name, reply)
      return state.asked.length === 0 ? advance(setup, state, now) : []
    },
  }
}

/** RFC 3263 4.1: what is known without asking. */
function begin(setup: LocatorSetup, state: Locating, now: Millis): LocateOutput[] {
  const { target } = state, address = literal(target.host), stated = statedTransport(target)
  if (stated === 'none' || (stated && !setup.transports.includes(stated))) return end(state, problems.transport)
  if (address !== undefined || target.port !== undefined) {              // 4.1: no service is looked up, udp or tls
    const transport = stated ?? usual(target)
    if (!setup.transports.includes(transport)) return end(state, problems.transport)
    const port = target.port ?? defaultPort[transport]
    if (address !== undefined) return finish(state, [{ transport, address, port, ...(isSecure(transport) ? { name: address } : {}) }])
    if (state.name === '') return end(state, problems.name)
    return askAddresses(setup, state, now, [{ transport, name: state.name, port }])
  }
  if (state.name === '') return end(state, problems.name)
  if (stated) return askServices(setup, state, now, servicesOf(state, [stated]))
  return askNaptr(setup, state, now, state.name)
}

/** sips with transport=tcp is TLS (RFC 3261 26.2.2), with udp nothing. */
function statedTransport({ transport, secure }: Target): Transport | 'none' | undefined {
  if (!transport || !secure || isSecure(transport)) return transport
  return transport === 'tcp' ? 'tls' : transport === 'ws' ? 'wss' : 'none'
}

const usual = ({ secure }: Target): Transport => (secure ? 'tls' : 'udp')

function servicesOf(state: Locating, transports: readonly Transport[]): Locating['services'] {
  return transports.filter((t) => srvPrefix[t] !== undefined && (!state.target.secure || isSecure(t))).map((transport) => ({ transport, name: `${srvPrefix[transport]}.${state.name}` }))
}

/** All answers of the stage are in: the next stage, or the end. */
function advance(setup: LocatorSetup, state: Locating, now: Millis): LocateOutput[] {
  switch (state.stage) {
    case 'naptr': return afterNaptr(setup, state, now)
    case 'srv': return afterServices(setup, state, now)
    case 'address': return afterAddresses(setup, state)
    case 'done': return []
  }
}

function askNaptr(setup: LocatorSetup, state: Locating, now: Millis, name: string): LocateOutput[] {
  if (state.chain.includes(name) || state.chain.length === maxChain) return end(state, problems.loop)
  state.chain.push(name)
  return ask(setup, state, now, 'naptr', [{ type: 'NAPTR', name }])
}

/** RFC 3263 4.1: the records of services that we speak, in their order; with sips those of TLS alone. */
function afterNaptr(setup: LocatorSetup, state: Locating, now: Millis): LocateOutput[] {
  const all = sortedNaptr(said(state, 'NAPTR', state.chain.at(-1)!) as Naptr[]).filter((r) => transportOf(r.service) !== undefined)
  const fit = all.filter((r) => r.regexp === '' && domainName(r.replacement) !== undefined && speaks(setup, state, transportOf(r.service)!))
  const services = fit.filter((r) => r.flags.toLowerCase() === 's').map((r) => ({ transport: transportOf(r.service)!, name: domainName(r.replacement)! }))
  if (services.length > 0) { state.byNaptr = true; return askServices(setup, state, now, services.slice(0, maxHosts)) }
  const further = fit.find((r) => r.flags === '')
  if (further) return askNaptr(setup, state, now, domainName(further.replacement)!)
  if (all.length > 0) return end(state, problems.transport)              // the domain says how it is reached, and we cannot
  return askServices(setup, state, now, servicesOf(state, setup.transports))
}

function speaks(setup: LocatorSetup, state: Locating, transport: Transport): boolean {
  return setup.transports.includes(transport) && (!state.target.secure || isSecure(transport))
}

function askServices(setup: LocatorSetup, state: Locating, now: Millis, services: Locating['services']): LocateOutput[] {
  state.services = services
  return ask(setup, state, now, 'srv', services.map(({ name }) => ({ type: 'SRV', name })))
}

/** RFC 3263 4.2: hosts in the order of services, then priority, then weight. */
function afterServices(setup: LocatorSetup, state: Locating, now: Millis): LocateOutput[] {
  const hosts: Locating['hosts'] = []
  let denied = false
  for (const { transport, name } of state.services) {
    for (const { target, port } of drawnSrv((said(state, 'SRV', name) as Srv[]).filter(isWhole), setup.random)) {
      const host = domainName(target)
      if (target === '.' || target === '') denied = true                 // RFC 2782: decidedly not available
      else if (host !== undefined && port > 0) hosts.push({ transport, name: host, port })
    }
  }
  if (hosts.length > 0) return askAddresses(setup, state, now, hosts.slice(0, maxHosts))
  if (denied) return end(state, problems.unavailable)
  if (unanswered(state, 'SRV')) return end(state, problems.noAnswer)     // not falling back: silence must not turn TLS into UDP
  if (state.byNaptr) return end(state, problems.notFound)
  const transport = statedTransport(state.target) as Transport | undefined ?? usual(state.target)
  if (!setup.transports.includes(transport)) return end(state, problems.transport)
  return askAddresses(setup, state, now, [{ transport, name: state.name, port: defaultPort[transport] }])
}

const within16 = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 65_535
function isWhole({ priority, weight, port }: Srv): boolean { return within16(priority) && within16(weight) && within16(port) }

function askAddresses(setup: LocatorSetup, state: Locating, now: Millis, hosts: Locating['hosts']): LocateOutput[] {
  state.hosts = hosts
  const types = setup.families.map((family): DnsType => (family === 'IPv4' ? 'A' : 'AAAA'))
  return ask(setup, state, now, 'address', hosts.flatMap(({ name }) => types.map((type) => ({ type, name }))))
}

function afterAddresses(setup: LocatorSetup, state: Locating): LocateOutput[] {
  const hops: Hop[] = []
  for (const { transport, name, port } of state.hosts) {
    for (const family of setup.families) {
      for (const record of said(state, family === 'IPv4' ? 'A' : 'AAAA', name)) {
        if (!('address' in record) || !(family === 'IPv4' ? isIPv4(record.address) : isIPv6(record.address))) continue
        const hop: Hop = { transport, address: record.address, port, ...(isSecure(transport) ? { name: state.name } : {}) }
        if (!hops.some((h) => h.transport === transport && h.address === hop.address && h.port === port)) hops.push(hop)
      }
    }
  }
  if (hops.length > 0) return finish(state, hops.slice(0, maxHops))
  return end(state, unanswered(state, 'A') ? problems.noAnswer : problems.notFound)
}

/** Puts the questions that neither this location nor the cache has an answer to; goes on at once if there are none. */
function ask(setup: LocatorSetup, state: Locating, now: Millis, stage: Locating['stage'], questions: { type: DnsType; name: string }[]): LocateOutput[] {
  state.stage = stage
  for (const { type, name } of questions) {
    const key = `${type} ${name}`, known = state.replies.get(key) ?? recall(setup.cache, now, type, name)
    if (known) state.replies.set(key, known)
    else if (!state.asked.some((a) => a.type === type && a.name === name)) state.asked.push({ id: ++state.lastId, type, name })
  }
  if (state.asked.length === 0) return advance(setup, state, now)
  state.wakeAt = now + patience
  return state.asked.map((a) => ({ do: 'ask', ...a }))
}

function said(state: Locating, type: DnsType, name: string): readonly DnsRecord[] {
  const reply = state.replies.get(`${type} ${name}`)
  return reply?.is === 'answer' ? reply.records : []
}

/** Whether a question of this type (A: AAAA as well) was not answered, rather than answered with nothing. */
function unanswered(state: Locating, type: 'SRV' | 'A'): boolean {
  return [...state.replies].some(([key, reply]) => key.startsWith(type) && reply.is === 'noAnswer' && reply.why !== 'notFound')
}

function finish(state: Locating, hops: Hop[]): LocateOutput[] {
  close(state)
  return [{ do: 'found', hops }]
}

function end(state: Locating, problem: Problem): LocateOutput[] {
  close(state)
  return [{ do: 'notFound', problem: { ...problem, where: state.target.host } }]
}

function close(state: Locating): void {
  state.stage = 'done'
  state.wakeAt = undefined
  state.asked = []
}
