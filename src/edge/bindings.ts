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
  /** Trunks come in here as well; `only`: nobody else does. */
  readonly trunks?: { readonly only: boolean; readonly suites: TrunkSuites } | undefined
}

/** What TLS speaks where trunks come in (R334–R336): encrypting suites, the one that does not, or whichever the peer has. */
export type TrunkSuites = 'encrypting' | 'null' | 'either'

/** A port of trunk security profiles in use (R356). */
export interface TrunkPort { readonly port: number; readonly family: 'clear' | 'tls'; readonly suites: TrunkSuites }

export interface ServiceOverride { readonly port?: number | undefined; readonly enabled?: boolean | undefined }

export interface BindingConfig {
  /** Addresses that open services are bound to: `0.0.0.0` where nothing is said; IPv6 only where it is named (R037). */
  readonly listen?: string | readonly string[] | undefined
  /** Address of this member inside the cluster; none: cluster services are not bound. */
  readonly clusterAddress?: string | undefined
  readonly services?: Readonly<Record<string, ServiceOverride>> | undefined
  /** Incoming ports of trunk security profiles; one that a service has as well is shared with it (R359). */
  readonly trunkPorts?: readonly TrunkPort[] | undefined
}

export interface BindingPlan { readonly bindings: readonly Binding[]; readonly warnings: readonly Problem[] }

/** What shall be bound under this configuration; every problem at once where it cannot be. */
export function planBindings(config: BindingConfig): Result<BindingPlan, Problem[]> {
  const problems = [...overrideProblems(config), ...listenProblems(config)]
  const bindings = problems.length > 0 ? [] : [...services.flatMap((row) => bindRow(row, config)), ...(config.trunkPorts ?? []).flatMap((port) => bindTrunks(port, config))]
  problems.push(...conflicts(bindings))
  return problems.length > 0 ? fail(problems) : ok({ bindings, warnings: bindings.flatMap(unusual) })
}

function isEnabled(row: ServiceRow, config: BindingConfig): boolean {
  return row.provided === true && (config.services?.[row.name]?.enabled ?? row.enabledByDefault)
}

function overrideProblems(config: BindingConfig): Problem[] {
  return Object.entries(config.services ?? {}).flatMap(([name, o]) => overrideProblem(name, o, config))
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
  const own = config.services?.[row.name]?.port, port = own ?? row.port, shared = signalling[row.name] && (config.trunkPorts ?? []).find((one) => one.port === port && one.family === signalling[row.name])
  return addressesFor(row, config).flatMap((address) => row.transports.map((transport) => ({
    name: row.name, transport, address, port, row,
    lastPort: port === row.port ? row.lastPort : row.lastPort && port + row.lastPort - row.port,
    fallback: own === undefined ? row.fallback : undefined,
    ...(shared ? { trunks: { only: false, suites: shared.suites } } : {}),
  })))
}

/** Rows whose ports trunks may share, and the family that they speak (R338, R359). */
const signalling: Readonly<Record<string, TrunkPort['family']>> = { 'sip-udp': 'clear', 'sip-tcp': 'clear', 'sip-tls': 'tls' }

export function trunkService(port: number): string { return `sip-trunk-${port}` }

/** A listener for trunks alone, but where a service stands on the port already. */
function bindTrunks({ port, family, suites }: TrunkPort, config: BindingConfig): Binding[] {
  const rows = services.filter((row) => signalling[row.name] === family && !(isEnabled(row, config) && (config.services?.[row.name]?.port ?? row.port) === port))
  return rows.flatMap((row) => addressesFor(row, config).flatMap((address) => row.transports.map((transport): Binding => ({ name: trunkService(port), transport, address, port, row, trunks: { only: true, suites } }))))
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
  const { trunks, row: { usual } } = binding
  if (!usual || trunks?.only || binding.port === 0 || (binding.port >= usual[0] && binding.port <= usual[1])) return []
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
