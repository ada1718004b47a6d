/**
 * Asks the domain name system for a machine that may not wait: c-ares behind node:dns, the machine's hosts file before it.
 *
 * Standards  RFC 1035, RFC 6761 6.3 (localhost never leaves the machine)
 * Security   A25: c-ares draws random ids and ports; at most maxAsked questions are open; an answer is only a Reply, never a throw
 */
import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { DnsRecord, DnsReply, DnsType } from '../kit/dns.ts'

/** Questions open at once: more are answered `failed` without being sent. */
const maxAsked = 512
/** node:dns does not tell the time to live of NAPTR and SRV: they are kept this long. Seconds. */
const unknownLife = 60
const maxHosts = 1_000

export interface DnsClient {
  ask(type: DnsType, name: string): Promise<DnsReply>
  /** Open questions are answered `failed`. */
  close(): void
}

export interface DnsSetup {
  /** `address` or `address:port`; absent: those of the machine. */
  readonly servers?: readonly string[] | undefined
  /** Milliseconds of the first try (c-ares doubles it), and tries. */
  readonly timeout?: number | undefined
  readonly tries?: number | undefined
  /** Hosts file; '' for none. */
  readonly hostsFile?: string | undefined
}

export function newDnsClient(setup: DnsSetup = {}): DnsClient {
  const resolver = new Resolver({ timeout: setup.timeout ?? 1000, tries: setup.tries ?? 2 })
  if (setup.servers) resolver.setServers(setup.servers)
  const hosts = readHosts(setup.hostsFile ?? '/etc/hosts')
  let open = 0
  return {
    async ask(type, name) {
      const here = type === 'A' || type === 'AAAA' ? local(hosts, type, name.toLowerCase()) : undefined
      if (here) return here
      if (open >= maxAsked) return { is: 'noAnswer', why: 'failed' }
      open++
      try { return answered(await question(resolver, type, name)) }
      catch (error) { return { is: 'noAnswer', why: reason(error) } }
      finally { open-- }
    },
    close() { resolver.cancel() },
  }
}

async function question(resolver: Resolver, type: DnsType, name: string): Promise<{ records: DnsRecord[]; ttl: number }> {
  switch (type) {
    case 'NAPTR': return { ttl: unknownLife, records: (await resolver.resolveNaptr(name)).map((r) => ({ ...r, type })) }
    case 'SRV': return { ttl: unknownLife, records: (await resolver.resolveSrv(name)).map(({ priority, weight, port, name: target }) => ({ type, priority, weight, port, target })) }
    case 'A': return addresses(type, await resolver.resolve4(name, { ttl: true }))
    case 'AAAA': return addresses(type, await resolver.resolve6(name, { ttl: true }))
  }
}

function addresses(type: 'A' | 'AAAA', found: { address: string; ttl: number }[]): { records: DnsRecord[]; ttl: number } {
  return { records: found.map(({ address }) => ({ type, address })), ttl: Math.min(...found.map(({ ttl }) => ttl)) }
}

function answered({ records, ttl }: { records: DnsRecord[]; ttl: number }): DnsReply {
  return records.length > 0 ? { is: 'answer', records, ttl } : { is: 'noAnswer', why: 'notFound' }
}

function reason(error: unknown): 'notFound' | 'timeout' | 'failed' {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'ENOTFOUND' || code === 'ENODATA' ? 'notFound' : code === 'ETIMEOUT' ? 'timeout' : 'failed'
}

/** What the machine knows of itself; undefined: ask the servers. */
function local(hosts: Map<string, string[]>, type: 'A' | 'AAAA', name: string): DnsReply | undefined {
  const loopback = name === 'localhost' || name.endsWith('.localhost')
  const known = loopback ? ['127.0.0.1', '::1'] : hosts.get(name)
  if (!known) return undefined
  return answered({ records: known.filter((a) => isIP(a) === (type === 'A' ? 4 : 6)).map((address) => ({ type, address })), ttl: unknownLife })
}

/** Address, then names, in columns; `#` begins a remark. */
function readHosts(file: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>()
  for (const line of text(file).split('\n')) {
    const [address = '', ...names] = line.split('#')[0]!.split(/[ \t\r]/).filter(Boolean)
    if (isIP(address) === 0) continue
    for (const name of names) if (hosts.size < maxHosts) hosts.set(name.toLowerCase(), [...hosts.get(name.toLowerCase()) ?? [], address])
  }
  return hosts
}

function text(file: string): string {
  try { return file === '' ? '' : readFileSync(file, 'utf8') }
  catch { return '' }                                                     // no hosts file: nothing is known here
}
