/** `ringfort show pending`, and `ringfort apply` without a file: what is saved, and waits to be used. Standards R321–R323 */
import { auditRows } from '../directory/changes.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { Answer, Progress } from './commands.ts'
import { lookAhead, step } from './commit.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'
import { fieldsText, moment, type Table } from './table.ts'
import { type WireRow, wireText } from './wire.ts'

interface Waiting { readonly rows: readonly unknown[]; readonly table: Table; readonly wire: readonly WireRow[]; readonly warnings: readonly Problem[] }

async function waiting(house: House): Promise<Result<Waiting, readonly Problem[]>> {
  const rows = house.waiting().flatMap(({ rev, set }) => auditRows(set, rev))
  const outlook = await lookAhead(house, house.configuration.load().objects, (kind, key, field) => `${kind} ${key}${field === undefined ? '' : `, ${field}`}`)
  if (!outlook.ok) return outlook
  return ok({
    rows, wire: rows.length === 0 ? [] : outlook.value.wire, warnings: outlook.value.warnings,
    table: { columns: ['revision', 'when', 'who', 'how', 'what', 'object', 'fields'], none: 'nothing waits', rows: rows.map((r) => [String(r.rev), moment(r.at), r.by, r.via, r.what, `${r.kind} ${r.key}`.trim(), fieldsText(r.what, r.fields)]) },
  })
}

export async function showPending(house: House): Promise<Result<Answer, readonly Problem[]>> {
  const found = await waiting(house)
  if (!found.ok) return found
  const { rows, table, wire } = found.value
  return ok({ document: { inUse: house.inUse(), saved: house.configuration.load(['system']).rev, pending: rows, wire }, table, note: rows.length === 0 ? undefined : `\`ringfort apply\` takes this over.${wireText(wire)}` })
}

/** What is saved comes into use; where it cannot it goes on waiting, and the system on as it was. */
export async function applySaved(house: House, dryRun: boolean, told: Progress): Promise<Result<Answer, readonly Problem[]>> {
  const found = await waiting(house)
  if (!found.ok) return found
  const { rows, table, wire, warnings } = found.value, isDone = !dryRun && rows.length > 0, from = house.inUse()
  if (isDone) {
    await step(told, 'the system takes it over')
    const problems = await house.changed()
    if (problems.length > 0) return fail([...problems, adminProblem('admin.stillWaiting')])
  }
  const note = rows.length === 0 ? 'Nothing waits.' : isDone ? `In use now: ${rows.length} changes.` : 'Nothing was changed.'
  return ok({ document: { done: isDone, from, revision: house.inUse(), changes: rows, wire }, table, warnings, note: `${note}${wireText(wire)}` })
}
