/**
 * A phone's registered contact, and the way to it.
 *
 * Standards  RFC 3261 16.5, 16.6; RFC 3327 5.4; RFC 5626 5.3, 7; RFC 7118 5
 * Security   a contact is a phone's word: no address is dialled that the REGISTER did not come from; never weaker than TLS once TLS was used
 */
import type { Json } from '../directory/changes.ts'
import type { Hop, Transport } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import { asTarget } from '../wire/sip/dialog.ts'
import { type BoundContact, lostFlow } from '../wire/sip/registrar.ts'
import { firstNode } from '../wire/sip/registrar/contacts.ts'
import { parseUri, type Uri, uriParam } from '../wire/sip/uri.ts'
import { isLiteral, sameAddress } from './addresses.ts'

export interface Binding extends BoundContact {
  readonly line: string
  /** Name of the phone that registered. */
  readonly phone: string
  /** Where the REGISTER came from. */
  readonly transport: Transport
  readonly address: string
  readonly port: number
  /** Row of the port table that it came in on. */
  readonly service: string
}

/**
 * The open connection, an address, or a name that has to be looked up first (port 0: by SRV, RFC 3263).
 * `only`: a name leads to where the REGISTER came from, or to a trusted proxy (A24).
 */
export type Way =
  | { readonly is: 'flow'; readonly flowId: number }
  | { readonly is: 'hop'; readonly hop: Hop }
  | { readonly is: 'name'; readonly transport: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number; readonly only: string; /** Where the phone sends from: taken when its name leads nowhere. */ readonly otherwise?: Hop }

export interface Target {
  /** Request-URI. */
  readonly uri: string
  /** Value of a Route header, '' without. */
  readonly route: string
  readonly way: Way
}

/** Undefined where the phone cannot be reached until it registers again. */
export function targetOf(binding: Binding): Target | undefined {
  const way = wayOf(binding)
  if (!way) return undefined
  return { uri: asTarget(binding.contact), route: binding.path, way }
}

export function reachable(binding: Binding): boolean { return binding.flowId !== lostFlow || wayOf(binding) !== undefined }

function wayOf(binding: Binding): Way | undefined {
  if (binding.flowId > 0) return { is: 'flow', flowId: binding.flowId }
  const isDatagram = binding.transport === 'udp'
  if (binding.regId > 0) return isDatagram ? source(binding) : undefined   // RFC 5626 7: the flow, or nothing
  if (binding.transport === 'ws' || binding.transport === 'wss') return undefined
  const uri = parseUri(binding.path === '' ? binding.contact : firstNode(binding.path))
  if (!uri.ok) return isDatagram ? source(binding) : undefined
  return addressed(binding, uri.value) ?? (isDatagram ? source(binding) : undefined)
}

/** Back to the datagram's source: a phone behind NAT writes an address that means nothing here. */
function source({ address, port }: Binding): Way { return { is: 'hop', hop: { transport: 'udp', address, port } } }

/** By what the URI says, where that may be believed. */
function addressed(binding: Binding, uri: Uri): Way | undefined {
  const transport = transportOf(binding, uri)
  if (!isLiteral(uri.host)) return uri.host.endsWith('.invalid') ? undefined : named(binding, uri, transport)   // RFC 7118
  if (transport === 'tls' || sameAddress(uri.host, binding.address) === false) return undefined      // a certificate needs a name to answer for
  return { is: 'hop', hop: { transport, address: binding.address, port: uri.port || 5060 } }
}

function named(binding: Binding, uri: Uri, transport: 'udp' | 'tcp' | 'tls'): Way {
  const itself = transport === 'udp' && binding.transport === 'udp' ? { otherwise: { transport, address: binding.address, port: binding.port } as const } : {}
  return { is: 'name', transport, host: uri.host, port: uri.port, only: binding.address, ...itself }
}

function transportOf(binding: Binding, uri: Uri): 'udp' | 'tcp' | 'tls' {
  if (binding.transport === 'tls' || uri.scheme === 'sips') return 'tls'
  const wished = uriParam(uri, 'transport')?.toLowerCase()
  return wished === 'tls' || wished === 'tcp' || wished === 'udp' ? wished : binding.transport === 'tcp' ? 'tcp' : 'udp'
}

/** Names one binding; `aor` is the line. */
export interface BindingKey { readonly aor: string; readonly key: string }

/** A binding as it is kept on disk. */
export interface BindingRow {
  readonly aor: string
  readonly key: string
  readonly expiresAt: Millis
  readonly body: Json
}

/** Phone, and instance with reg-id or the contact. */
export function keyOf(binding: Binding): string {
  return `${binding.phone} ${binding.regId > 0 ? `${binding.instance.toLowerCase()};${binding.regId}` : binding.contact}`
}

export function toRow(binding: Binding): BindingRow {
  const { contact, params, q, callId, cseq, instance, regId, path, phone, transport, address, port, service } = binding
  const body: Record<string, Json> = { contact, callId, cseq, phone, transport, address, port, service }
  if (params !== '') body.params = params
  if (q >= 0) body.q = q
  if (instance !== '') body.instance = instance
  if (regId > 0) body.regId = regId
  if (path !== '') body.path = path
  return { aor: binding.line, key: keyOf(binding), expiresAt: binding.expiresAt, body }
}

const transports: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss']

/** The binding of a row, its connection lost with the run that wrote it; undefined where the row is not one of ours. */
export function fromRow({ aor, expiresAt, body }: BindingRow): Binding | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const fields = body as { readonly [name: string]: Json }
  const text = (name: string) => typeof fields[name] === 'string' ? fields[name] as string : ''
  const whole = (name: string, absent: number) => Number.isInteger(fields[name]) ? fields[name] as number : absent
  const contact = text('contact'), phone = text('phone'), address = text('address'), transport = text('transport')
  if (contact === '' || phone === '' || address === '' || !transports.includes(transport) || !Number.isFinite(expiresAt)) return undefined
  return {
    contact, params: text('params'), q: whole('q', -1), expiresAt, callId: text('callId'), cseq: whole('cseq', 0), instance: text('instance'),
    regId: whole('regId', 0), path: text('path'), flowId: transport === 'udp' ? 0 : lostFlow,
    line: aor, phone, transport: transport as Transport, address, port: whole('port', 0), service: text('service'),
  }
}
