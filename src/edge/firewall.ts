/**
 * Firewall rules as nftables text, and the comparison of what is bound with what should be (R051, R425).
 *
 * Security   rules after measurement: per-source limits first, a limit for strangers only after the known set,
 *            never a limit on all SYN or on all UDP (such a rule was the outage), echo limited but never blocked
 */
import { isIPv6 } from 'node:net'
import { isAny, type Binding } from './bindings.ts'

export interface FirewallOptions {
  /** Addresses of the other members (R423). */
  readonly clusterPeers?: readonly string[]
  /** Datagrams a second and source that pass before the kernel drops; known sources are not limited. */
  readonly datagramsPerSource?: number
  readonly newConnectionsPerSource?: number
  /** Echo requests answered a second (R422). */
  readonly echoes?: number
  /** `drop`: what the table does not name is closed, the administrator's SSH included; `accept`: this table governs its own ports alone. */
  readonly others?: 'accept' | 'drop'
}

/** One atomic nftables file: `nft -c -f` checks it, `nft -f` replaces our table and touches no other. */
export function firewallRules(bindings: readonly Binding[], options: FirewallOptions = {}): string {
  const { clusterPeers = [], datagramsPerSource = 2_000, newConnectionsPerSource = 100, echoes = 50, others = 'accept' } = options
  const rules = [...new Set(bindings.flatMap((b) => ruleFor(b, datagramsPerSource, newConnectionsPerSource)))]
  return [
    'table inet ringfort', 'delete table inet ringfort', 'table inet ringfort {',
    set('known4', 'ipv4_addr', 'flags timeout; timeout 1h; size 65536;'),
    set('known6', 'ipv6_addr', 'flags timeout; timeout 1h; size 65536;'),
    set('members4', 'ipv4_addr', elements(clusterPeers.filter((a) => !isIPv6(a)))),
    set('members6', 'ipv6_addr', elements(clusterPeers.filter((a) => isIPv6(a)))),
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

function set(name: string, type: string, rest: string): string { return `  set ${name} { type ${type}; ${rest} }` }
function elements(addresses: readonly string[]): string { return addresses.length > 0 ? `elements = { ${addresses.join(', ')} };` : '' }

function ruleFor(binding: Binding, datagrams: number, connections: number): string[] {
  if (binding.port === 0) return []
  const layer = binding.transport === 'udp' ? 'udp' : 'tcp'
  const port = `${layer} dport ${binding.port}${binding.lastPort ? `-${binding.lastPort}` : ''}`
  const to = isAny(binding.address) ? '' : `${isIPv6(binding.address) ? 'ip6' : 'ip'} daddr ${binding.address} `
  switch (binding.row.reach) {
    case 'open':    return openRules(to + port, layer, layer === 'udp' ? datagrams : connections)
    case 'cluster': return [`${to}${port} ip saddr @members4 accept`, `${to}${port} ip6 saddr @members6 accept`, `${to}${port} drop`]
    case 'local':
    case 'off':     return [`${to}${port} drop`]
  }
}

function openRules(match: string, layer: 'udp' | 'tcp', rate: number): string[] {
  const [what, state] = layer === 'udp' ? ['datagrams', ''] : ['connections', 'ct state new ']
  return [
    `${match} ip saddr @known4 accept`, `${match} ip6 saddr @known6 accept`,
    `${match} ${state}update @${what}4 { ip saddr limit rate over ${rate}/second burst ${2 * rate} packets } drop`,
    `${match} ${state}update @${what}6 { ip6 saddr and ffff:ffff:ffff:ffff:: limit rate over ${rate}/second burst ${2 * rate} packets } drop`,
    `${match} accept`,
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
