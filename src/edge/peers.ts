/**
 * Who stands at the other end of a connection: its certificate where that was verified, and whether somebody there is expected at all.
 *
 * Standards  RFC 5922 7; R333–R336, R354; A16, A25, A42
 * Security   a certificate of an authority that is trusted for trunks names a trunk or nobody: never a phone of ours
 */
import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Flow, PeerCertificate } from '../kit/flow.ts'
import type { Binding } from './bindings.ts'
import type { Door } from './door.ts'
import { describePeer, isIssuedBy, isStrong } from './tls.ts'

/** The certificate that OpenSSL verified against our trust. */
function certificateOf(socket: Socket): X509Certificate | undefined {
  const { authorized, getPeerX509Certificate } = socket as Partial<TLSSocket>
  return authorized ? getPeerX509Certificate?.call(socket as TLSSocket) : undefined
}

/** The same at a listener; where a suite without encryption lowers what OpenSSL takes, only what an authority of ours has signed itself. */
export function callerOf({ tls }: Door, socket: Socket, { trunks }: Binding): X509Certificate | undefined {
  const certificate = certificateOf(socket)
  return certificate && trunks && trunks.suites !== 'encrypting' && !isStrong(certificate, tls?.authorities ?? []) ? undefined : certificate
}

export function peerOf(socket: Socket): PeerCertificate | undefined {
  const certificate = certificateOf(socket)
  return certificate && describePeer(certificate)
}

/** Whole and authentic, but readable (R334). */
export function isNullCipher(socket: Socket): boolean {
  const { getCipher } = socket as Partial<TLSSocket>
  return getCipher?.call(socket as TLSSocket)?.name.includes('NULL') === true
}

/**
 * The flow as the engine may see it; undefined where nobody is expected: then not one octet of it is read.
 * Where phones come in too, whoever is no trunk is a stranger, and a certificate that is not ours says nothing of them.
 */
export function welcomed(door: Door, { trunks }: Binding, flow: Flow, certificate: X509Certificate | undefined): Flow | undefined {
  if (trunks?.only) return door.welcome(flow) ? flow : undefined
  const own = door.tls?.hasOthers ? door.tls.authorities[0] : undefined
  if (!certificate || !own || isIssuedBy(certificate, own) || (trunks && door.welcome(flow))) return flow
  return { ...flow, peer: undefined }
}
