/** Site files for benches: two phones known by their address for SIPp, phones with certificates for TLS, and as many with digest as wanted. */
export interface SiteSetup {
  readonly ports: { readonly sip: number; readonly tls: number; readonly wss: number; readonly metrics: number }
  /** Where SIPp calls from and where it is called. */
  readonly caller?: number | undefined
  readonly callee?: number | undefined
  /** Users with a phone each that has digest credentials. */
  readonly users?: number | undefined
  /** Phones that show a certificate. */
  readonly certified?: readonly { readonly name: string; readonly number: string; readonly mediaSecurity: 'off' | 'required' }[] | undefined
}

export const domain = 'bench.test'
export const callerLine = '2001', calleeLine = '2002'
export const numberOf = (user: number): string => String(1_000_000 + user)
export const passwordOf = (user: number): string => `pass-word-u${user}`

/** A site file may have 16 MiB, which is 100,000 users without the quotes that YAML can do without. */
export function siteOf({ ports, caller, callee, users = 0, certified = [] }: SiteSetup): string {
  const fixed = [[callerLine, caller], [calleeLine, callee]] as const
  const phones = [
    ...fixed.flatMap(([number, port]) => port === undefined ? [] : [{ name: `sipp-${number}`, lines: [number], address: `127.0.0.1:${port}`, deviceSecurityMode: 'nonSecure', mediaSecurity: 'off' }]),
    ...certified.map(({ name, number, mediaSecurity }) => ({ name, lines: [number], mediaSecurity })),
    ...Array.from({ length: users }, (_, n) => ({ name: `p${n}`, user: `u${n}`, digest: { user: `u${n}`, password: passwordOf(n) }, deviceSecurityMode: 'nonSecure', mediaSecurity: 'off' })),
  ]
  const services = { 'sip-udp': { port: ports.sip }, 'sip-tcp': { port: ports.sip }, 'sip-tls': { port: ports.tls }, 'sip-wss': { port: ports.wss }, metrics: { port: ports.metrics } }
  const text = JSON.stringify({ system: { domain, listen: '127.0.0.1' }, services, users: Array.from({ length: users }, (_, n) => ({ userId: `u${n}`, extension: numberOf(n) })), phones })
  return text.replace(/"([a-z][\w-]*)":/gi, '$1: ').replace(/"([a-z][\w-]*)"/gi, '$1')
}

/** SIPp's file of users: number, and the credentials as its own keyword. */
export function usersCsv(users: number): string {
  return `SEQUENTIAL\n${Array.from({ length: users }, (_, n) => `${numberOf(n)};[authentication username=u${n} password=${passwordOf(n)}]`).join('\n')}\n`
}
