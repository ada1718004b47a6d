/**
 * Firewall rules as nftables text, and the comparison of what is bound with what should be (R051, R425).
 *
 * Security   rules after measurement: per-source limits first, a limit for strangers only after the known set,
 *            never a limit on all SYN or on all UDP (such a rule was the outage), echo limited but never blocked
 */
import { isIPv4, isIPv6 } from 'node:net'
import { isAny, type Binding } from './bindings.ts'

export interface FirewallOptions {
  /** Addresses of the other members (R423). */
  readonly clusterPeers?: readonly string[]
  /** Datagrams a second and source that pass before the kernel drops; known sources are not limited. */
  readonly datagramsPerSource?: number
  readonly newConnectionsPerSource?: number
  /** Datagrams a second (new connections: a tenth) that all strangers of one port together may send. Only where the known set is kept up to date: without it every phone is a stranger to the kernel. */
  readonly strangersTogether?: number | undefined
  /** Addresses of phones that have proved who they are. */
  readonly known?: readonly string[]
  /** Echo requests answered a second (R422). */
  readonly echoes?: number
  /** `drop`: what the table does not name is closed, the administrator's SSH included; `accept`: this table governs its own ports alone. */
  readonly others?: 'accept' | 'drop'
}

/** One atomic nftables file: `nft -c -f` checks it, `nft -f` replaces our table and touches no other. */
export function firewallRules(bindings: readonly Binding[], options: FirewallOptions = {}): string {
  const { clusterPeers = [], datagramsPerSource = 2_000, newConnectionsPerSource = 100, echoes = 50, others = 'accept', strangersTogether, known = [] } = options
  const limits: Record<'udp' | 'tcp', Rates> = {
    udp: { perSource: datagramsPerSource, together: strangersTogether }, tcp: { perSource: newConnectionsPerSource, together: strangersTogether && Math.ceil(strangersTogether / 10) },
  }
  const rules = [...new Set(bindings.flatMap((b) => ruleFor(b, limits)))]
  return [
    'table inet ringfort', 'delete table inet ringfort', 'table inet ringfort {',
    ...families.map(([n, type, ours]) => set(`known${n}`, type, `flags timeout; timeout 1h; size 65536; ${elements(known.filter(ours))}`)),
    ...families.map(([n, type, ours]) => set(`members${n}`, type, elements(clusterPeers.filter(ours)))),
    ...['datagrams4', 'connections4'].map((name) => set(name, 'ipv4_addr', 'flags dynamic,timeout; timeout 10s; size 65536;')),
    ...['datagrams6', 'connections6'].map((name) => set(name, 'ipv6_addr', 'flags dynamic,timeout; timeout 10s; size 65536;')),
    '  chain input {',
    `    type filter hook input priority filter; policy ${others};`,
    '    iif lo accept',
    '    meta l4proto tcp ct state established,related accept',
    '    icmp type { destination-unreachable, time-exceeded, parameter-problem } accept',
    '    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept',
    `    icmp type echo-request limit rate over ${echoes}/second drop`,
    `    icmpv6 type echo-request limit rate over ${echoes}/second drop`,
    ...(others === 'drop' ? ['    icmp type echo-request accept', '    icmpv6 type echo-request accept'] : []),
    ...rules.map((rule) => `    ${rule}`),
    '    ct state established,related accept',   // UDP: after its limits, an answered flood is established too
    '  }', '}', '',
  ].join('\n')
}

/** The known set alone, replaced as a whole and in one step: every known source is known for another hour. */
export function knownRules(known: readonly string[]): string {
  const lines = families.flatMap(([n, , ours]) => {
    const addresses = [...new Set(known.filter(ours))]
    return [`flush set inet ringfort known${n}`, ...(addresses.length > 0 ? [`add element inet ringfort known${n} { ${addresses.join(', ')} }`] : [])]
  })
  return `${lines.join('\n')}\n`
}

const families = [['4', 'ipv4_addr', isIPv4], ['6', 'ipv6_addr', isIPv6]] as const

interface Rates { readonly perSource: number; readonly together: number | undefined }

function set(name: string, type: string, rest: string): string { return `  set ${name} { type ${type}; ${rest} }` }
function elements(addresses: readonly string[]): string { return addresses.length > 0 ? `elements = { ${[...new Set(addresses)].join(', ')} };` : '' }

function ruleFor(binding: Binding, limits: Record<'udp' | 'tcp', Rates>): string[] {
  if (binding.port === 0) return []
  const layer = binding.transport === 'udp' ? 'udp' : 'tcp'
  const port = `${layer} dport ${binding.port}${binding.lastPort ? `-${binding.lastPort}` : ''}`
  const ipv6 = isIPv6(binding.address), to = `${isAny(binding.address) ? `meta nfproto ipv${ipv6 ? 6 : 4}` : `${ipv6 ? 'ip6' : 'ip'} daddr ${binding.address}`} ${port}`
  const from = ipv6 ? { family: '6', source: 'ip6 saddr', network: 'ip6 saddr and ffff:ffff:ffff:ffff::' } : { family: '4', source: 'ip saddr', network: 'ip saddr' }   // nft takes no rule that names both
  switch (binding.row.reach) {
    case 'open':    return openRules(to, layer, from, limits[layer])
    case 'cluster': return [`${to} ${from.source} @members${from.family} accept`, `${to} drop`]
    case 'local':
    case 'off':     return [`${to} drop`]
  }
}

function openRules(match: string, layer: 'udp' | 'tcp', { family, source, network }: Readonly<Record<'family' | 'source' | 'network', string>>, { perSource: rate, together }: Rates): string[] {
  const [what, state] = layer === 'udp' ? ['datagrams', ''] : ['connections', 'ct state new ']
  const all = together === undefined ? [] : [`${match} ${state}limit rate over ${together}/second burst ${Math.ceil(together / 10)} packets drop`]
  return [
    `${match} ${source} @known${family} accept`, `${match} ${state}update @${what}${family} { ${network} limit rate over ${rate}/second burst ${2 * rate} packets } drop`, ...all, `${match} accept`,
  ]
}

/** A socket that is bound, as the driver or the operating system tells it. */
export interface BoundSocket { readonly transport: 'udp' | 'tcp'; readonly address: string; readonly port: number }

export interface Difference {
  readonly is: 'missing' | 'undeclared' | 'tooWide'
  readonly transport: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  /** The service that is missing or bound too wide. */
  readonly service?: string | undefined
}

/** Where the live state and the table differ: declared but not bound, bound but not declared, bound wider than declared. */
export function verify(bindings: readonly Binding[], bound: readonly BoundSocket[]): Difference[] {
  const found: Difference[] = []
  for (const socket of bound) {
    const owners = bindings.filter((b) => holds(b, socket))
    if (owners.some((b) => b.address === socket.address)) continue
    const service = owners[0]?.name
    found.push({ is: service && isAny(socket.address) ? 'tooWide' : 'undeclared', ...socket, service })
  }
  for (const b of bindings) {
    if (b.port === 0 || bound.some((socket) => holds(b, socket))) continue
    found.push({ is: 'missing', transport: b.transport === 'udp' ? 'udp' : 'tcp', address: b.address, port: b.port, service: b.name })
  }
  return found
}

function holds(binding: Binding, socket: BoundSocket): boolean {
  const inRange = socket.port >= binding.port && socket.port <= (binding.lastPort ?? binding.port)
  return (binding.transport === 'udp') === (socket.transport === 'udp') && (inRange || socket.port === binding.fallback || binding.port === 0)
    && isIPv6(binding.address) === isIPv6(socket.address)
}
