/** Calls between phones on persistent TLS connections, identified by their certificates. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { issue, writeIssued } from '../src/edge/authority.ts'
import type { Bench, Figure } from './figure.ts'
import { hasKamailio, startKamailio } from './load/kamailio.ts'
import { newFolder } from './load/process.ts'
import { startRingfort } from './load/ringfort.ts'
import { alternate, compared, type Contender } from './load/rounds.ts'
import { domain } from './load/site.ts'
import type { Line, PhonesSetup } from './load/tlsPhones.ts'

const phones = 16, count = 4_000, rate = 400

type Certified = Line & { readonly name: string }

async function certificateFor(pki: string, name: string, kind: 'device' | 'peer'): Promise<{ cert: string; key: string }> {
  const issued = await issue(pki, name, kind, Date.now())
  if (!issued.ok) throw new Error(issued.problem.text)
  const folder = newFolder(), written = writeIssued(folder, name, issued.value)
  if (!written.ok) throw new Error(written.problem.text)
  const [key = '', cert = ''] = written.value
  return { cert, key }
}

/** A generator with its phones connected and registered. */
async function generator(setup: PhonesSetup): Promise<{ work: Contender['work']; stop: () => void }> {
  const child = fork(join(import.meta.dirname, 'load/tlsPhones.ts'), { execArgv: [] })
  child.send(setup)
  const stop = (): void => { child.kill('SIGKILL') }
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]) as [unknown]
  if (said !== 'ready') throw new Error('the phones could not register over TLS')
  return { stop, work: async () => { child.send({ count, rate }); const [done] = await once(child, 'message') as [{ good: number; failed: number }]; return done } }
}

async function measured(what: string, srtp: boolean, withPeer: boolean, aim: number): Promise<Figure> {
  const mediaSecurity = srtp ? 'required' as const : 'off' as const
  const named = Array.from({ length: 2 * phones }, (_, n) => ({ name: `tls-${n}`, number: String(4_000 + n), mediaSecurity }))
  const ours = await startRingfort({ certified: named }), pki = join(ours.dataDir, 'pki')
  const lines: Certified[] = await Promise.all(named.map(async ({ name, number }) => ({ name, number, ...await certificateFor(pki, name, 'device') })))
  const kamailio = withPeer && hasKamailio() ? await startKamailio({ certificate: await certificateFor(pki, domain, 'peer') }) : undefined
  const systems = [ours, ...kamailio ? [kamailio] : []], generators: Awaited<ReturnType<typeof generator>>[] = []
  for (const { tlsPort } of systems) generators.push(await generator({ port: tlsPort, domain, secure: srtp, callers: lines.slice(0, phones), callees: lines.slice(phones) }))
  const contenders = systems.map(({ name, cpu }, n) => ({ name, cpu, work: generators[n]!.work }))
  const figure = compared(what, 'calls per CPU second', contenders, await alternate(contenders), aim)
  for (const one of generators) one.stop()
  for (const system of systems) await system.stop()
  return figure
}

export const secure: Bench = {
  name: 'secure',
  what: `The same call over TLS 1.3 on both legs: ${phones} phones call ${phones} others, each on one connection with its own certificate, ${rate} calls a second, ${count.toLocaleString('en')} a round; the phones are bench/load/tlsPhones.ts. CPU as for calls.`,
  run: async () => [
    await measured('calls, TLS to TLS', false, true, 1_800),
    await measured('calls, TLS to TLS, SRTP keys offered and required', true, false, 1_800),
  ],
}
