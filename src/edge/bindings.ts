/**
 * From the port table and the site file to what shall be bound, and what of it is wrong.
 *
 * Standards  R007, R103, R356, R357, R359 (one port number a transport family), R037 (what `listen` names), R051
 * Security   services of reach `local` and `cluster` never get an outside address, whatever the site file says
 */
import { isIP, isIPv6 } from 'node:net'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { problem } from './problems.ts'
import { serviceRow, services, type ServiceRow, type ServiceTransport } from './services.ts'

export interface Binding {
  /** Row of the port table. */
  readonly name: string
  readonly transport: ServiceTransport
  readonly address: string
  /** 0: any free port. */
  readonly port: number
  readonly lastPort?: number | undefined
  readonly fallback?: number | undefined
  readonly row: ServiceRow
}

export interface ServiceOverride { readonly port?: number | undefined; readonly enabled?: boolean | undefined }

export interface BindingConfig {
  /** Addresses that open services are bound to: `0.0.0.0` where nothing is said; IPv6 only where it is named (R037). */
  readonly listen?: string | readonly string[] | undefined
  /** Address of this member inside the cluster; none: cluster services are not bound. */
  readonly clusterAddress?: string | undefined
  readonly services?: Readonly<Record<string, ServiceOverride>> | undefined
  /** Incoming ports of trunk security profiles beside the service's own (R356); 0 means no listener and is left out. */
  readonly incomingPorts?: readonly { readonly service: string; readonly port: number }[] | undefined
}

export interface BindingPlan { readonly bindings: readonly Binding[]; readonly warnings: readonly Problem[] }

/** What shall be bound under this configuration; every problem at once where it cannot be. */
export function planBindings(config: BindingConfig): Result<BindingPlan, Problem[]> {
  const problems = [...overrideProblems(config), ...listenProblems(config)]
  const bindings = problems.length > 0 ? [] : services.flatMap((row) => bindRow(row, config))
  problems.push(...conflicts(bindings))
  return problems.length > 0 ? fail(problems) : ok({ bindings, warnings: bindings.flatMap(unusual) })
}

function isEnabled(row: ServiceRow, config: BindingConfig): boolean {
  return row.provided === true && (config.services?.[row.name]?.enabled ?? row.enabledByDefault)
}

function overrideProblems(config: BindingConfig): Problem[] {
  const wanted = Object.entries(config.services ?? {}).flatMap(([name, o]) => overrideProblem(name, o, config))
  return wanted.concat((config.incomingPorts ?? []).flatMap(({ service, port }) => overrideProblem(service, { port }, config)))
}

function overrideProblem(name: string, override: ServiceOverride, config: BindingConfig): Problem[] {
  const where = `services.${name}`
  const row = serviceRow(name)
  if (!row) return [problem('edge.unknownService', where)]
  const found: Problem[] = []
  if (override.port !== undefined && !isPort(override.port)) found.push(problem('edge.portRange', `${where}.port`))
  if (override.enabled && row.provided !== true) found.push(problem('edge.notProvided', where, row.provided))
  if (override.enabled && row.reach === 'cluster' && !config.clusterAddress) found.push(problem('edge.fixedReach', where))
  return found
}

function listenProblems(config: BindingConfig): Problem[] {
  const given = [...listenAddresses(config), ...(config.clusterAddress ? [config.clusterAddress] : [])]
  return given.filter((address) => isIP(address) === 0).map((address) => problem('edge.listenAddress', 'system.listen', address))
}

function isPort(n: number): boolean { return Number.isInteger(n) && n >= 0 && n <= 65_535 }

function listenAddresses(config: BindingConfig): readonly string[] {
  const { listen } = config
  if (listen === undefined) return ['0.0.0.0']
  return typeof listen === 'string' ? [listen] : listen
}

function bindRow(row: ServiceRow, config: BindingConfig): Binding[] {
  if (!isEnabled(row, config)) return []
  const own = config.services?.[row.name]?.port
  const ports = new Set([own ?? row.port])
  for (const more of config.incomingPorts ?? []) if (more.service === row.name && more.port !== 0) ports.add(more.port)
  return addressesFor(row, config).flatMap((address) => row.transports.flatMap((transport) => [...ports].map((port) => ({
    name: row.name, transport, address, port, row,
    lastPort: port === row.port ? row.lastPort : row.lastPort && port + row.lastPort - row.port,
    fallback: own === undefined && port === row.port ? row.fallback : undefined,
  }))))
}

function addressesFor(row: ServiceRow, config: BindingConfig): string[] {
  const listen = listenAddresses(config).filter((address) => !(row.ipv4Only && isIPv6(address)))
  switch (row.reach) {
    case 'open':    return [...new Set(listen)]
    case 'cluster': return config.clusterAddress ? [config.clusterAddress] : []
    case 'local':   return ['127.0.0.1']
    case 'off':     return []
  }
}

function unusual(binding: Binding): Problem[] {
  const { usual } = binding.row
  if (!usual || binding.port === 0 || (binding.port >= usual[0] && binding.port <= usual[1])) return []
  return [problem('edge.unusualPort', `services.${binding.name}.port`, `${binding.port}, documented are ${usual[0]} to ${usual[1]}`)]
}

/** Pairs that cannot stand beside each other. Linear in pairs of a short table. */
function conflicts(bindings: readonly Binding[]): Problem[] {
  const found = new Map<string, Problem>()
  bindings.forEach((a, i) => {
    for (const b of bindings.slice(i + 1)) {
      const code = conflict(a, b)
      const names = [a.name, b.name].sort().join(' and ')
      if (code && !found.has(names)) found.set(names, problem(code, `services.${b.name}.port`, `${names}, ${b.port}`))
    }
  })
  return [...found.values()]
}

function conflict(a: Binding, b: Binding): 'edge.portConflict' | 'edge.tlsConflict' | undefined {
  if (a.name === b.name || a.port === 0 || b.port === 0 || !sameAddress(a.address, b.address)) return undefined
  if ((a.row.shares && a.row.shares === b.row.shares) || a.port > (b.lastPort ?? b.port) || b.port > (a.lastPort ?? a.port)) return undefined
  if ((a.transport === 'udp') === (b.transport === 'udp')) return mixedTls(a, b) ? 'edge.tlsConflict' : 'edge.portConflict'
  return mixedTls(a, b) ? 'edge.tlsConflict' : undefined   // R359: TCP and UDP share a number, TLS has its own
}

const isSip = (b: Binding) => b.name.startsWith('sip-')
function mixedTls(a: Binding, b: Binding): boolean {
  return isSip(a) && isSip(b) && (a.row.tls === 'none') !== (b.row.tls === 'none')
}

function sameAddress(a: string, b: string): boolean {
  return a === b || (isIPv6(a) === isIPv6(b) && (isAny(a) || isAny(b)))
}
export function isAny(address: string): boolean { return address === '0.0.0.0' || address === '::' }
