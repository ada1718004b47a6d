/** `ringfort show …`: what there is, as a table for people and one JSON document. */
import { printPlace } from '../kit/place.ts'
import { ok, type Result } from '../kit/result.ts'
import type { Answer, Command, Options } from './commands.ts'
import type { House, PortRow } from './house.ts'
import { ladderText } from './ladder.ts'
import { type BoundPort, type LiveCall, livePage, type LiveRegistration, type LiveTrunk } from './live.ts'
import { showPending } from './pending.ts'
import { adminProblem } from './problems.ts'
import { lasting, moment, plainLines, type Table } from './table.ts'

/** Rows of a live table that are asked for: the rest is only counted. */
const maxRows = 100_000

const answer = (document: unknown, table: Table, note?: string): Result<Answer> => ok({ document, table, note })

export const showCommands: readonly Command[] = [
  { name: 'show ports', about: 'Every service of the port table, and what is bound.', who: 'owner', options: [], run: ports },
  { name: 'show registrations', about: 'Which phone is registered where.', who: 'owner', options: [], run: registrations },
  { name: 'show calls', about: 'Calls in progress and how safe they are; with --ended the latest records.', who: 'owner',
    options: [{ name: 'ended', about: 'Records of calls that are over, newest first.', takes: 'nothing' }, { name: 'limit', about: 'Rows at most.', takes: 'number' }, { name: 'party', about: 'Only records of this number.', takes: 'text' }], run: calls },
  { name: 'show call', about: 'One call: its legs, and who sent what when.', who: 'owner', options: [{ name: 'id', about: 'Id of the call, or the Call-ID of one of its dialogs.', takes: 'text', required: true, positional: true }], run: call },
  { name: 'show trunks', about: 'Trunks: whether each can be used, where it leads, whether it is registered, and why not.', who: 'owner', options: [], run: trunks },
  { name: 'show version', about: 'Versions.', who: 'owner', options: [], run: async ({ version }) => answer(version, { columns: ['part', 'version'], rows: Object.entries(version) }) },
  { name: 'show pending', about: 'What is saved and not in use.', who: 'owner', options: [], run: showPending },
  { name: 'show audit', about: 'Who changed what, and whether the history is whole.', who: 'owner', options: [{ name: 'limit', about: 'Rows at most.', takes: 'number' }], run: audit },
  { name: 'show incidents', about: 'What somebody tried and was kept from: sources that guess, requests that a trunk may not send, limits that were reached; and whether the history is whole.', who: 'owner',
    options: [{ name: 'limit', about: 'Rows at most.', takes: 'number' }, { name: 'what', about: 'Only these: source.locked, trunk.refused, toll.limit.', takes: 'text' }], run: incidents },
  { name: 'show requirements', about: 'Requirements and their text; which tests show them says `npm run trace` in a clone.', who: 'owner', options: [], run: requirements },
]

async function ports(house: House): Promise<Result<Answer>> {
  const live = await house.live({ ask: 'ports' })
  const bound = [...(live.ok ? live.value : []), ...house.ownPorts()]
  const rows = house.portTable(house.doors()).map((row) => portRow(row, bound))
  const document = { ports: rows, ...(live.ok ? {} : { problem: live.problem }) }
  return answer(document, {
    columns: ['service', 'transport', 'port', 'bound', 'account', 'reach', 'process', 'purpose'],
    rows: rows.map((row) => [row.name, row.transports.join(' '), row.range, row.bound.map((b) => printPlace(b.address, b.port)).join(' ') || (row.enabled ? 'not bound' : 'off'), [...new Set(row.bound.map((b) => b.account ?? '-'))].join(' ') || '-', row.reach, row.process, row.notProvided ?? row.purpose]),
  }, live.ok ? undefined : live.problem.text)
}

function portRow(row: PortRow, bound: readonly BoundPort[]) {
  const range = row.lastPort === undefined ? String(row.port) : `${row.port}-${row.lastPort}`
  return { ...row, range, bound: bound.filter((b) => b.name === row.name).map(({ transport, address, port, account }) => ({ transport, address, port, account })) }
}

