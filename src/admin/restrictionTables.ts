/** `ringfort show restriction-tables` and the wizard that writes the system's own tables for a site's codes and prefixes. Standards R127–R130 */
import type { Body, StoredObject } from '../directory/changes.ts'
import { exportPlain } from '../directory/export.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type DialCodes, tablesFor } from '../policy/restriction/shipped.ts'
import { review } from '../policy/review.ts'
import type { Answer, Command, Options, Progress } from './commands.ts'
import { configureCommands } from './configure.ts'
import type { House } from './house.ts'

export const restrictionCommands: readonly Command[] = [
  { name: 'show restriction-tables', about: 'Restriction tables row by row, who uses each, and what lets the international operator through.', who: 'owner', options: [], run: show },
  { name: 'restriction-tables', about: 'Rewrites the tables that came with the system for the trunk codes and international prefixes of the site.', who: 'owner', options: [
    { name: 'codes', about: 'What takes a trunk, with commas between: 9,99.', takes: 'text', required: true }, { name: 'prefixes', about: 'What reaches the international operator behind it: 00 or 011.', takes: 'text', required: true },
    { name: 'long-distance', about: 'Digit before a long-distance number, where there is one.', takes: 'text' }, { name: 'dry-run', about: 'Only say what would be done.', takes: 'nothing' },
  ], run: rewrite },
]

async function show(house: House): Promise<Result<Answer>> {
  const snapshot = house.snapshot(), { tollControl } = snapshot, findings = review(snapshot, { now: house.now() }).warnings.filter(({ kind }) => kind === 'restrictionTable')
  const usersOf = (name: string): string[] => [
    ...[...snapshot.classesOfService.values()].flatMap((service) => (['transferTable', 'outdialTable', 'faxTable'] as const).flatMap((field) => service[field] === name ? [`classesOfService[${service.name}].${field}`] : [])),
    ...(['systemTransferTable', 'alternateExtensionTable'] as const).flatMap((field) => tollControl[field] === name ? [`tollControl.${field}`] : []),
  ]
  const tables = [...snapshot.restrictionTables.values()].map((table) => ({ ...table, usedBy: usersOf(table.name), findings: findings.filter(({ key }) => key === table.name).map(({ field, text }) => ({ field, text })) }))
  return ok({
    document: { tables },
    table: { columns: ['table', 'row', 'pattern', 'blocked', 'used by'], rows: tables.flatMap(({ name, patterns, usedBy }) => patterns.map(({ pattern, blocked }, row) => [row === 0 ? name : '', String(row), pattern, blocked ? 'blocked' : 'allowed', row === 0 ? usedBy.join(', ') || '-' : ''])) },
    note: findings.length === 0 ? 'No table lets the international operator through.' : findings.map(({ text }) => text).join('\n'),
  })
}

const apply = configureCommands.find(({ name }) => name === 'apply')!

/** By the road of every other change, so it is checked, audited and can be taken back. */
async function rewrite(house: House, options: Options, told: Progress): Promise<Result<Answer, Problem | readonly Problem[]>> {
  const codes: DialCodes = { codes: listOf(options.codes), international: listOf(options.prefixes), ...(typeof options['long-distance'] === 'string' ? { longDistance: options['long-distance'] } : {}) }
  const tables = tablesFor(codes)
  if (!tables.ok) return fail(tables.problem)
  const { objects } = house.configuration.load(), plain = exportPlain(objects), own = new Set(objects.flatMap(({ kind, key, system }) => kind === 'restrictionTable' && system ? [key] : []))
  const rows = tables.value[0]!.rows.slice(0, -1), text = JSON.stringify({
    restrictionTables: objects.filter(({ kind }) => kind === 'restrictionTable').map((table) => own.has(table.key) ? { ...table.body, patterns: [...rows, lastOf(table)] } : table.body),
    tollControl: { ...plain.tollControl as Body | undefined, accessCodes: codes.codes, internationalPrefixes: codes.international, longDistance: codes.longDistance ?? null },
  })
  return apply.run(house, { text, file: 'restriction-tables', ...(options['dry-run'] === undefined ? {} : { 'dry-run': options['dry-run'] }) }, told)
}

function listOf(value: Options[string]): string[] { return String(value ?? '').split(',').map((one) => one.trim()).filter((one) => one !== '') }

/** Whether everything else is allowed stays as it is. */
function lastOf({ body }: StoredObject): Body { return (body.patterns as readonly Body[]).at(-1) ?? { pattern: '*', blocked: true } }
