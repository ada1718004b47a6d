/** The desk: the command socket, metrics and health; it looks into the store and asks the call process about the moment. */
import { commandSocket } from '../admin/client.ts'
import { runCommand } from '../admin/commands.ts'
import type { LiveAnswer, LiveRequest, TailEvent } from '../admin/live.ts'
import { ask, openPipe, type PipeServer, type Stream } from '../admin/pipe.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { type Exposition, openExposition } from '../ops/exposition.ts'
import type { Reading } from '../ops/reading.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { listenProblem } from '../edge/listen.ts'
import { accountName } from './account.ts'
import { callSocket } from './call.ts'
import type { Busy, Opened, Running } from './child.ts'
import { deskHouse, type DeskHouse } from './house.ts'
import { readSealKey } from './keys.ts'
import { bindingPlan } from './ports.ts'
import { monotonicNow } from './parts.ts'

export type Live = <R extends LiveRequest>(request: R) => Promise<Result<LiveAnswer<R>>>

const answerWithin = 3_000
/** A new picture, listeners, perhaps a certificate. */
const reloadWithin = 30_000

/** Asks the call process over its socket. */
export function liveOver(dataDir: string): Live {
  return async <R extends LiveRequest>(request: R): Promise<Result<LiveAnswer<R>>> => {
    const heard = await ask(callSocket(dataDir), request, request.ask === 'reload' ? reloadWithin : answerWithin)
    if (!heard.ok) return fail(heard.problem)
    const { answer, problems } = heard.value as { answer?: LiveAnswer<R>; problems?: Problem[] }
    return problems?.[0] ? fail(problems[0]) : ok(answer as LiveAnswer<R>)
  }
}

export async function openDesk(dataDir: string, log: Log, live: Live, busy: Busy = () => {}): Promise<Opened> {
  const store = await openStore(dataDir, { create: false, verify: false })
  if (!store.ok) return { ok: false, problem: [store.problem] }
  const key = readSealKey(dataDir)
  if (!key.ok) { await store.value.close(); return { ok: false, problem: [key.problem] } }
  const house = deskHouse({ dataDir, store: store.value, key: key.value, live, log })
  await house.synchronise()
  const opened = await openListeners(dataDir, log, house, busy)
  if (!opened.ok) await store.value.close()
  return opened.ok ? { ok: true, value: running(opened.value, house, store.value) } : opened
}

async function openListeners(dataDir: string, log: Log, house: DeskHouse, busy: Busy): Promise<Result<{ pipe: PipeServer; metrics: Metrics }, Problem[]>> {
  const metrics = newMetrics(house), problems = await metrics.reconcile()
  if (problems.length > 0) return fail(problems)
  house.alsoChanged = () => metrics.reconcile()
  const work = busyWith(busy)
  const pipe = await openPipe({ path: commandSocket(dataDir), maxConnections: 64, handle: (request, stream) => handle(house, log, work, request, stream) })
  if (pipe.ok) return ok({ pipe: pipe.value, metrics })
  await metrics.close()
  return fail([pipe.problem])
}

function running({ pipe, metrics }: { pipe: PipeServer; metrics: Metrics }, house: DeskHouse, store: Store): Running {
  return {
    services: house.ownPorts(),
    stop: async () => {
      await pipe.close()
      await metrics.close()
      await store.close()
      return ok(undefined)
    },
  }
}

interface Metrics { reconcile(): Promise<Problem[]>; close(): Promise<void> }

/** The metrics listener as the configuration wants it; where that cannot be had the former one stays. */
function newMetrics(house: DeskHouse): Metrics {
  let open: Exposition | undefined, standing = ''
  const read = async () => { const reading = await house.live({ ask: 'reading' }); return reading.ok ? reading.value as Reading : undefined }
  const replace = async (next: Exposition | undefined, key: string): Promise<Problem[]> => {
    const former = open
    open = next
    standing = key
    house.bound.splice(0, house.bound.length, ...next ? [{ name: 'metrics', transport: 'tcp', address: next.address, port: next.port, account: accountName() }] : [])
    await former?.close()
    return []
  }
  return {
    reconcile: async () => {
      const plan = bindingPlan(house.doors()), binding = plan.ok ? plan.value.bindings.find((b) => b.name === 'metrics') : undefined
      const key = binding ? `${binding.address} ${binding.port}` : ''
      if (key === standing) return []
      if (!binding) return replace(undefined, key)
      const opened = await openExposition({ address: binding.address, port: binding.port, read, now: monotonicNow })
      return opened.ok ? replace(opened.value, key) : [listenProblem(binding, binding.port, opened.problem)]
    },
    close: async () => { await open?.close() },
  }
}

const followEvery = 250

type Work = <T>(on: string, task: () => Promise<T>) => Promise<T>

/** Busy from the first of several tasks to the last. */
function busyWith(busy: Busy): Work {
  let tasks = 0
  return async (on, task) => {
    if (tasks++ === 0) busy(on)
    try { return await task() } finally { if (--tasks === 0) busy() }
  }
}

async function handle(house: DeskHouse, log: Log, work: Work, request: unknown, stream: Stream): Promise<unknown> {
  const command = commandOf(request), began = performance.now()
  if (command === 'call tail') { follow(house, stream); return undefined }
  const done = await work(command.slice(0, 40), () => runCommand(house, request, (progress) => { stream.send({ progress }) }))
  log.write('info', 'command', { command: command.slice(0, 40), ok: done.ok, milliseconds: Math.round(performance.now() - began), ...(done.ok ? {} : { codes: done.problem.map((p) => p.code).slice(0, 10) }) })
  return done.ok ? { ok: true, answer: done.value } : { ok: false, problems: done.problem }
}

function commandOf(request: unknown): string {
  return typeof request === 'object' && request !== null && 'command' in request && typeof request.command === 'string' ? request.command : ''
}

/** Calls as they happen, until the reader goes: looked for four times a second. */
function follow(house: DeskHouse, stream: Stream): void {
  let after = -1, busy = false
  const look = async (): Promise<void> => {
    if (busy) return
    busy = true
    const heard = await house.live({ ask: 'tail', after })
    busy = false
    if (!heard.ok) return
    for (const event of heard.value.events) stream.send(event satisfies TailEvent)
    after = heard.value.last
  }
  const timer = setInterval(() => { void look() }, followEvery)
  stream.onClose(() => { clearInterval(timer) })
  void look()
}