async function registrations(house: House): Promise<Result<Answer>> {
  const live = await pages<LiveRegistration>(async (skip) => house.live({ ask: 'registrations', skip }), maxRows)
  if (!live.ok) return live
  const { total, rows } = live.value
  return answer({ total, registrations: rows }, {
    columns: ['line', 'phone', 'transport', 'source', 'expires', 'state', 'contact'], none: 'no phone is registered',
    rows: rows.map((r) => [r.line, r.phone, r.transport, r.source, `${r.expiresIn} s`, r.reachable ? 'reachable' : 'waiting', r.contact]),
  }, total > rows.length ? `${total - rows.length} more are not shown` : undefined)
}

async function trunks(house: House): Promise<Result<Answer>> {
  const live = await pages<LiveTrunk>(async (skip) => house.live({ ask: 'trunks', skip }), maxRows)
  if (!live.ok) return live
  const { rows } = live.value
  return answer({ trunks: rows }, {
    columns: ['trunk', 'profile', 'mode', 'state', 'registered', 'calls', 'destination', 'is', 'since', 'why'], none: 'no trunk',
    rows: rows.flatMap((one) => one.destinations.map((to, i) => [
      ...(i > 0 ? ['', '', '', '', '', ''] : [one.name, one.securityProfile, one.mode, one.inService ? 'in service' : 'out of service', one.registration?.state ?? '-', String(one.calls)]),
      `${to.transport} ${printPlace(to.address, to.port)}`, !to.up ? 'down' : to.known ? 'up' : 'not known', moment(to.since), [to.reason, i > 0 ? '' : one.registration?.reason ?? ''].filter((text) => text !== '').join(' '),
    ])),
  })
}

interface Page<Row> { readonly total: number; readonly rows: readonly Row[] }

/** A live table piece by piece; what comes and goes meanwhile may be missed or seen twice. */
async function pages<Row>(ask: (skip: number) => Promise<Result<Page<Row>>>, most: number): Promise<Result<Page<Row>>> {
  const rows: Row[] = []
  for (;;) {
    const page = await ask(rows.length)
    if (!page.ok) return page
    rows.push(...page.value.rows)
    if (page.value.rows.length < livePage || rows.length >= most) return ok({ total: page.value.total, rows: rows.slice(0, most) })
  }
}

async function calls(house: House, { ended, limit, party }: Options): Promise<Result<Answer>> {
  if (ended === true || party !== undefined) return endedCalls(house, numberOf(limit, 100), typeof party === 'string' ? party : undefined)
  const live = await pages<LiveCall>(async (skip) => house.live({ ask: 'calls', skip }), numberOf(limit, maxRows))
  if (!live.ok) return live
  const { total, rows } = live.value
  return answer({ total, calls: rows }, {
    columns: ['call', 'from', 'to', 'state', 'since', 'security', 'why'], none: 'no call',
    rows: rows.map((c) => [c.id, c.from, c.to, c.held ? `${c.state}, held` : c.state, lasting(house.now() - (c.answeredAt ?? c.startedAt)), c.security, c.why ?? '']),
  })
}

async function endedCalls(house: House, limit: number, party: string | undefined): Promise<Result<Answer>> {
  const found = await house.records.list({ limit, party })
  if (!found.ok) return found
  return answer({ records: found.value }, {
    columns: ['call', 'started', 'from', 'to', 'lasted', 'security', 'ending'], none: 'no record',
    rows: found.value.map((r) => [r.id, moment(r.startedAt), r.from, r.to, r.answeredAt === undefined ? '-' : lasting(r.endedAt - r.answeredAt), r.security, r.ending]),
  })
}

