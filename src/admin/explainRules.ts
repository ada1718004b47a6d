/** `ringfort explain rules`: what the rules of a trunk would make of a message, line by line; nothing is sent. Issue of the trunks (dry run of header and description rules) */
import { fail, ok, type Result } from '../kit/result.ts'
import { messageFacts } from '../policy/trunk/rules/facts.ts'
import { compileRules, explainRules, type Rule, type RuleChange } from '../policy/trunk/rules.ts'
import { textOf } from './asked.ts'
import type { Answer, Command, Options } from './commands.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'
import { plainLines } from './table.ts'

export const explainRulesCommand: Command = { name: 'explain rules', about: 'What the rules of a trunk make of a message.', who: 'owner', run: async (house, options) => tried(house, options), options: [
  { name: 'trunk', about: 'Name of the trunk.', takes: 'text', required: true }, { name: 'direction', about: 'out: to the trunk; in: from it.', takes: 'text', required: true },
  { name: 'file', about: 'A SIP message, as the ladder of show call has it.', takes: 'file', required: true },
] }

function tried(house: Pick<House, 'snapshot'>, options: Options): Result<Answer> {
  const name = String(options.trunk), trunk = house.snapshot().trunks.get(name), { direction } = options
  if (!trunk) return fail(adminProblem('admin.notFound', 'explain rules', name.slice(0, 64), 'See `ringfort show trunks`.'))
  if (direction !== 'in' && direction !== 'out') return fail(adminProblem('admin.option', '--direction', 'it is in or out'))
  const before = onWire(textOf(options, 'text') ?? ''), facts = messageFacts(before)
  if (!facts) return fail(adminProblem('admin.option', '--file', 'it is no SIP message: a request line or a status line, then headers with a CSeq'))
  const { text, changes } = explainRules(compileRules(trunk.rules).rules, { direction, ...facts }, before), rows = changes.map((change) => rowOf(change, trunk.rules[change.rule]!))
  const taken = rows.filter(({ left }) => left === undefined).length
  return ok({
    document: { trunk: name, direction, ...facts, before: shown(before), after: shown(text), changes: rows },
    text: `Before:\n\n${lines(before)}\n\nAfter:\n\n${lines(text)}\n\n`,
    table: { columns: ['rule', 'what', 'before', 'after', 'left, because'], rows: rows.map(({ rule, what, before: was, after, left }) => [rule, what, was ?? '-', after ?? '-', left ?? '-']), none: 'No rule changes it.' },
    note: `${taken} of ${rows.length} changes are made. The rules are those that run.`,
  })
}

interface Row { readonly rule: string; readonly what: string; readonly before?: string | undefined; readonly after?: string | undefined; readonly left?: string | undefined }

function rowOf({ rule, before, after, left }: RuleChange, { what, name }: Rule): Row {
  return { rule: `rules[${rule}]`, what: `${what} ${name}`, before: before && shown(before), after: after && shown(after), left }
}

/** One char an octet, lines ended as on the wire whatever ended them in the file. */
function onWire(text: string): string { return Buffer.from(text.replace(/\r?\n/g, '\r\n')).toString('latin1') }

function shown(text: string): string { return Buffer.from(text, 'latin1').toString() }

function lines(text: string): string { return plainLines(shown(text).replaceAll('\r\n', '\n')).trimEnd() }
