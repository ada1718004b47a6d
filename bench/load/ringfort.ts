/** The system under test as an administrator starts it: launcher, call process and desk; what is counted is the call process. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpuSeconds, end, family, freePorts, newFolder, residentBytes, root, run, serverCore } from './process.ts'
import { siteOf, type SiteSetup } from './site.ts'

export interface Ringfort {
  readonly name: string
  readonly port: number
  readonly tlsPort: number
  readonly dataDir: string
  readonly pid: number
  readonly cpu: () => number
  resident(): number
  metric(name: string): Promise<number>
  stop(): Promise<void>
}

export async function prepareSite(setup: Omit<SiteSetup, 'ports'>): Promise<{ ports: SiteSetup['ports']; dataDir: string; site: string }> {
  const [sip, tls, wss, metrics] = await freePorts(4) as [number, number, number, number]
  const ports = { sip, tls, wss, metrics }, folder = newFolder(), site = join(folder, 'site.yaml')
  writeFileSync(site, siteOf({ ports, ...setup }))
  return { ports, dataDir: join(folder, 'data'), site }
}

export async function startRingfort(setup: Omit<SiteSetup, 'ports'>): Promise<Ringfort> {
  const { ports, dataDir, site } = await prepareSite(setup)
  const child = run(serverCore, process.execPath, [join(root, 'bin/ringfort.mjs'), 'start', '--json', '--data', dataDir, '--site', site], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr!.on('data', (bytes: Buffer) => { said = (said + bytes.toString()).slice(-2_000) })
  const [first] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(() => [undefined])]) as [Buffer | undefined]
  if (first === undefined) throw new Error(`ringfort did not start: ${said}`)
  const pid = family(child.pid!).find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('--role\0call'))
  if (pid === undefined) throw new Error('no call process')
  return {
    name: 'Ringfort', port: ports.sip, tlsPort: ports.tls, dataDir, pid,
    cpu: () => cpuSeconds([pid]), resident: () => residentBytes(pid),
    metric: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()
      const line = text.split('\n').find((one) => one.startsWith(`${name} `))
      if (line === undefined) throw new Error(`no metric ${name}`)
      return Number(line.slice(name.length + 1))
    },
    stop: () => end(child),
  }
}
