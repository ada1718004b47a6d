/**
 * Whose request is this? Clear signalling is known by source address and incoming port, TLS by the certificate's names and the port.
 * Nothing known is nobody: silence for a datagram, no handshake for TLS, 403 for the rest. Several are nobody as well: no trunk is guessed (A12).
 *
 * Standards  R333, R336, R350, R354–R355, R359; sip-trunk 1.1
 * Security   asked for every datagram of a stranger and for every TLS connection: look-ups in maps, whatever the number of trunks
 */
import { canonical } from '../../directory/formats.ts'
import type { PeerCertificate, Transport } from '../../kit/flow.ts'
import type { Problem } from '../../kit/result.ts'
import { incomingTransport, type TransportFamily, type TrunkSecurityProfile } from './profile.ts'
import { problem, type TrunkCode } from './problems.ts'
import { namesOf, nameOf, subjectsOf } from './subjects.ts'

export interface TrunkDestination {
  /** An address or a name. */
  readonly address: string
  readonly port: number
  /** Addresses that the name stands for just now. */
  readonly resolved?: readonly string[] | undefined
}
export interface Trunk { readonly name: string; readonly profile: TrunkSecurityProfile; readonly destinations: readonly TrunkDestination[] }

/** Where a request came from. */
export interface RequestSource {
  readonly source: string
  readonly sourcePort: number
  readonly transport: Transport
  /** Our port that it came to. */
  readonly incomingPort: number
  /** Verified against our trust; absent where none was shown. */
  readonly peer?: PeerCertificate | undefined
  /** The suite of the connection has no encryption (NULL-SHA). */
  readonly nullCipher?: boolean | undefined
}

export type Found =
  | { readonly is: 'trunk'; readonly trunk: Trunk; readonly by: 'address' | 'certificate'; readonly name: string }
  /** `refuse`: 403 to whatever has an answer. `counter`: what goes up by one. */
  | { readonly is: 'nobody'; readonly answer: 'silence' | 'noHandshake' | 'refuse'; readonly counter: 'sip_unknown_source_total' | 'sip_unknown_subject_total'; readonly problem: Problem }

/** Trunks by `port address` and by `port name`: made once for every snapshot. */
export interface TrunkIndex { readonly byAddress: ReadonlyMap<string, readonly Trunk[]>; readonly byName: ReadonlyMap<string, readonly Trunk[]> }

export function indexTrunks(trunks: readonly Trunk[]): TrunkIndex {
  const byAddress = new Map<string, Trunk[]>(), byName = new Map<string, Trunk[]>()
  for (const trunk of trunks) {
    const { incomingPort, secureCertificateSubjects } = trunk.profile
    if (incomingPort === 0) continue
    const isTls = incomingTransport(trunk.profile) === 'tls', map = isTls ? byName : byAddress
    for (const name of isTls ? subjectsOf(secureCertificateSubjects) : addressesOf(trunk)) add(map, `${incomingPort} ${name}`, trunk)
  }
  return { byAddress, byName }
}

function add(map: Map<string, Trunk[]>, key: string, trunk: Trunk): void {
  const list = map.get(key)
  if (list) list.push(trunk)
  else map.set(key, [trunk])
}

/** Every address of its destinations in one spelling. */
export function addressesOf({ destinations }: Trunk): Set<string> {
  return new Set(destinations.flatMap(namesOfDestination))
}

function namesOfDestination({ address, resolved = [] }: TrunkDestination): string[] {
  return [address, ...resolved].map(oneSpelling)
}

/** Of an address or a name; an IPv4 address that a socket of both families shows as IPv6 is the IPv4 address (RFC 4291 2.5.5.2). */
function oneSpelling(address: string): string {
  const lower = address.toLowerCase()
  if (lower.includes('%')) return lower                                                             // RFC 4007 11: a zone has no other spelling
  return lower.startsWith('::ffff:') && lower.includes('.') ? lower.slice(7) : canonical(lower)
}

const families: Readonly<Record<Transport, TransportFamily | undefined>> = { udp: 'clear', tcp: 'clear', tls: 'tls', ws: undefined, wss: undefined }

