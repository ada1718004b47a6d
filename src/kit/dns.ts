/**
 * What is asked of the domain name system and what comes back: between a protocol room that asks and edge/resolve.ts that knows.
 *
 * Standards  RFC 1035, RFC 2782 (SRV), RFC 3403 (NAPTR)
 * Security   A25: records are a stranger's word; who uses one checks it
 */
export type DnsType = 'NAPTR' | 'SRV' | 'A' | 'AAAA'

export interface Naptr {
  readonly type: 'NAPTR'
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly service: string
  readonly regexp: string
  readonly replacement: string
}
export interface Srv {
  readonly type: 'SRV'
  readonly priority: number
  readonly weight: number
  readonly port: number
  /** '.' or '': the service is decidedly not offered (RFC 2782). */
  readonly target: string
}
export interface Address { readonly type: 'A' | 'AAAA'; readonly address: string }
export type DnsRecord = Naptr | Srv | Address

export type DnsReply =
  /** ttl: seconds that it may be kept. */
  | { readonly is: 'answer'; readonly records: readonly DnsRecord[]; readonly ttl: number }
  /** notFound: there is no such name or no such record; the others say nothing about the name. */
  | { readonly is: 'noAnswer'; readonly why: 'notFound' | 'timeout' | 'failed' }
