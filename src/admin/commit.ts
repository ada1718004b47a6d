/**
 * The way of every change from a command to the wire: looked at as a whole, written, taken over; what cannot be used is taken back.
 *
 * Standards  R321–R323: what is saved waits until it is applied; while something waits, every other change waits with it
 */
import { setImmediate } from 'node:timers/promises'
import { changed, type ChangeSet, inverse, type StoredObject } from '../directory/changes.ts'
import { growSnapshot } from '../directory/snapshot.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { review, type ReviewFinding } from '../policy/review.ts'
import type { Answer, Progress } from './commands.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'
import { type WireRow, wirePlan, wireText } from './wire.ts'

/** What a configuration would be: its warnings, and what it does on the wire beside the one in use. */
export interface Outlook { readonly warnings: readonly Problem[]; readonly wire: readonly WireRow[] }

/** Where an object stands in what the reader knows: a line of a file, else its name. */
export type Place = (kind: StoredObject['kind'], key: string, field: string | undefined) => string | undefined

/** Looked at as it will be, before anything is written. Secrets need not be sealed yet. */
export async function lookAhead(house: House, objects: readonly StoredObject[], place: Place): Promise<Result<Outlook, readonly Problem[]>> {
  const snapshot = await growSnapshot(0, objects, house.key), { errors, warnings } = review(snapshot, { now: house.now(), portRows: house.occupied(snapshot) })
  const told = (items: readonly ReviewFinding[]): Problem[] => items.map(({ kind, key, field, code, text, remedy }) => ({ code, text, where: place(kind, key, field), remedy }))
  if (errors.length > 0) return fail(told(errors))
  const ports = house.checkPorts(objects)
  if (ports.problems.length > 0) return fail(ports.problems)
  return ok({ warnings: [...told(warnings), ...ports.warnings], wire: wirePlan(house.doors(), snapshot) })
}

/** Said, and then whoever else waits has a turn: what follows may take seconds with 100,000 users. */
export async function step(told: Progress, words: string): Promise<void> {
  told(words)
  await setImmediate()
}

/** Written and left to wait. */
export async function save(house: House, set: ChangeSet, rev: number, told: Progress): Promise<Result<number, readonly Problem[]>> {
  await step(told, `writing ${set.changes.length} changes`)
  const written = house.configuration.apply(set, rev)
  return written.ok ? ok(written.value.rev) : fail([written.problem])
}

/** Written, then taken over by every process; what cannot be used is taken back, so that nothing is different. */
export async function commit(house: House, set: ChangeSet, rev: number, told: Progress): Promise<Result<number, readonly Problem[]>> {
  const written = await save(house, set, rev, told)
  if (!written.ok) return written
  await step(told, 'the system takes it over')
  const problems = await house.changed()
  if (problems.length === 0) return written
  const back = house.configuration.apply(inverse(set, written.value, 'system', house.now(), problems[0]?.text), written.value)
  if (!back.ok) return fail([...problems, back.problem])
  const left = await house.changed()
  return fail([...problems, adminProblem('admin.takenBack'), ...left])
}

/** A change that nobody gave a file for: undo, rename, copy. It waits where something waits already. */
export async function change(house: House, set: ChangeSet, told: Progress, words: string): Promise<Result<Answer, readonly Problem[]>> {
  const { rev, objects } = house.configuration.load(), waits = house.waiting().length > 0
  const outlook = await lookAhead(house, changed(objects, set.changes), (kind, key, field) => `${kind} ${key}${field === undefined ? '' : `, ${field}`}`)
  if (!outlook.ok) return outlook
  const done = await (waits ? save : commit)(house, set, rev, told)
  if (!done.ok) return done
  const rows = set.changes.map((c) => [c.before === undefined ? 'create' : c.after === undefined ? 'delete' : 'change', `${c.kind} ${c.key}`.trim()])
  const { wire } = outlook.value
  return ok({
    document: { done: !waits, saved: waits, ...(set.undoes === undefined ? {} : { undoes: set.undoes }), revision: done.value, changes: rows.map(([what, object]) => ({ what, object })), wire },
    table: { columns: ['what', 'object'], rows },
    note: `${words}; this is revision ${done.value}.${wireText(wire)}${waits ? ' It waits with what was saved before: see `ringfort show pending`, then `ringfort apply`.' : ''}`,
  })
}
