/** From the configuration to the door: which rows of the port table are bound, by which limits, under which names. */
import { hostname, networkInterfaces } from 'node:os'
import { isIP } from 'node:net'
import { type Binding, type BindingConfig, type BindingPlan, isAny, planBindings, type TrunkPort } from '../edge/bindings.ts'
import type { LocalAddresses } from '../edge/drive.ts'
import type { GuardLimits } from '../edge/limits.ts'
import { services } from '../edge/services.ts'
import type { PortRow } from '../admin/house.ts'
import type { Snapshot } from '../directory/snapshot.ts'
import type { Flow, Hop } from '../kit/flow.ts'
import type { Problem, Result } from '../kit/result.ts'
import { incomingTransport, type TransportFamily } from '../policy/trunk/profile.ts'
import type { OccupiedPort } from '../policy/trunk/sharing.ts'
import { trunksOf, transportOf } from '../policy/trunk/trunksOf.ts'

export const serviceNames: readonly string[] = services.map((row) => row.name)

export function bindingConfig(snapshot: Snapshot): BindingConfig {
  const { system, services: own } = snapshot
  return { listen: system.listenAddresses, services: Object.fromEntries(own), trunkPorts: trunkPorts(snapshot) }
}

/** Incoming ports of the profiles in use, one row a port (R356, R359); a port of both families is refused by the review. */
export function trunkPorts(snapshot: Snapshot): TrunkPort[] {
  const trunks = Map.groupBy(trunksOf(snapshot).all.filter(({ profile }) => profile.incomingPort > 0), ({ profile }) => `${profile.incomingPort} ${incomingTransport(profile)}`)
  return [...trunks.values()].map((all) => {
    const { profile } = all[0]!, isNull = all.map((one) => one.profile.deviceSecurityMode === 'authenticated')
    return { port: profile.incomingPort, family: incomingTransport(profile), suites: isNull.every(Boolean) ? 'null' : isNull.some(Boolean) ? 'either' : 'encrypting' }
  })
}

export function bindingPlan(snapshot: Snapshot): Result<BindingPlan, Problem[]> { return planBindings(bindingConfig(snapshot)) }

/** What services that are on stand on: trunks may share the ports of signalling, in their own family, and no others. */
export function occupiedPorts(snapshot: Snapshot): OccupiedPort[] {
  return serviceTable(snapshot).filter(({ enabled, port }) => enabled && port !== 0).map(({ name, port }) => ({ name, port, family: families[name] ?? 'other' }))
}

const families: Readonly<Record<string, TransportFamily>> = { 'sip-udp': 'clear', 'sip-tcp': 'clear', 'sip-tls': 'tls' }

/** Rows that the call process opens. */
export function callBindings(plan: BindingPlan): Binding[] { return plan.bindings.filter((b) => b.row.process === 'call') }

export function portTable(snapshot: Snapshot): PortRow[] { return [...serviceTable(snapshot), ...trunkTable(snapshot)] }

/** Listeners for trunks alone. */
function trunkTable(snapshot: Snapshot): PortRow[] {
  const plan = bindingPlan(snapshot), own = plan.ok ? plan.value.bindings.filter(({ trunks }) => trunks?.only) : [], { all } = trunksOf(snapshot)
  return [...Map.groupBy(own, ({ port }) => port).values()].map((bindings) => {
    const { name, port, row } = bindings[0]!, names = all.filter(({ profile }) => profile.incomingPort === port).map((trunk) => trunk.name)
    return { name, purpose: `SIP of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more trunks` : ''}`, process: row.process, port, transports: [...new Set(bindings.map(({ transport }) => transport))], reach: row.reach, tls: row.tls, enabled: true }
  })
}

function serviceTable(snapshot: Snapshot): PortRow[] {
  const config = bindingConfig(snapshot)
  return services.map((row) => ({
    name: row.name, purpose: row.purpose, process: row.process, port: config.services?.[row.name]?.port ?? row.port, lastPort: row.lastPort, transports: row.transports,
    reach: row.reach, tls: row.tls, enabled: row.provided === true && (config.services?.[row.name]?.enabled ?? row.enabledByDefault), ...(row.provided === true ? {} : { notProvided: row.provided }),
  }))
}

/** What the directory says of the guard, in the guard's words. */
export function guardLimits({ system: { guard } }: Snapshot): Partial<GuardLimits> {
  if (!guard) return {}
  const wanted = {
    strangerRate: guard.messagesPerSecond, strangerBurst: guard.messagesBurst, knownRate: guard.knownMessagesPerSecond, knownBurst: guard.knownMessagesBurst,
    maxConnections: guard.connections, maxConnectionsPerSource: guard.connectionsPerSource, maxHalfOpen: guard.halfOpen,
    handshakeTimeout: seconds(guard.handshakeSeconds), quarantineTime: seconds(guard.quarantineSeconds),
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

/** Whether a trunk speaks TLS, in or out: then there are certificates and suites for it. */
export function hasTlsTrunks(snapshot: Snapshot): boolean { return trunksOf(snapshot).all.some(({ profile }) => transportOf(profile) === 'tls') }

function seconds(value: number | undefined): number | undefined { return value === undefined ? undefined : value * 1_000 }

/** Names that the server certificate carries. */
export function certificateNames({ system }: Snapshot): string[] {
  return [...new Set([system.domain, system.address, ...system.listenAddresses, hostname().toLowerCase()])].filter((name) => !isAny(name))
}

/** Further names and addresses of this system in URIs. */
export function ownNames(snapshot: Snapshot): string[] {
  return [...certificateNames(snapshot), 'localhost', '127.0.0.1', '::1', ...interfaceAddresses()]
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => list ?? []).map((one) => one.address)
}

/** What is written in Via and Contact: the address that was asked; where that is every address, the one that others are told. */
export function localName(snapshot: () => Snapshot, bound: () => LocalAddresses): (to: Flow | Hop) => { address: string; port: number } {
  const first = { 4: firstAddress(4), 6: firstAddress(6) }
  const told = (address: string, peer: string): string => {
    const { system } = snapshot()
    if (!isAny(address)) return address
    if (peer === '::1' || peer.startsWith('127.')) return peer.includes(':') ? '::1' : '127.0.0.1'
    const family = peer.includes(':') ? 6 : 4, given = isIP(system.address)
    return isAny(system.address) || (given !== 0 && given !== family) ? first[family] ?? system.address : system.address   // a name is for both
  }
  return (to) => {
    if ('service' in to) return { address: told(to.localAddress, to.remoteAddress), port: to.localPort }
    const all = bound()[to.transport], own = all?.find(({ address }) => address.includes(':') === to.address.includes(':')) ?? all?.[0]
    return { address: told(own?.address ?? '0.0.0.0', to.address), port: to.localPort ?? own?.port ?? 5060 }
  }
}

/** Not of a link alone: a phone behind a router could not use it. */
function firstAddress(family: 4 | 6): string | undefined {
  return Object.values(networkInterfaces()).flatMap((list) => list ?? []).find((one) => !one.internal && isIP(one.address) === family && !/^fe80:/i.test(one.address))?.address
}
