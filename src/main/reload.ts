/**
 * A change of the configuration, taken over while calls go on: the new picture grows in slices, listeners are reconciled, and only
 * when all of it works is it used.
 */
import type { LiveAnswers } from '../admin/live.ts'
import { step } from '../calls/exchange.ts'
import { withdraw } from '../calls/locations.ts'
import { located } from '../calls/watching.ts'
import { changed, type StoredObject } from '../directory/changes.ts'
import { growSnapshot, type Snapshot } from '../directory/snapshot.ts'
import { setImmediate } from 'node:timers/promises'
import type { Problem } from '../kit/result.ts'
import { planning } from '../policy/dialling/planOf.ts'
import { defaultLimits } from '../edge/limits.ts'
import { asksCallers, openTls } from './certificates.ts'
import { bindingPlan, callBindings, certificateNames, guardLimits, hasTlsTrunks } from './ports.ts'
import { monotonicNow, type Parts } from './parts.ts'

type Reloaded = LiveAnswers['reload']

/** One after another: a reload that is asked for meanwhile comes next. */
export function reloader(parts: Parts): () => Promise<Reloaded> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const next = last.then(() => reload(parts))
    last = next.catch(() => {})
    return next
  }
}

/** Change sets taken over one by one; over this many the whole configuration is read again. */
const maxSets = 100

async function reload(parts: Parts): Promise<Reloaded> {
  const began = performance.now(), { exchange, prepared, log } = parts
  const next = latest(parts)
  if (next.rev === parts.configuration.rev) return { rev: next.rev, problems: [] }
  const snapshot = await growSnapshot(next.rev, next.objects, prepared.keys.seal)
  for (const _ of planning(snapshot)) await setImmediate()
  const problems = await openFor(parts, snapshot)
  if (problems.length > 0) {
    for (const problem of problems) log.problem('error', problem)
    return { rev: parts.configuration.rev, problems }
  }
  parts.configuration = next
  exchange.snapshot = snapshot
  parts.edge.perform(step(exchange, monotonicNow(), { is: 'wake' }))   // trunks follow at once: destinations are asked, registrations begin
  parts.edge.sift()
  Object.assign(parts.guard.limits, defaultLimits, guardLimits(snapshot))
  await withdrawGone(parts, snapshot)
  log.write('info', 'configuration.changed', { rev: next.rev, milliseconds: Math.round(performance.now() - began) })
  return { rev: next.rev, problems: [] }
}

function latest({ store, configuration: { rev, objects } }: Parts): { rev: number; objects: readonly StoredObject[] } {
  const sets = store.configuration.changesSince(rev, maxSets)
  const to = store.configuration.rev()
  if (to === rev) return { rev, objects }
  if (sets.at(-1)?.rev !== to) return store.configuration.load()
  return { rev: to, objects: sets.reduce<readonly StoredObject[]>((all, one) => changed(all, one.set.changes, one.rev), objects) }
}

/** Certificate, listeners: as the new picture wants them, or as they were. */
async function openFor(parts: Parts, snapshot: Snapshot): Promise<readonly Problem[]> {
  const plan = bindingPlan(snapshot)
  if (!plan.ok) return plan.problem
  const before = parts.exchange.snapshot
  const other = secureAs(before) !== secureAs(snapshot)
  const wrong = other ? await secureFor(parts, snapshot) : []
  if (wrong.length > 0) return wrong
  const problems = await parts.edge.reconcile(callBindings(plan.value))
  return problems.length > 0 && other ? [...problems, ...await secureFor(parts, before)] : problems
}

/** What the TLS contexts are made of. */
function secureAs(snapshot: Snapshot): string { return [snapshot.system.tlsMinVersion, asksCallers(snapshot), hasTlsTrunks(snapshot), ...certificateNames(snapshot)].join() }

/** Contexts anew, for connections to come: what is trusted has changed. */
export async function retrust(parts: Parts): Promise<readonly Problem[]> { return secureFor(parts, parts.exchange.snapshot) }

async function secureFor({ dataDir, edge }: Parts, snapshot: Snapshot): Promise<readonly Problem[]> {
  const tls = await openTls(dataDir, snapshot, monotonicNow())
  if (!tls.ok) return [tls.problem]
  edge.setTls(tls.value.contexts)
  return []
}

/** Registrations of lines that are no more, or that a phone does not carry any more. */
async function withdrawGone({ exchange: x }: Parts, snapshot: Snapshot): Promise<void> {
  let seen = 0
  for (const { line, bindings } of x.locations.places.values()) {
    const gone = new Set(bindings.map((b) => b.phone).filter((phone) => !snapshot.phones.get(phone)?.lines.includes(line)))
    for (const phone of gone) for (const event of withdraw(x.locations, monotonicNow(), line, phone)) located(x, event)
    if (++seen % 1_000 === 0) await setImmediate()
  }
}
