/**
 * May this call leave the house? Off-net to off-net, restriction tables, what is international or of a premium rate; in this order, and each refusal
 * says which field of which object would open it. An emergency call passes everything.
 *
 * Standards  R120–R125, R131–R135; dial plan 11.10; attack class A44
 * Security   default refuse: nothing international, nothing premium, no caller from outside
 */
import type { Step } from '../../directory/explain.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Dialler, Routes } from '../dialling/resolve.ts'
import type { Note } from '../dialling/transform.ts'
import { sayDecision } from '../restriction/table.ts'
import { tableNamed } from '../restriction/tablesOf.ts'
import { isRefusedAt } from '../restriction/uses.ts'
import { blockedBy } from './asked.ts'
import { originOf } from './offNet.ts'
import { serviceOf } from './service.ts'

export interface Facts {
  readonly who: Dialler
  /** As it was given, separators and all. */
  readonly dialled: string
  readonly routes: Routes
}

const rules = ['offNet', 'transferTable', 'systemTransferTable', 'international', 'premium'] as const
export type TollRule = typeof rules[number]
export function isTollRule(text: string): text is TollRule { return (rules as readonly string[]).includes(text) }

export interface TollRefusal extends Step {
  readonly is: 'refuse'
  readonly rule: TollRule
  readonly status: 403
  readonly object: string
  readonly remedy: string
}

export type Verdict = { readonly is: 'allow' } | TollRefusal

type Check = (snapshot: Snapshot, facts: Facts, note: Note) => TollRefusal | undefined

export function mayCall(snapshot: Snapshot, facts: Facts, note?: Note): Verdict {
  const { emergency, rule: { row } } = facts.routes
  if (emergency) {
    note?.({ text: 'It is an emergency number: nothing stops it.', object: row.object, field: 'emergency', value: true })
    return allow
  }
  for (const check of checks) {
    const refusal = check(snapshot, facts, note)
    if (!refusal) continue
    note?.({ text: refusal.text, object: refusal.object, field: refusal.field, value: refusal.value })
    return refusal
  }
  return allow
}

const allow: Verdict = { is: 'allow' }
const checks: readonly Check[] = [offNet, transferTable, systemTransferTable, international, premium]

function refuse(rule: TollRule, object: string, field: string, value: Step['value'], text: string, remedy: string): TollRefusal {
  return { is: 'refuse', rule, status: 403, object, field, value, text, remedy }
}

/** Every trunk of the route is closed to who came by another one. */
function offNet(_: Snapshot, { who, routes: { trunks, closed } }: Facts): TollRefusal | undefined {
  const origin = originOf(who)
  if (!origin || trunks.length === 0 || closed.size < trunks.length) return undefined
  return refuse('offNet', `trunks[${origin.name}]`, 'offNetTo', origin.offNetTo.join(', '), `The caller came by ${origin.name} from outside and would leave by ${trunks.slice(0, 4).join(', ')} to the outside.`,
    `Name the trunk in offNetTo of ${origin.name}, or set offNet of one of them to false where it leads to a system of the house.`)
}

/** Transfers, which are dialled as they are set, and forwards, which are looked at again (R133). */
function transferTable(snapshot: Snapshot, facts: Facts, note: Note): TollRefusal | undefined {
  const { who } = facts, { recheckAtDial } = snapshot.tollControl
  if (who.is !== 'line' || !(who.transfer || (who.forwarding && isRefusedAt({ use: 'transfer', when: 'dialled', by: 'user', recheckAtDial })))) return undefined
  const service = serviceOf(snapshot, who)
  return byTable(snapshot, facts, service.transferTable, 'transferTable', service.is ? `classesOfService[${service.is.name}]` : service.object, note)
}

/** A caller from outside who would be sent out again, by whomever (R135). */
function systemTransferTable(snapshot: Snapshot, facts: Facts, note: Note): TollRefusal | undefined {
  const { who } = facts, isSent = who.transfer === true || (who.is === 'line' ? who.forwarding === true : who.use !== 'inbound')
  if (!isSent || !originOf(who)?.offNet) return undefined
  return byTable(snapshot, facts, snapshot.tollControl.systemTransferTable, 'systemTransferTable', 'tollControl', note)
}

function byTable(snapshot: Snapshot, { dialled, routes: { digits, leaving } }: Facts, name: string, rule: 'transferTable' | 'systemTransferTable', object: string, note: Note): TollRefusal | undefined {
  const found = blockedBy(tableNamed(snapshot, name), { dialled, made: [digits], leaving: leaving.map(({ called }) => called) }, snapshot.tollControl)
  if (!found) { note?.({ text: `The table ${name} lets it go.`, object, field: rule, value: name }); return undefined }
  const row = found.decision.by === 'row' ? `patterns[${found.decision.row}]` : 'patterns'
  return refuse(rule, `restrictionTables[${name}]`, row, found.decision.by === 'row' ? found.decision.pattern : found.number, `The table ${name} keeps ${found.number} in: ${sayDecision(found.decision)}.`,
    `Allow the number in a row of ${name} before this one, or name another table in ${rule} of ${object}.`)
}

function international(snapshot: Snapshot, facts: Facts, note: Note): TollRefusal | undefined { return byService('international', 'The number is abroad', snapshot, facts, note) }
function premium(snapshot: Snapshot, facts: Facts, note: Note): TollRefusal | undefined { return byService('premium', 'The number is of a premium rate', snapshot, facts, note) }

function byService(kind: 'international' | 'premium', what: string, snapshot: Snapshot, { who, routes }: Facts, note: Note): TollRefusal | undefined {
  if (!routes[kind]) return undefined
  const { is, object } = serviceOf(snapshot, who), where = is ? `classesOfService[${is.name}]` : object
  if (is?.[kind]) { note?.({ text: `${what}, and the class of service ${is.name} opens that.`, object: where, field: kind, value: true }); return undefined }
  if (is) return refuse(kind, where, kind, false, `${what}, and the class of service ${is.name} does not open that.`, `Set ${kind} of ${where}.`)
  return refuse(kind, where, 'classOfService', undefined, `${what}, and who calls has no class of service that opens that.`, `Give ${where} a class of service with ${kind}.`)
}
