/**
 * One whole system in one process: data directory, store, picture, door, exchange, writer, timers.
 *
 * Security   opened all or not at all; every problem is a value with a remedy; what fails later is told and never stops a call
 */
import type { BoundPort, LiveAnswers } from '../admin/live.ts'
import { newExchange, type Exchange, step } from '../calls/exchange.ts'
import { restore } from '../calls/locations.ts'
import type { CallRecord } from '../calls/records.ts'
import type { Edge } from '../edge/drive.ts'
import { openEdge } from '../edge/drive.ts'
import { newGuard } from '../edge/guard.ts'
import type { GuardLimits } from '../edge/limits.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import { planOf } from '../policy/dialling/planOf.ts'
import type { Reading } from '../ops/reading.ts'
import { openWriter } from '../store/writer.ts'
import { type Account, bindThenDrop } from './account.ts'
import { hearWriter, writeBehind } from './behind.ts'
import { openTls, renewCertificates, type Tls } from './certificates.ts'
import { engineOf, type Octets } from './engine.ts'
import { watchIntegrity } from './integrity.ts'
import { bindingPlan, callBindings, guardLimits, localName, ownNames } from './ports.ts'
import { mainProblem } from './problems.ts'
import { prepare, type Prepared } from './prepare.ts'
import { newRandom } from './random.ts'
import { monotonicNow, newGauge, type Parts } from './parts.ts'
import { readingOf } from './reading.ts'
import { reloader, retrust } from './reload.ts'
import type { SiteSource } from './siteFile.ts'
import { stopSystem } from './stop.ts'
import { newTail, type Tail } from './tail.ts'
import { welcomer } from './welcome.ts'

export interface SystemOptions {
  readonly dataDir: string
  /** Applied before anything listens. */
  readonly site?: SiteSource | undefined
  readonly log: Log
  /** Hears every record of a call that has ended. */
  readonly ended?: ((record: CallRecord) => void) | undefined
  readonly verify?: boolean | undefined
  /** Started as root: whom it works as once its ports are bound. */
  readonly account?: Account | undefined
}

export interface System {
  readonly exchange: Exchange
  readonly tail: Tail
  /** Epoch ms that never jump: the start's wall clock and a monotonic one since. */
  now(): number
  bound(): BoundPort[]
  /** Bounds of the door that are in force. */
  limits(): Readonly<GuardLimits>
  reading(): Reading
  /** Takes over what was written to the store. */
  reload(): Promise<LiveAnswers['reload']>
  /** Reads again whom it trusts. */
  retrust(): Promise<readonly Problem[]>
  /** Ends calls, registers nothing more, puts everything on the disk; the problem says what is not. */
  stop(): Promise<Result<void>>
}

export async function openSystem(options: SystemOptions): Promise<Result<System, readonly Problem[]>> {
  const prepared = await prepare({ ...options, now: monotonicNow() })
  if (!prepared.ok) return prepared
  const opened = await openOn(options, prepared.value)
  if (!opened.ok) { prepared.value.takeBack(); await prepared.value.store.close() }
  else for (const warning of prepared.value.warnings) options.log.problem('warn', warning)
  return opened
}

async function openOn(options: SystemOptions, prepared: Prepared): Promise<Result<System, readonly Problem[]>> {
  const { dataDir, log } = options, { snapshot } = prepared
  const plan = bindingPlan(snapshot)
  if (!plan.ok) return fail(plan.problem)
  for (const warning of plan.value.warnings) log.problem('warn', warning)
  if (snapshot.system.weakSecrets === 'warn') log.problem('warn', mainProblem('main.weakSecrets', 'system.weakSecrets'))
  planOf(snapshot)                                     // made before anybody dials: that of 10,000 patterns takes a third of a second
  const tls = await openTls(dataDir, snapshot, monotonicNow())
  if (!tls.ok) return fail([tls.problem])
  for (const notice of tls.value.authority.notices) log.problem('warn', notice)
  const restored = await prepared.store.registrations.live(monotonicNow())
  if (!restored.ok) return fail([restored.problem])
  return openDoor(options, prepared, tls.value, callBindings(plan.value), restored.value)
}

async function openDoor(options: SystemOptions, prepared: Prepared, tls: Tls, services: ReturnType<typeof callBindings>, rows: Parameters<typeof restore>[2]): Promise<Result<System, readonly Problem[]>> {
  const { dataDir, log } = options, { snapshot, keys } = prepared
  let edge: Edge | undefined
  const guard = newGuard(guardLimits(snapshot)), tail = newTail(options.ended), octets: Octets = { in: 0, out: 0 }
  const exchange = newExchange({
    now: monotonicNow(), random: newRandom(), snapshot, nonceKey: keys.nonce, names: ownNames(snapshot),
    local: localName(() => exchange.snapshot, () => edge?.localAddresses() ?? {}),
  })
  const back = restore(exchange.locations, monotonicNow(), rows)
  if (back.restored + back.refused > 0) log.write('info', 'registrations.restored', back)
  const writer = openWriter(dataDir, hearWriter(() => exchange.locations, log))
  const opened = await bindThenDrop(options.account, () => openEdge({
    services, tls: tls.contexts, welcome: welcomer(exchange), guard, engine: engineOf({ exchange, guard, writer, log, tail, octets }), now: monotonicNow,
    log: (level, problem) => { if (level === 'error') log.problem(level, problem); else log.stranger(problem.where ?? '', level, problem.code, { text: problem.text }) },
  }))
  if (!opened.ok) { await writer.close(); return fail(opened.problem) }
  edge = opened.value
  edge.perform(step(exchange, monotonicNow(), { is: 'wake' }))   // trunks begin
  const renewal = renewCertificates(tls.authority, () => openTls(dataDir, exchange.snapshot, monotonicNow()), (contexts) => { edge?.setTls(contexts) }, log, monotonicNow)
  const parts: Parts = {
    dataDir, log, store: prepared.store, prepared, exchange, guard, edge, writer, behind: writeBehind(exchange.locations, writer), renewal, tail, octets, gauge: newGauge(), integrity: watchIntegrity(dataDir, log),
    configuration: { rev: prepared.rev, objects: prepared.objects },
  }
  log.write('info', 'system.open', { rev: prepared.rev, services: opened.value.bound().length })
  return ok(systemOf(parts))
}

function systemOf(parts: Parts): System {
  const { exchange, tail, edge, guard } = parts
  const reload = reloader(parts)
  return {
    exchange, tail, now: monotonicNow, bound: () => edge.bound(), limits: () => guard.limits, reading: () => readingOf(parts), reload, retrust: () => retrust(parts), stop: () => stopSystem(parts),
  }
}
