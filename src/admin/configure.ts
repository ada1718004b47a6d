/** `ringfort apply`, `export`, `undo`: the configuration as a whole. */
import { changed, inverse } from '../directory/changes.ts'
import { exportPlain, exportSite } from '../directory/export.ts'
import { carryOut, plan, type Plan, unsealed } from '../directory/plan.ts'
import { readSite, type Site } from '../directory/site.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Answer, Command, Options, Progress } from './commands.ts'
import { change, commit, lookAhead, type Outlook, save, step } from './commit.ts'
import type { House } from './house.ts'
import { applySaved } from './pending.ts'
import { adminProblem } from './problems.ts'
import { fieldsText, type Table } from './table.ts'
import { wireText } from './wire.ts'

export const configureCommands: readonly Command[] = [
  { name: 'apply', about: 'Makes the system what a site file says; prints the plan and does it. Without a file: what was saved comes into use.', who: 'owner',
    options: [{ name: 'file', about: 'Site file.', takes: 'file', positional: true }, { name: 'dry-run', about: 'Only say what would be done.', takes: 'nothing' }, { name: 'save', about: 'Write it, and leave the running system as it is.', takes: 'nothing' }], run: apply },
  { name: 'export', about: 'The whole configuration as a site file, secrets left out.', who: 'owner', options: [],
    run: async (house) => { const { objects } = house.configuration.load(); return ok({ document: exportPlain(objects), text: exportSite(objects) }) } },
  { name: 'undo', about: 'Takes back what one audit row (and all of its revision) did.', who: 'owner',
    options: [{ name: 'id', about: 'Id of the audit row.', takes: 'number', required: true, positional: true }, { name: 'reason', about: 'Why.', takes: 'text' }], run: undo },
]

async function apply(house: House, options: Options, told: Progress): Promise<Result<Answer, Problem | readonly Problem[]>> {
  const dryRun = options['dry-run'] === true, saved = options.save === true
  if (options.text === undefined) return saved ? fail(adminProblem('admin.option', 'save', 'it needs a file')) : applySaved(house, dryRun, told)
  await step(told, 'reading the file')
  const { rev, objects } = house.configuration.load()
  const site = readSite(String(options.text), String(options.file ?? 'site file'), { current: objects, serviceNames: house.serviceNames })
  if (!site.ok) return site
  await step(told, 'comparing it with what is stored')
  const planned = plan(objects, site.value, house.key)
  const outlook = await lookAhead(house, changed(objects, unsealed(planned)), site.value.placeOf)
  if (!outlook.ok) return outlook
  const found: Outlook = { wire: outlook.value.wire, warnings: [...site.value.warnings, ...outlook.value.warnings].filter(isNew) }
  if (dryRun) return ok(planAnswer(planned, site.value, rev, 'dry', found))
  const done = planned.steps.length === 0 ? await takeWaiting(house, rev, saved) : await write(house, planned, rev, saved, told)
  return done.ok ? ok(planAnswer(planned, site.value, done.value, saved ? 'saved' : 'done', found)) : done
}

async function write(house: House, planned: Plan, rev: number, saved: boolean, told: Progress): Promise<Result<number, readonly Problem[]>> {
  const set = await carryOut(planned, house.key, { by: 'owner', at: house.now(), via: saved ? 'save' : 'apply' }, (count) => { told(`sealing secrets: ${count} of ${planned.work.length} objects`) })
  return (saved ? save : commit)(house, set, rev, told)
}

/** The file is what is stored already; what of that still waits comes into use. */
async function takeWaiting(house: House, rev: number, saved: boolean): Promise<Result<number, readonly Problem[]>> {
  const problems = saved || house.waiting().length === 0 ? [] : await house.changed()
  return problems.length === 0 ? ok(rev) : fail(problems)
}

/** About what the file says itself: of what was stored before it was told then. */
function isNew({ code, where = '' }: Problem): boolean { return code !== 'site.more' && !where.includes('(stored: ') }

function planAnswer(planned: Plan, site: Site, rev: number, how: 'dry' | 'saved' | 'done', { warnings, wire }: Outlook): Answer {
  const { steps, unchanged, hashes, hashMillis } = planned, isDry = how === 'dry', isDone = how === 'done' && steps.length > 0
  const count = (what: string) => steps.filter((step) => step.what === what).length
  const sum = `${count('create')} created, ${count('change')} changed, ${count('delete')} deleted, ${unchanged} unchanged`
  const slow = isDry && hashMillis > 1_000 ? ` Hashing ${hashes} passwords takes about ${Math.ceil(hashMillis / 1_000)} s.` : ''
  const waits = how === 'saved' && steps.length > 0 ? ' It waits: `ringfort show pending` lists it, `ringfort apply` takes it over.' : ''
  return {
    document: { done: isDone, saved: waits !== '', revision: rev, file: site.fileName, steps, unchanged, warnings, wire },
    table: planTable(planned), warnings,
    note: `${isDry && steps.length > 0 ? `Would be: ${sum}. Nothing was changed.` : `${sum}; revision ${rev}.`}${slow}${waits}${wireText(wire)}`,
  }
}

function planTable({ steps }: Plan): Table {
  return { columns: ['what', 'object', 'fields'], none: 'nothing to do', rows: steps.map(({ what, kind, key, fields }) => [what, `${kind} ${key}`.trim(), fieldsText(what, fields)]) }
}

async function undo(house: House, { id, reason }: Options, told: Progress): Promise<Result<Answer, Problem | readonly Problem[]>> {
  const undone = Number(id), set = Number.isInteger(undone) ? house.configuration.changeSet(undone) : undefined
  if (!set) return fail(adminProblem('admin.notFound', 'undo', String(id).slice(0, 20), 'See `ringfort show audit` for the ids.'))
  const own = set.changes.find(({ before, system }) => system && before === undefined)
  if (own && set.by === 'system') return fail(adminProblem('admin.ownObject', `${own.kind} ${own.key}`))
  const back = inverse(set, undone, 'owner', house.now(), typeof reason === 'string' ? reason.slice(0, 200) : undefined)
  return change(house, back, told, `Revision ${undone} was taken back`)
}
