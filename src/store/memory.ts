/** A Store that lives in memory: for tests and simulations. Same words, same refusals, same audit chain as the database. */
import { type AuditRow, auditRows, type Change, type ChangeSet, sameBody, type StoredObject } from '../directory/changes.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import { auditEntry, type AuditEntry, changeDigest, changeText, linkHash } from './chain.ts'
import { conflict } from './configuration.ts'
import { chainOf, link } from './incidents.ts'
import { storeProblem } from './problems.ts'
import type { IncidentTable } from './schema.ts'
import { type AuditHead, type Binding, type CallRecord, type Configuration, type Incident, type Incidents, maxAuditPage, maxRecordPage, type RecordQuery, type Records, type Registrations, type Store } from './store.ts'

export function memoryStore(): Store {
  return {
    configuration: memoryConfiguration(), registrations: memoryRegistrations(), records: memoryRecords(), incidents: memoryIncidents(),
    check: async () => ok(undefined),
    close: async () => {},
  }
}

function memoryIncidents(): Incidents {
  const rows: (IncidentTable & { shown: Incident })[] = []
  return {
    append: async (list) => {
      for (const shown of structuredClone(list)) {
        if (rows.some(({ id }) => id === shown.id)) continue
        const row = { ...shown, number: rows.length + 1, detail: JSON.stringify(shown.detail) }, before = rows.at(-1)?.hash ?? ''
        rows.push({ ...row, before, hash: link(before, row), shown })
      }
      return ok(undefined)
    },
    list: async ({ limit = 100, what, since }) => ok(structuredClone(rows.map(({ shown }) => shown).reverse().filter((row) => (what === undefined || row.what === what) && (since === undefined || row.at >= since)).slice(0, Math.min(Math.max(1, limit), maxAuditPage)))),
    verify: async () => chainOf(rows) ? ok({ rows: rows.length, hash: rows.at(-1)?.hash ?? '' }) : fail(storeProblem('store.tampered', 'memory')),
    trim: async (before) => { const old = rows.slice(0, -1).filter(({ at }) => at < before).length; rows.splice(0, old); return ok(old) },
  }
}

interface Held {
  rev: number
  readonly objects: Map<string, StoredObject>
  readonly sets: Map<number, ChangeSet>
  readonly audit: { shown: AuditRow; entry: AuditEntry; change: Change; hash: string }[]
}

function memoryConfiguration(): Configuration {
  const held: Held = { rev: 0, objects: new Map(), sets: new Map(), audit: [] }
  const page = (limit: number) => Math.min(Math.max(1, limit), maxAuditPage)
  return {
    load: (kinds) => ({ rev: held.rev, objects: [...held.objects.values()].filter(({ kind }) => kinds?.includes(kind) ?? true).map((object) => structuredClone(object)) }),
    apply: (set, baseRev) => applyTo(held, asStored(set), baseRev),
    audit: ({ limit = 100, kind, key, since }) => structuredClone(held.audit.map(({ shown }) => shown).reverse().filter((row) => (
      (kind === undefined || row.kind === kind) && (key === undefined || row.key === key) && (since === undefined || row.at >= since))).slice(0, page(limit))),
    changeSet: (rev) => structuredClone(held.sets.get(rev)),
    rev: () => held.rev,
    changesSince: (after, limit = maxAuditPage) => structuredClone([...held.sets].filter(([rev, set]) => rev > after && set.changes.length > 0)
      .slice(0, page(limit)).map(([rev, set]) => ({ rev, set }))),
    auditHead: () => headOf(held),
    verifyAudit: (noted) => verify(held, noted),
  }
}

const nameOf = ({ kind, key }: Change) => `${kind} ${key}`

