/** The server's certificate: made, renewed in time, given to the listeners without dropping a connection. */
import type { AuthorityState } from '../edge/authority.ts'
import { secureContexts, type TlsContexts } from '../edge/tls.ts'
import type { Snapshot } from '../directory/snapshot.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { trustedFiles } from '../edge/trusted.ts'
import { bindingPlan, certificateNames, hasTlsTrunks } from './ports.ts'
import { pkiDirectory } from './keys.ts'

export interface Tls { readonly contexts: TlsContexts; readonly authority: AuthorityState }

export async function openTls(dataDir: string, snapshot: Snapshot, now: number): Promise<Result<Tls>> {
  const { ensureAuthority, rsaServer } = await import('../edge/authority.ts')
  const directory = pkiDirectory(dataDir)
  const hasTrunks = hasTlsTrunks(snapshot), authority = await ensureAuthority(directory, certificateNames(snapshot), now, hasTrunks)
  if (!authority.ok) return authority
  const contexts = secureContexts(directory, {
    tlsMinVersion: snapshot.system.tlsMinVersion, asksCallers: asksCallers(snapshot),
    ...(hasTrunks ? { rsa: rsaServer, trunkTrustFiles: trustedFiles(directory) } : {}),
  }, now)
  return contexts.ok ? ok({ contexts: contexts.value, authority: authority.value }) : fail(contexts.problem)
}

/**
 * Whether anybody may be known by a certificate: a phone that has nothing else (R239), a proxy by its name (RFC 5923), a trunk on the phones' port.
 * Where nobody is, none is asked for: some phones pass the question on to their user, and wait for the answer.
 */
export function asksCallers(snapshot: Snapshot): boolean {
  const { phones, system } = snapshot, plan = system.trustedProxies.length > 0 ? undefined : bindingPlan(snapshot)
  if (!plan || (plan.ok && plan.value.bindings.some(({ transport, trunks }) => transport === 'tls' && trunks?.only === false))) return true
  for (const { digestUser, address } of phones.values()) if (digestUser === undefined && address === undefined) return true
  return false
}

export interface Renewal { at(): number; close(): void }

const lookAtLeast = 12 * 3_600_000

/** Looks when the certificate is due, and twice a day in any case: a clock may have been wrong. */
export function renewCertificates(first: AuthorityState, again: () => Promise<Result<Tls>>, use: (contexts: TlsContexts) => void, log: Log, now: () => number): Renewal {
  let at = first.renewAt
  let timer: NodeJS.Timeout
  const wait = (): void => { timer = setTimeout(() => { void look() }, Math.min(Math.max(60_000, at - now()), lookAtLeast)).unref() }
  const look = async (): Promise<void> => {
    const renewed = await again()
    if (renewed.ok) {
      at = renewed.value.authority.renewAt
      if (renewed.value.authority.made.length > 0) { use(renewed.value.contexts); log.write('info', 'tls.renewed', { until: new Date(at).toISOString() }) }
      for (const notice of renewed.value.authority.notices) log.problem('warn', notice satisfies Problem)
    } else log.problem('error', renewed.problem)
    wait()
  }
  wait()
  return { at: () => at, close: () => { clearTimeout(timer) } }
}