export function findTrunk(index: TrunkIndex, from: RequestSource): Found {
  const family = families[from.transport]
  if (family === undefined) return nobody(from, 'policy.trunk.unknownSource', `a trunk does not speak ${from.transport}`)
  return family === 'tls' ? byCertificate(index, from) : byAddress(index, from)
}

function byAddress({ byAddress: trunks }: TrunkIndex, from: RequestSource): Found {
  const source = oneSpelling(from.source), fitting = trunks.get(`${from.incomingPort} ${source}`)
  if (!fitting) return nobody(from, 'policy.trunk.unknownSource', `${from.source} on port ${from.incomingPort}`)
  const trunk = fitting.length === 1 ? fitting[0] : only(fitting.filter((one) => hasPort(one, source, from.sourcePort)))
  return trunk ? { is: 'trunk', trunk, by: 'address', name: source } : ambiguous(from, fitting)
}

function byCertificate({ byName }: TrunkIndex, from: RequestSource): Found {
  if (!from.peer) return nobody(from, 'policy.trunk.noCertificate')
  const names = namesOf(from.peer), listed = names.filter((name) => byName.has(`${from.incomingPort} ${name}`))
  if (listed.length === 0) return nobody(from, 'policy.trunk.unknownSubject', names.slice(0, 4).join(', ') || 'it has no name that can match')
  const fitting = [...new Set(listed.flatMap((name) => byName.get(`${from.incomingPort} ${name}`)!))]
  const trunk = nearest(fitting, names, oneSpelling(from.source))
  if (!trunk) return ambiguous(from, fitting)
  const misfit = misfitOf(trunk.profile, from.nullCipher === true)
  if (misfit) return nobody(from, misfit, trunk.name)
  return { is: 'trunk', trunk, by: 'certificate', name: listed.find((name) => byName.get(`${from.incomingPort} ${name}`)!.includes(trunk))! }
}

/** R336: NULL-SHA and nothing else for an authenticated trunk; never for an encrypted one, though both share a port (A22). */
function misfitOf({ deviceSecurityMode }: TrunkSecurityProfile, isNull: boolean): TrunkCode | undefined {
  if (deviceSecurityMode === 'encrypted' && isNull) return 'policy.trunk.notEncrypted'
  return deviceSecurityMode === 'authenticated' && !isNull ? 'policy.trunk.nullOnly' : undefined
}

function only(trunks: readonly Trunk[]): Trunk | undefined { return trunks.length === 1 ? trunks[0] : undefined }

/** Several clear trunks at one address and port: the one whose destination has the port that it was sent from. */
function hasPort({ destinations }: Trunk, source: string, sourcePort: number): boolean {
  return destinations.some((one) => one.port === sourcePort && namesOfDestination(one).includes(source))
}

/** Several trunks with one TLS profile: the one that we would reach by a name of this certificate, else at this address. */
function nearest(trunks: readonly Trunk[], names: readonly string[], source: string): Trunk | undefined {
  const isNamed = ({ address }: TrunkDestination): boolean => { const name = nameOf(address); return name !== undefined && names.includes(name) }
  return only(trunks) ?? only(trunks.filter(({ destinations }) => destinations.some(isNamed))) ?? only(trunks.filter((one) => addressesOf(one).has(source)))
}

function ambiguous(from: RequestSource, trunks: readonly Trunk[]): Found {
  return nobody(from, 'policy.trunk.ambiguous', trunks.slice(0, 4).map(({ name }) => name).join(', '))
}

/** A datagram's source may be forged: no answer, so nobody is hit by ours (A42). */
function nobody({ transport }: RequestSource, code: TrunkCode, detail?: string): Found {
  const isTls = transport === 'tls'
  return {
    is: 'nobody', answer: transport === 'udp' ? 'silence' : isTls ? 'noHandshake' : 'refuse',
    counter: isTls ? 'sip_unknown_subject_total' : 'sip_unknown_source_total', problem: problem(code, transport, detail),
  }
}
