/** `ringfort apply`, `export`, `undo`: the configuration as a whole. */
import { setImmediate } from 'node:timers/promises'
import { type ChangeSet, inverse, type StoredObject } from '../directory/changes.ts'
import { exportPlain, exportSite } from '../directory/export.ts'
import { carryOut, plan, type Plan, type PlanField, type PlanStep } from '../directory/plan.ts'
import { readSite, type Site } from '../directory/site.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Answer, Command, Options, Progress } from './commands.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'
import type { Table } from './table.ts'

export const configureCommands: readonly Command[] = [
  { name: 'apply', about: 'Makes the system what a site file says; prints the plan and does it.', who: 'owner',
    options: [{ name: 'file', about: 'Site file.', takes: 'file', required: true, positional: true }, { name: 'dry-run', about: 'Only say what would be done.', takes: 'nothing' }], run: apply },
  { name: 'export', about: 'The whole configuration as a site file, secrets left out.', who: 'owner', options: [],
    run: async (house) => { const { objects } = house.configuration.load(); return ok({ document: exportPlain(objects), text: exportSite(objects) }) } },
  { name: 'undo', about: 'Takes back what one audit row (and all of its revision) did.', who: 'owner',
    options: [{ name: 'id', about: 'Id of the audit row.', takes: 'number', required: true, positional: true }, { name: 'reason', about: 'Why.', takes: 'text' }], run: undo },
]

async function apply(house: House, options: Options, told: Progress): Promise<Result<Answer, Problem | readonly Problem[]>> {
  await step(told, 'reading the file')
  const { rev, objects } = house.configuration.load()
  const site = readSite(String(options.text ?? ''), String(options.file ?? 'site file'), { current: objects, serviceNames: house.serviceNames })
  if (!site.ok) return site
  await step(told, 'comparing it with what is stored')
  const planned = plan(objects, site.value, house.key)
  const ports = house.checkPorts(after(objects, planned))
  if (ports.problems.length > 0) return fail(ports.problems)
  const warnings = [...site.value.warnings.filter(isNew), ...ports.warnings]
  if (options['dry-run'] === true || planned.steps.length === 0) return ok(planAnswer(planned, site.value, rev, false, warnings))
  const set = await carryOut(planned, house.key, { by: 'owner', at: house.now(), via: 'apply' }, (count) => { told(`sealing secrets: ${count} of ${planned.work.length} objects`) })
  const done = await commit(house, set, rev, told)
  return done.ok ? ok(planAnswer(planned, site.value, done.value, true, warnings)) : done
}

/** Said, and then whoever else waits has a turn: what follows may take seconds with 100,000 users. */
async function step(told: Progress, words: string): Promise<void> {
  told(words)
  await setImmediate()
}

/** About what the file says itself: of what was stored before it was told then. */
function isNew({ code, where = '' }: Problem): boolean { return code !== 'site.more' && !where.includes('(stored: ') }

/** The objects as they will be, secrets not sealed yet: enough to look at ports. */
function after(current: readonly StoredObject[], { work }: Plan): StoredObject[] {
  const changed = new Map(work.map((one) => [`${one.kind}/${one.key}`, one]))
  const kept = current.filter((o) => !changed.has(`${o.kind}/${o.key}`))
  return [...kept, ...work.flatMap((one) => one.after && (one.kind === 'system' || one.kind === 'service') ? [{ kind: one.kind, key: one.key, rev: 0, body: one.after as StoredObject['body'] }] : [])]
}

/** Written, then taken over by every process; what cannot be used is taken back, so that nothing is different. */
async function commit(house: House, set: ChangeSet, rev: number, told: Progress): Promise<Result<number, Problem | readonly Problem[]>> {
  await step(told, `writing ${set.changes.length} changes`)
  const written = house.configuration.apply(set, rev)
  if (!written.ok) return written
  await step(told, 'the system takes it over')
  const problems = await house.changed()
  if (problems.length === 0) return ok(written.value.rev)
  const back = house.configuration.apply(inverse(set, written.value.rev, 'system', house.now(), problems[0]?.text), written.value.rev)
  if (!back.ok) return fail([...problems, back.problem])
  const left = await house.changed()
  return fail([...problems, adminProblem('admin.takenBack'), ...left])
}

function planAnswer(planned: Plan, site: Site, rev: number, done: boolean, warnings: readonly Problem[]): Answer {
  const { steps, unchanged, hashes, hashMillis } = planned
  const count = (what: string) => steps.filter((step) => step.what === what).length
  const sum = `${count('create')} created, ${count('change')} changed, ${count('delete')} deleted, ${unchanged} unchanged`
  const slow = !done && hashMillis > 1_000 ? ` Hashing ${hashes} passwords takes about ${Math.ceil(hashMillis / 1_000)} s.` : ''
  return {
    document: { done, revision: rev, file: site.fileName, steps, unchanged, warnings },
    table: planTable(planned), warnings,
    note: `${done || steps.length === 0 ? `${sum}; revision ${rev}.` : `Would be: ${sum}. Nothing was changed.`}${slow}`,
  }
}

function planTable({ steps }: Plan): Table {
  return { columns: ['what', 'object', 'fields'], none: 'nothing to do', rows: steps.map((step) => [step.what, `${step.kind} ${step.key}`.trim(), fieldsText(step)]) }
}

function fieldsText({ what, fields }: PlanStep): string {
  const text = (value: unknown) => value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value)
  const words = ({ field, before, after: now, isDefault }: PlanField) => what === 'create' ? `${field}: ${text(now)}` : `${field}: ${text(before)} → ${text(now)}${isDefault ? ' (the default)' : ''}`
  return what === 'delete' ? '' : fields.map(words).join(', ')
}

async function undo(house: House, { id, reason }: Options, told: Progress): Promise<Result<Answer, Problem | readonly Problem[]>> {
  const undone = Number(id), set = Number.isInteger(undone) ? house.configuration.changeSet(undone) : undefined
  if (!set) return fail(adminProblem('admin.notFound', 'undo', String(id).slice(0, 20), 'See `ringfort show audit` for the ids.'))
  const own = set.changes.find(({ before, system }) => system && before === undefined)
  if (own) return fail(adminProblem('admin.ownObject', `${own.kind} ${own.key}`))
  const { rev } = house.configuration.load()
  const back = inverse(set, undone, 'owner', house.now(), typeof reason === 'string' ? reason.slice(0, 200) : undefined)
  const done = await commit(house, back, rev, told)
  if (!done.ok) return done
  const rows = back.changes.map((c) => [c.before === undefined ? 'create' : c.after === undefined ? 'delete' : 'change', `${c.kind} ${c.key}`.trim()])
  return ok({
    document: { done: true, undoes: undone, revision: done.value, changes: rows.map(([what, object]) => ({ what, object })) },
    table: { columns: ['what', 'object'], rows }, note: `Revision ${undone} was taken back; this is revision ${done.value}.`,
  })
}
