/**
 * What passes between the driver (edge/) and any protocol room (wire/): bytes, where they came from, where they go.
 *
 * Security   a Flow is made by edge/ alone; `peer` is set only for a certificate that was verified
 */
import type { DnsReply, DnsType } from './dns.ts'
import type { Problem } from './result.ts'

export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

/** One socket address pair. A connection has one Flow from opened to closed; a datagram brings a fresh one. */
export interface Flow {
  /** Unique in the process; 0 for a datagram. */
  readonly id: number
  /** Row of the port table: `sip-udp`, `sip-tls` … */
  readonly service: string
  readonly transport: Transport
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  /** The other side's certificate, verified against our trust; absent where none was shown. */
  readonly peer?: PeerCertificate | undefined
  /** TLS without encryption (NULL-SHA): whole and authentic, but readable. */
  readonly nullCipher?: boolean | undefined
}

export interface PeerCertificate {
  /** Common name of the subject, '' where it has none. */
  readonly subject: string
  /** dNSName, URI and iPAddress alternative names as text. */
  readonly names: readonly string[]
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string
}

/** Where a message shall go: already resolved to an address. */
export interface Hop {
  readonly transport: Transport
  readonly address: string
  readonly port: number
  /** Name that the certificate must carry (TLS, WSS). */
  readonly name?: string | undefined
  /** The port of ours that is meant for this peer: datagrams leave from it, Via and Contact name it; the first of its transport where none is given. */
  readonly localPort?: number | undefined
  /** Of a trunk: names that its certificate may carry instead, fingerprints of which it must have one (none: whichever it is), and a suite without encryption. */
  readonly trust?: { readonly names: readonly string[]; readonly fingerprints: readonly string[]; readonly nullCipher: boolean } | undefined
}

export type EdgeInput =
  | { is: 'datagram'; flow: Flow; bytes: Buffer }
  | { is: 'opened'; flow: Flow }
  | { is: 'bytes'; flow: Flow; bytes: Buffer }
  /** A WebSocket message: one whole SIP message (RFC 7118 4.2). */
  | { is: 'message'; flow: Flow; bytes: Buffer }
  | { is: 'closed'; flow: Flow; why: Problem | undefined }
  /** A send with this ref did not go out: refused, unreachable, handshake failed, timed out. */
  | { is: 'failed'; ref: string; to: Hop; why: Problem }
  /** What the domain name system says to the question with this id: one reply for each. */
  | { is: 'reply'; id: number; reply: DnsReply }

export type EdgeOutput =
  /** Answer where it came from: on the connection, or to the datagram's source. Silently nothing if the connection is gone (`failed` if ref is set). */
  | { do: 'send'; flow: Flow; data: string; ref?: string | undefined }
  /** Over a connection to this hop, opened if there is none; a datagram for udp. data is latin1: one char an octet. */
  | { do: 'sendTo'; to: Hop; data: string; ref: string }
  | { do: 'close'; flow: Flow; why: Problem }
  /** This source has proved who it is: the guard gives it the larger bucket until `until`. */
  | { do: 'known'; flow: Flow; until: number }
  /** This source has behaved badly (weight 1–100): evidence for the quarantine. */
  | { do: 'suspect'; flow: Flow; weight: number; why: string }
  /** A question to the domain name system; `id` comes back with its reply. */
  | { do: 'ask'; id: number; type: DnsType; name: string }
