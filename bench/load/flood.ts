/** A system in a namespace of its own under a flood from forged sources, with calls of known phones going on meanwhile. */
import type { ChildProcess } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calleePort, callerPort, callsWithin, type InDialog, lastsFor } from './inDialog.ts'
import { cpuSeconds, end, family, generatorCore, newFolder, pause, residentBytes, root, run, serverCore } from './process.ts'
import { calleeLine, callerLine, domain } from './site.ts'
import { calleeAddress, callerAddress, openWorld, packetsTo, serverAddress, strangerAddress, type World } from './world.ts'

export interface FloodSetup {
  readonly seconds: number
  /** Loads what `ringfort show firewall` says, with strangers together held to a fifth of what the system can refuse. */
  readonly firewall: boolean
  /** New calls a second of known phones. */
  readonly calls: number
  /** How many times the capacity is sent. */
  readonly times?: number
}

export interface FloodOutcome {
  /** Strangers' requests that the call process answers in a second of CPU. */
  readonly capacity: number
  /** Packets a second that came over the cable. */
  readonly flood: number
  readonly inDialog: InDialog
  /** Octets resident: before, the most in the first and in the last third of the flood. */
  readonly memory: { readonly calm: number; readonly early: number; readonly late: number }
  /** Milliseconds after the flood until a stranger was answered within 100 ms, again and again. */
  readonly recovery: number
  /** Share of a stranger's requests that were answered during the flood. */
  readonly strangers: number
  /** Of one core, by the call process during the flood. */
  readonly cpu: number
}

const site = `system: { domain: ${domain}, listen: ${serverAddress} }
phones:
  - { name: caller, lines: ["${callerLine}"], address: "${callerAddress}:${callerPort}", deviceSecurityMode: nonSecure, mediaSecurity: off }
  - { name: callee, lines: ["${calleeLine}"], address: "${calleeAddress}:${calleePort}", deviceSecurityMode: nonSecure, mediaSecurity: off }
`

interface Flooded { readonly pid: number; firewall(...options: string[]): string; stop(): Promise<void> }

async function start(world: World): Promise<Flooded> {
  const folder = newFolder(), file = join(folder, 'site.yaml'), data = join(folder, 'data'), program = join(root, 'bin/ringfort.mjs')
  writeFileSync(file, site)
  const child = run(serverCore, ...world.atServer(process.execPath, program, 'start', '--json', '--data', data, '--site', file), { stdio: ['ignore', 'pipe', 'ignore'] })
  const [first] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(() => [undefined])]) as [Buffer | undefined]
  if (first === undefined || !first.includes('"ready"')) throw new Error(`ringfort did not start: ${String(first)}`)
  const pid = family(child.pid!).find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('--role\0call'))
  if (pid === undefined) throw new Error('no call process')
  return {
    pid, stop: () => end(child),
    firewall: (...options) => execFileSync(process.execPath, [program, 'show', 'firewall', '--data', data, ...options], { encoding: 'utf8' }),
  }
}

const message = (method: string, extra = ''): string =>
  `${method} sip:${calleeLine}@${domain} SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKflood${method};rport\r\nMax-Forwards: 70\r\nFrom: <sip:mallory@${domain}>;tag=flood\r\n` +
  `To: <sip:${calleeLine}@${domain}>\r\nCall-ID: flood-${method}@198.51.100.7\r\nCSeq: 1 ${method}\r\nContact: <sip:mallory@198.51.100.7>\r\nUser-Agent: Desk 1.0\r\n${extra}Content-Length: 0\r\n\r\n`

/** What the flood is made of: requests that cost most to refuse, one that is answered, and what is not SIP. */
const payloads: readonly string[] = [message('INVITE'), message('REGISTER', 'Expires: 3600\r\n'), message('OPTIONS'), message('SUBSCRIBE', 'Event: presence\r\n'), `\u0001${'x'.repeat(400)}`]

/** More senders than these would only wait for each other. */
const mostSenders = 12

/** One sender after another until they come to `rate` packets a second together; each packet has a source of its own, made up. */
async function flood(world: World, pid: number, rate: number): Promise<ChildProcess[]> {
  const folder = newFolder(), senders = [run(generatorCore, ...world.outside('hping3', '-q', '-S', '-p', '5061', '--rand-source', '-i', 'u1000', serverAddress))]
  for (let came = 0; came < rate && senders.length < mostSenders;) {
    const text = payloads[senders.length % payloads.length]!, file = join(folder, `payload-${senders.length}`), before = packets(pid)
    writeFileSync(file, text, 'latin1')
    senders.push(run(generatorCore, ...world.outside('hping3', '-q', '-2', '-p', '5060', '--rand-source', '-i', 'u20', '-d', String(text.length), '-E', file, serverAddress)))
    await pause(400)
    const settled = packets(pid)
    await pause(300)
    came = senders.length <= payloads.length ? 0 : (packets(pid) - settled) / 0.3     // one of each kind at least
    if (packets(pid) === before) throw new Error('no packet of the flood came')
  }
  return senders
}