async function call(house: House, { id }: Options): Promise<Result<Answer>> {
  const live = await house.live({ ask: 'call', id: String(id) })
  if (live.ok && live.value.call) return ok({ document: { ...live.value.call, ladder: live.value.rungs }, text: plainLines(`${callText(live.value.call)}\n${ladderText(live.value.rungs)}`) })
  const found = await house.records.find(String(id))
  if (!found.ok) return found
  if (!found.value) return { ok: false, problem: adminProblem('admin.notFound', 'show call', String(id).slice(0, 40), 'See `ringfort show calls` and `ringfort show calls --ended`.') }
  const record = found.value
  const requests = record.legs.flatMap((leg) => typeof leg === 'object' && leg !== null && 'id' in leg && typeof leg.id === 'string' ? [leg.id] : [])
  const ladder = await house.live({ ask: 'ladder', legs: requests })
  const rungs = ladder.ok ? ladder.value : []
  const head = `call ${record.id}: ${record.from} to ${record.to}, ${moment(record.startedAt)}, ${record.security}; ${record.ending}`
  return ok({ document: { ...record, ladder: rungs }, text: plainLines(`${head}\n${rungs.length === 0 ? 'its messages are not kept any more\n' : ladderText(rungs)}`) })
}

function callText(c: LiveCall): string {
  const legs = c.legs.map((leg) => `  ${leg.side === 'in' ? 'from' : 'to'} ${leg.phone} (${leg.line}), ${leg.transport}, ${leg.state}, ${leg.security}, Call-ID ${leg.callId}\n`).join('')
  return `call ${c.id}: ${c.from} to ${c.to}, ${c.state}, ${c.security}${c.why === undefined ? '' : `: ${c.why}`}\n${legs}`
}

async function audit(house: House, { limit }: Options): Promise<Result<Answer>> {
  const rows = house.configuration.audit({ limit: numberOf(limit, 100) })
  const text = (value: unknown) => value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value)
  const chain = house.configuration.verifyAudit()
  const proof = chain.ok ? { holds: true, rows: chain.value.id, hash: chain.value.hash } : { holds: false, problem: chain.problem }
  return answer({ chain: proof, audit: rows }, {
    columns: ['id', 'when', 'who', 'how', 'what', 'object', 'fields'], none: 'nothing was changed yet',
    rows: rows.map((r) => [String(r.rev), moment(r.at), r.by, r.undoes === undefined ? r.via : `${r.via} of ${r.undoes}`, r.what, `${r.kind} ${r.key}`.trim(), r.fields.map((f) => `${f.field}: ${text(f.before)} → ${text(f.after)}`).join(', ')]),
  }, chain.ok && chain.value.id === 0 ? undefined : chain.ok ? `The chain of ${chain.value.id} rows holds; its last hash is ${chain.value.hash}.` : `THE CHAIN IS BROKEN: ${chain.problem.text}`)
}

async function incidents(house: House, { limit, what }: Options): Promise<Result<Answer>> {
  const rows = await house.incidents.list({ limit: numberOf(limit, 100), what: typeof what === 'string' ? what : undefined }), chain = await house.incidents.verify()
  if (!rows.ok) return rows
  const proof = chain.ok ? { holds: true, ...chain.value } : { holds: false, problem: chain.problem }
  return answer({ chain: proof, incidents: rows.value }, {
    columns: ['when', 'what', 'who', 'detail'], none: 'nobody was kept from anything',
    rows: rows.value.map(({ at, what: kind, who, detail }) => [moment(at), kind, who, Object.entries(detail).map(([name, value]) => `${name}: ${String(value)}`).join(', ')]),
  }, chain.ok && chain.value.rows === 0 ? undefined : chain.ok ? `The chain of ${chain.value.rows} rows holds; its last hash is ${chain.value.hash}.` : `THE CHAIN IS BROKEN: ${chain.problem.text}`)
}

async function requirements(house: House): Promise<Result<Answer>> {
  const rows = house.requirements()
  if (!rows) return { ok: false, problem: adminProblem('admin.notThere', 'show requirements', 'docs/requirements.json is not part of this installation', 'In a clone, `npm run trace` makes it.') }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const text = (value: unknown) => typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value) ?? ''
  return answer({ requirements: rows }, { columns, rows: rows.map((row) => columns.map((name) => text(row[name]))) })
}

export function numberOf(value: unknown, usual: number): number {
  const given = typeof value === 'number' ? value : typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN
  return Number.isInteger(given) && given > 0 ? Math.min(given, maxRows) : usual
}