function applyTo(held: Held, set: ChangeSet, baseRev: number): Result<{ rev: number }> {
  if (held.rev !== baseRev) return fail(conflict())
  const rev = baseRev + 1
  const objects = new Map(held.objects)   // put back in one go: all or nothing
  for (const change of set.changes) {
    if (!sameBody(objects.get(nameOf(change))?.body, change.before)) return fail(conflict())
    const { kind, key, after, system } = change
    if (after) objects.set(nameOf(change), { kind, key, rev, body: after, ...system ? { system } : {} })
    else objects.delete(nameOf(change))
  }
  held.objects.clear()
  for (const [name, object] of objects) held.objects.set(name, object)
  held.rev = rev
  held.sets.set(rev, set)
  for (const [number, shown] of asStored(auditRows(set, rev)).entries()) chain(held, shown, number, set.changes[number]!)
  return ok({ rev })
}

function chain(held: Held, shown: AuditRow, number: number, change: Change): void {
  const { before, after, system } = changeText(change)
  const entry = auditEntry(shown, number, held.audit.length + 1, changeDigest(before, after, system))
  held.audit.push({ shown, entry, change, hash: linkHash(headOf(held).hash, entry) })
}

function headOf(held: Held): AuditHead { return { id: held.audit.length, hash: held.audit.at(-1)?.hash ?? '' } }

function verify(held: Held, noted?: AuditHead): Result<AuditHead> {
  let before = ''
  for (const { entry, hash } of held.audit) {
    if (linkHash(before, entry) !== hash || (noted?.id === entry.id && noted.hash !== hash)) return fail(storeProblem('store.tampered', `audit row ${entry.id}`))
    before = hash
  }
  return noted && noted.id > held.audit.length ? fail(storeProblem('store.tampered', `audit row ${noted.id}`)) : ok(headOf(held))
}

function memoryRegistrations(): Registrations {
  const bindings = new Map<string, Binding>()
  const name = ({ aor, key }: { aor: string; key: string }) => JSON.stringify([aor, key])
  return {
    live: async (now) => ok([...bindings.values()].filter(({ expiresAt }) => expiresAt > now)),
    write: async (saved, gone) => {
      for (const key of gone) bindings.delete(name(key))
      for (const binding of saved) bindings.set(name(binding), structuredClone(binding))
      return ok(undefined)
    },
    expire: async (now) => {
      const gone = [...bindings].filter(([, { expiresAt }]) => expiresAt <= now)
      for (const [key] of gone) bindings.delete(key)
      return ok(gone.length)
    },
  }
}

function memoryRecords(): Records {
  const kept = new Map<string, CallRecord>()
  const newest = () => [...kept.values()].sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
  return {
    append: async (records) => {
      for (const record of records) if (!kept.has(record.id)) kept.set(record.id, asStored(record))
      return ok(undefined)
    },
    find: async (id) => ok(kept.get(id) ?? newest().find(({ legs }) => legs.some((leg) => typeof leg === 'object' && leg !== null && 'callId' in leg && leg.callId === id))),
    list: async (query) => ok(newest().filter((record) => meets(record, query)).slice(0, Math.min(Math.max(1, query.limit ?? 100), maxRecordPage))),
    trim: async ({ records, age }, now) => {
      const gone = newest().filter((record, i) => i >= records || record.startedAt < now - age)
      for (const { id } of gone) kept.delete(id)
      return ok(gone.length)
    },
  }
}

/** As JSON would give it back. */
function asStored<T>(value: T): T { return JSON.parse(JSON.stringify(value)) as T }

function meets(record: CallRecord, { from, to, party, ending, security, since, until, after }: RecordQuery): boolean {
  const older = !after || record.startedAt < after.startedAt || (record.startedAt === after.startedAt && record.id < after.id)
  return older && (from === undefined || record.from === from) && (to === undefined || record.to === to)
    && (party === undefined || record.from === party || record.to === party) && (ending === undefined || record.ending === ending)
    && (security === undefined || record.security === security) && (since === undefined || record.startedAt >= since)
    && (until === undefined || record.startedAt < until)
}
