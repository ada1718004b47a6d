/** The desk: the command socket, metrics and health; it looks into the store and asks the call process about the moment. */
import { commandSocket } from '../admin/client.ts'
import { runCommand } from '../admin/commands.ts'
import type { LiveAnswer, LiveRequest, TailEvent } from '../admin/live.ts'
import { ask, openPipe, type PipeServer, type Stream } from '../admin/pipe.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { openExposition } from '../ops/exposition.ts'
import type { Reading } from '../ops/reading.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { listenProblem } from '../edge/listen.ts'
import { callSocket } from './call.ts'
import type { Opened, Running } from './child.ts'
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

export async function openDesk(dataDir: string, log: Log, live: Live): Promise<Opened> {
  const store = await openStore(dataDir, { verify: false })
  if (!store.ok) return { ok: false, problem: [store.problem] }
  const key = readSealKey(dataDir)
  if (!key.ok) { await store.value.close(); return { ok: false, problem: [key.problem] } }
  const house = deskHouse({ dataDir, store: store.value, key: key.value, live, log })
  const opened = await openListeners(dataDir, log, house)
  if (!opened.ok) await store.value.close()
  return opened.ok ? { ok: true, value: running(opened.value, house, store.value) } : opened
}

interface Listening { readonly pipe: PipeServer; readonly exposition: Awaited<ReturnType<typeof openMetrics>> }

async function openListeners(dataDir: string, log: Log, house: DeskHouse): Promise<{ ok: true; value: Listening } | { ok: false; problem: Problem[] }> {
  const exposition = await openMetrics(house)
  if (!exposition.ok) return { ok: false, problem: [exposition.problem] }
  const pipe = await openPipe({ path: commandSocket(dataDir), maxConnections: 64, handle: (request, stream) => handle(house, log, request, stream) })
  if (pipe.ok) return { ok: true, value: { pipe: pipe.value, exposition } }
  await exposition.value?.close()
  return { ok: false, problem: [pipe.problem] }
}

function running({ pipe, exposition }: Listening, house: DeskHouse, store: Store): Running {
  return {
    services: house.ownPorts(),
    stop: async () => {
      await pipe.close()
      if (exposition.ok) await exposition.value?.close()
      await store.close()
    },
  }
}

async function openMetrics(house: DeskHouse) {
  const plan = bindingPlan(house.snapshot())
  const binding = plan.ok ? plan.value.bindings.find((b) => b.name === 'metrics') : undefined
  if (!binding) return ok(undefined)
  const read = async () => { const reading = await house.live({ ask: 'reading' }); return reading.ok ? reading.value as Reading : undefined }
  const opened = await openExposition({ address: binding.address, port: binding.port, read, now: monotonicNow })
  if (!opened.ok) return fail(listenProblem(binding, binding.port, opened.problem))
  house.bound.push({ name: 'metrics', transport: 'tcp', address: opened.value.address, port: opened.value.port })
  return ok(opened.value)
}

const followEvery = 250

async function handle(house: DeskHouse, log: Log, request: unknown, stream: Stream): Promise<unknown> {
  const command = commandOf(request), began = performance.now()
  if (command === 'call tail') { follow(house, stream); return undefined }
  const done = await runCommand(house, request)
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