const packets = (pid: number): number => packetsTo(pid, (file) => readFileSync(file, 'utf8'))

/** Seconds that the calls begin before the flood. */
const warming = 5

interface Answer { readonly at: number; readonly took: number }

/** A stranger who asks all the time. */
function startProbe(world: World): { answers: Answer[]; stop(): Promise<void> } {
  const child = run(generatorCore, ...world.outside(process.execPath, join(import.meta.dirname, 'probe.ts'), strangerAddress, serverAddress, '5060'), { stdio: ['ignore', 'pipe', 'ignore'] })
  const answers: Answer[] = []
  let rest = ''
  child.stdout!.on('data', (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split('\n')
    rest = lines.pop()!
    for (const line of lines) answers.push(JSON.parse(line) as Answer)
  })
  return { answers, stop: () => end(child) }
}

/** Strangers' requests refused in a second of CPU: half a second of as many as a sender can, from the sources of a flood. */
async function capacityOf(world: World, pid: number): Promise<number> {
  const before = cpuSeconds([pid]), folder = newFolder(), counts = join(folder, 'statistics.csv')
  const sipp = run(generatorCore, ...world.outside('sipp', `${serverAddress}:5060`, '-sf', join(import.meta.dirname, 'scenarios/stranger.xml'), '-i', strangerAddress, '-p', '6100', '-m', '3000', '-r', '1000', '-l', '1000', '-nostdin', '-recv_timeout', '5000', '-trace_stat', '-stf', counts, '-fd', '1'), { cwd: folder })
  await once(sipp, 'exit')
  const lines = readFileSync(counts, 'utf8').trim().split('\n').map((line) => line.split(';')), good = Number(lines.at(-1)![lines[0]!.indexOf('SuccessfulCall(C)')])
  return good / Math.max(0.01, cpuSeconds([pid]) - before)
}

/** Looks at the system once a second until told to stop, which fails where it could not. */
function watch(system: Flooded, world: World, renew: boolean): { resident: number[]; stop(): void } {
  const resident: number[] = []
  let seconds = 0, failure: unknown
  const timer = setInterval(() => {
    try {
      resident.push(residentBytes(system.pid))
      if (renew && ++seconds % 60 === 0) world.load(system.firewall('--known'))
    } catch (error) { failure ??= error }
  }, 1_000)
  return { resident, stop: () => { clearInterval(timer); if (failure !== undefined) throw failure as Error } }
}

export async function runFlood({ seconds, firewall, calls, times = 5 }: FloodSetup): Promise<FloodOutcome> {
  const world = openWorld(), system = await start(world), probe = startProbe(world)
  try {
    const capacity = await capacityOf(world, system.pid)
    if (firewall) world.load(system.firewall('--strangers', String(Math.max(1, Math.round(capacity / 5)))))
    const { done } = await callsWithin(world, calls, seconds + warming)
    await pause(lastsFor / 4)
    const calm = residentBytes(system.pid), senders = await flood(world, system.pid, capacity * times)
    const before = { cpu: cpuSeconds([system.pid]), packets: packets(system.pid) }, began = Date.now(), looking = watch(system, world, firewall)
    await pause(seconds * 1_000)
    const came = packets(system.pid) - before.packets, cpu = cpuSeconds([system.pid]) - before.cpu
    looking.stop()
    await Promise.all(senders.map((child) => end(child)))
    const ended = Date.now()
    const inDialog = await done
    await pause(Math.max(0, 8_000 - (Date.now() - ended)))
    const lasted = (ended - began) / 1_000, third = Math.ceil(looking.resident.length / 3)
    return {
      capacity, flood: came / lasted, inDialog, cpu: cpu / lasted,
      memory: { calm, early: Math.max(...looking.resident.slice(0, third)), late: Math.max(...looking.resident.slice(-third)) },
      recovery: recoveryIn(probe.answers, ended), strangers: probe.answers.filter(({ at }) => at >= began && at < ended).length / (lasted * 10),
    }
  } finally {
    await probe.stop()
    await system.stop()
    world.close()
  }
}

/** From the end of the flood to the first of five requests in a row that were answered within 100 ms. */
function recoveryIn(answers: readonly Answer[], ended: number): number {
  const after = answers.filter(({ at }) => at >= ended - 100).sort((a, b) => a.at - b.at)
  const first = after.findIndex((_, n) => {
    const five = after.slice(n, n + 5)
    return five.length === 5 && five.every(({ took }) => took < 100) && five[4]!.at - five[0]!.at < 800
  })
  return first < 0 ? Number.POSITIVE_INFINITY : Math.max(0, after[first]!.at + after[first]!.took - ended)
}
