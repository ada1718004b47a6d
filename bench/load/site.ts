/** Site files for benches: two phones known by their address for SIPp, phones with certificates for TLS, and as many with digest as wanted. */
export interface SiteSetup {
  readonly ports: { readonly sip: number; readonly tls: number; readonly wss: number; readonly metrics: number }
  /** Where SIPp calls from and where it is called. */
  readonly caller?: number | undefined
  readonly callee?: number | undefined
  /** Users with a phone each that has digest credentials. */
  readonly users?: number | undefined
  /** A trunk that leads to SIPp at this port, dialled with 9 in front, in a plan of so many patterns, partitions and trunks. */
  readonly outside?: { readonly port: number; readonly patterns: number; readonly partitions: number; readonly trunks: number } | undefined
  /** Phones that show a certificate. */
  readonly certified?: readonly { readonly name: string; readonly number: string; readonly mediaSecurity: 'off' | 'required' }[] | undefined
}

export const domain = 'bench.test'
export const callerLine = '2001', calleeLine = '2002'
export const numberOf = (user: number): string => String(1_000_000 + user)
export const passwordOf = (user: number): string => `pass-word-u${user}`

/** A site file may have 16 MiB, which is 100,000 users without the quotes that YAML can do without. */
export function siteOf({ ports, caller, callee, users = 0, certified = [], outside }: SiteSetup): string {
  const fixed = [[callerLine, caller], [calleeLine, callee]] as const
  const phones = [
    ...fixed.flatMap(([number, port]) => port === undefined ? [] : [{ name: `sipp-${number}`, lines: [number], address: `127.0.0.1:${port}`, deviceSecurityMode: 'nonSecure', mediaSecurity: 'off', ...outside ? { callingSearchSpace: 'All' } : {} }]),
    ...certified.map(({ name, number, mediaSecurity }) => ({ name, lines: [number], mediaSecurity })),
    ...Array.from({ length: users }, (_, n) => ({ name: `p${n}`, user: `u${n}`, digest: { user: `u${n}`, password: passwordOf(n) }, deviceSecurityMode: 'nonSecure', mediaSecurity: 'off' })),
  ]
  const services = { 'sip-udp': { port: ports.sip }, 'sip-tcp': { port: ports.sip }, 'sip-tls': { port: ports.tls }, 'sip-wss': { port: ports.wss }, metrics: { port: ports.metrics } }
  const text = JSON.stringify({ system: { domain, listen: '127.0.0.1' }, services, users: Array.from({ length: users }, (_, n) => ({ userId: `u${n}`, extension: numberOf(n) })), phones, ...outside ? planOf(outside, ports.sip) : {} })
  return text.replace(/"([a-z][\w-]*)":/gi, '$1: ').replace(/"([a-z][\w-]*)"/gi, '$1')
}

/** SIPp's file of users: number, and the credentials as its own keyword. */
export function usersCsv(users: number): string {
  return `SEQUENTIAL\n${Array.from({ length: users }, (_, n) => `${numberOf(n)};[authentication username=u${n} password=${passwordOf(n)}]`).join('\n')}\n`
}

/** The pattern that is dialled stands in the last partition, among as many others as wanted; the other trunks lead nowhere that is called. */
function planOf({ port, patterns, partitions, trunks }: NonNullable<SiteSetup['outside']>, incomingPort: number): Record<string, unknown> {
  const names = Array.from({ length: partitions }, (_, n) => `P${n}`)
  return {
    sipTrunkSecurityProfiles: [{ name: 'Bench', outgoingTransport: 'udp', incomingPort }],
    trunks: [
      { name: 'carrier', securityProfile: 'Bench', destinations: [{ address: '127.0.0.1', port }], optionsPing: false },
      ...Array.from({ length: trunks - 1 }, (_, n) => ({ name: `t${n}`, securityProfile: 'Bench', destinations: [{ address: `127.1.${n >> 8}.${n & 255}`, port: 5060 }], optionsPing: false })),
    ],
    partitions: names.map((name) => ({ name })),
    callingSearchSpaces: [{ name: 'All', partitions: names }],
    routePatterns: [
      ...Array.from({ length: patterns - 1 }, (_, n) => ({ pattern: `8.${String(n).padStart(5, '0')}X!`, partition: names[n % partitions], trunk: trunks > 1 ? `t${n % (trunks - 1)}` : 'carrier', discard: 'preDot' })),
      { pattern: '9.[2-9]XXXXXX', partition: names.at(-1), trunk: 'carrier', discard: 'preDot' },
    ],
  }
}
