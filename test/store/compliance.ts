/** What every store does: one suite, run against SQLite and memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Body, type Change, type ChangeSet, inverse } from '../../src/directory/changes.ts'
import type { Result } from '../../src/kit/result.ts'
import type { Binding, CallRecord, Store } from '../../src/store/store.ts'

export function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problem))
  return result.value
}
export function code(result: Result<unknown>): string { return result.ok ? 'ok' : result.problem.code }

export function change(key: string, before: Body | undefined, after: Body | undefined): Change {
  return { kind: 'user', key, ...before ? { before } : {}, ...after ? { after } : {} }
}
export function set(...changes: Change[]): ChangeSet { return { by: 'owner', at: 1_000, via: 'apply', changes } }
export function call(number: number, more: Partial<CallRecord> & Record<string, unknown> = {}): CallRecord {
  return { id: `call-${String(number).padStart(6, '0')}`, startedAt: number * 1_000, endedAt: number * 1_000 + 500, from: '1001', to: '1002',
    ending: 'hangup', security: 'encrypted', legs: [{ phone: 'alice-desk' }, { phone: 'bob-desk' }], ...more }
}
export function binding(number: number, expiresAt = 5_000): Binding {
  return { aor: `sip:${number}@example.test`, key: `<urn:uuid:${number}>;1`, expiresAt, body: { contact: `<sip:${number}@127.0.0.1:5060>`, q: 1 } }
}
/** A28: what an injection would be written with. */
export const hostile = [`'; drop table calls; --`, `" or ""="`, `\\'; --`, `%_*?[`, `\u0000\u001f`, `Robert'); DELETE FROM audit;--`, '漢字 😀', `:name @x $y ?1 ?`]

export function compliance(name: string, fresh: () => Promise<Store>): void {
  const suite = (title: string, work: (store: Store) => Promise<void> | void) => {
    test(`${name}: ${title}`, async () => {
      const store = await fresh()
      try { await work(store) } finally { await store.close() }
    })
  }
  configurationSuite(suite)
  auditSuite(suite)
  registrationSuite(suite)
  recordSuite(suite)
  hostileSuite(suite)
}
type Suite = (title: string, work: (store: Store) => Promise<void> | void) => void

const alice = { name: 'Alice' }
const alicia = { name: 'Alicia' }

function configurationSuite(suite: Suite): void {
  suite('a new configuration is empty, at revision 0', ({ configuration }) => {
    assert.deepEqual(configuration.load(), { rev: 0, objects: [] })
  })
  suite('create, change and delete, each a revision', ({ configuration }) => {
    assert.deepEqual(configuration.apply(set(change('alice', undefined, alice), { ...change('bob', undefined, { name: 'Bob' }), system: true }), 0), { ok: true, value: { rev: 1 } })
    assert.deepEqual(configuration.apply(set(change('alice', alice, alicia)), 1), { ok: true, value: { rev: 2 } })
    assert.deepEqual(configuration.load().objects.sort((a, b) => a.key < b.key ? -1 : 1), [
      { kind: 'user', key: 'alice', rev: 2, body: alicia }, { kind: 'user', key: 'bob', rev: 1, body: { name: 'Bob' }, system: true }])
    assert.deepEqual(configuration.apply(set(change('alice', alicia, undefined)), 2), { ok: true, value: { rev: 3 } })
    assert.deepEqual(configuration.load().objects.map(({ key }) => key), ['bob'])
    assert.equal(configuration.rev(), 3)
  })
  const refused: [string, Change, number][] = [
    ['a stale revision', change('carol', undefined, alice), 0],
    ['a revision that is not yet', change('carol', undefined, alice), 2],
    ['creating what is there', change('alice', undefined, alicia), 1],
    ['changing what is not there', change('carol', alice, alicia), 1],
    ['changing what looks otherwise', change('alice', alicia, alice), 1],
    ['deleting what is not there', change('carol', alice, undefined), 1],
  ]
  for (const [what, wrong, rev] of refused) {
    suite(`${what} is a conflict, and nothing of the set is done`, ({ configuration }) => {
      value(configuration.apply(set(change('alice', undefined, alice)), 0))
      const head = configuration.auditHead()
      assert.equal(code(configuration.apply(set(change('dave', undefined, alice), wrong), rev)), 'directory.conflict')
      assert.deepEqual(configuration.load().objects.map(({ key }) => key), ['alice'])
      assert.deepEqual([configuration.rev(), configuration.auditHead()], [1, head])
    })
  }
  suite('the order of fields in before does not matter', ({ configuration }) => {
    value(configuration.apply(set(change('alice', undefined, { a: 1, b: 2 })), 0))
    assert.equal(code(configuration.apply(set(change('alice', { b: 2, a: 1 }, alice)), 1)), 'ok')
  })
  suite('a set is taken back by its inverse, sealed values and all', ({ configuration }) => {
    const sealed = { name: 'Alice', password: { sealed: 'c2VhbGVk', mark: 'bWFyaw' } }
    value(configuration.apply(set(change('alice', undefined, sealed)), 0))
    value(configuration.apply(set(change('alice', sealed, undefined), change('bob', undefined, alice)), 1))
    const made = configuration.changeSet(2)
    assert.ok(made)
    value(configuration.apply(inverse(made, 2, 'owner', 2_000, 'by mistake'), 2))
    assert.deepEqual(configuration.load().objects, [{ kind: 'user', key: 'alice', rev: 3, body: sealed }])
    assert.equal(configuration.changeSet(3)?.undoes, 2)
    assert.equal(configuration.changeSet(4), undefined)
  })
  suite('one set may touch an object twice', ({ configuration }) => {
    value(configuration.apply(set(change('alice', undefined, alice), change('alice', alice, alicia)), 0))
    assert.deepEqual(configuration.load().objects.map(({ body }) => body), [alicia])
    assert.equal(code(configuration.verifyAudit()), 'ok')
  })
  suite('what another process missed is read by revision, oldest first, in pages', ({ configuration }) => {
    for (let rev = 0; rev < 5; rev++) value(configuration.apply(set(change(`user${rev}`, undefined, alice)), rev))
    assert.deepEqual(configuration.changesSince(2, 2).map(({ rev, set: { changes } }) => [rev, changes[0]?.key]), [[3, 'user2'], [4, 'user3']])
    assert.deepEqual(configuration.changesSince(5), [])
  })
}

function auditSuite(suite: Suite): void {
  suite('every change has an audit row: who, when, what, why, newest first, secrets masked', ({ configuration }) => {
    const sealed = { password: { sealed: 'c2VhbGVk', mark: 'bWFyaw' } }
    value(configuration.apply({ by: 'owner', at: 7, via: 'rest', reason: 'new colleague', changes: [change('alice', undefined, sealed)] }, 0))
    value(configuration.apply({ by: 'root', at: 9, via: 'console', changes: [change('alice', sealed, { name: 'A' })] }, 1))
    const [second, first] = configuration.audit({})
    assert.deepEqual([second?.by, second?.at, second?.via, second?.reason, second?.what, second?.rev], ['root', 9, 'console', undefined, 'change', 2])
    assert.deepEqual([first?.by, first?.reason, first?.what, first?.fields], ['owner', 'new colleague', 'create', [{ field: 'password', after: '[secret]' }]])
    assert.doesNotMatch(JSON.stringify(configuration.audit({})), /c2VhbGVk|bWFyaw/)
  })
  suite('the audit is filtered and limited', ({ configuration }) => {
    value(configuration.apply({ ...set(change('alice', undefined, alice), change('bob', undefined, alice)), at: 5 }, 0))
    value(configuration.apply({ ...set(change('alice', alice, alicia)), at: 9 }, 1))
    assert.deepEqual(configuration.audit({ key: 'alice' }).map(({ rev }) => rev), [2, 1])
    assert.deepEqual(configuration.audit({ since: 6 }).map(({ key }) => key), ['alice'])
    assert.deepEqual(configuration.audit({ kind: 'phone' }), [])
    assert.equal(configuration.audit({ limit: 2 }).length, 2)
  })
  suite('R000 the audit proves itself, and a head noted earlier', ({ configuration }) => {
    value(configuration.apply(set(change('alice', undefined, alice)), 0))
    const noted = configuration.auditHead()
    value(configuration.apply(set(change('alice', alice, alicia), change('bob', undefined, alice)), 1))
    assert.deepEqual(value(configuration.verifyAudit(noted)), configuration.auditHead())
    assert.equal(configuration.auditHead().id, 3)
    assert.equal(code(configuration.verifyAudit({ id: 1, hash: noted.hash.replace(/^./, (c) => c === '0' ? '1' : '0') })), 'store.tampered')
    assert.equal(code(configuration.verifyAudit({ id: 4, hash: '' })), 'store.tampered')
  })
}

function registrationSuite(suite: Suite): void {
  const byAor = (list: Binding[]) => [...list].sort((a, b) => a.aor < b.aor ? -1 : 1)
  suite('bindings are saved, replaced, removed and expire', async ({ registrations }) => {
    value(await registrations.write([binding(1), binding(2), binding(3, 1_000)], []))
    assert.deepEqual(byAor(value(await registrations.live(2_000))), [binding(1), binding(2)])
    value(await registrations.write([binding(1, 9_000), binding(4), binding(4, 8_000)], [binding(2), binding(99)]))
    assert.deepEqual(byAor(value(await registrations.live(2_000))), [binding(1, 9_000), binding(4, 8_000)])
    assert.equal(value(await registrations.expire(8_000)), 2)
    assert.deepEqual(value(await registrations.live(0)), [binding(1, 9_000)])
  })
  suite('what is removed and saved at once is saved', async ({ registrations }) => {
    value(await registrations.write([binding(1)], [binding(1)]))
    assert.equal(value(await registrations.live(0)).length, 1)
  })
}

function recordSuite(suite: Suite): void {
  suite('a record comes back whole, with its legs and whatever else it carries', async ({ records }) => {
    const rich = call(1, { answeredAt: 1_200, reason: 'SIP;cause=200', jitter: { a: [1, null, true] } })
    value(await records.append([rich, call(2)]))
    assert.deepEqual(value(await records.find(rich.id)), rich)
    assert.deepEqual(value(await records.find(call(2).id)), call(2))
    assert.equal(value(await records.find('none')), undefined)
  })
  suite('a record is found by the Call-ID of one of its legs too', async ({ records }) => {
    const known = { ...call(1), legs: [{ id: 'a' }, { id: 'b', callId: 'x\'%_"@192.0.2.1' }] }
    value(await records.append([call(2), known]))
    assert.deepEqual(value(await records.find('x\'%_"@192.0.2.1')), known)
    assert.equal(value(await records.find('x')), undefined)
  })
  suite('a record that comes again is the same record: no duplicate, no change', async ({ records }) => {
    value(await records.append([call(1)]))
    value(await records.append([call(1, { ending: 'other' }), call(1), call(2)]))
    assert.deepEqual(value(await records.list({})), [call(2), call(1)])
  })
  suite('newest first, filtered, paged without gap or repeat', async ({ records }) => {
    const calls = Array.from({ length: 25 }, (_, i) => call(i, { startedAt: Math.floor(i / 2) * 1_000, to: i % 2 ? '1002' : '1003', security: i % 5 ? 'encrypted' : 'nothing' }))
    value(await records.append(calls))
    const seen: CallRecord[] = []
    for (;;) {
      const last = seen.at(-1)
      const page = value(await records.list({ limit: 4, after: last }))
      if (page.length === 0) break
      seen.push(...page)
    }
    assert.deepEqual(seen, calls.toReversed())
    const ids = async (query: Parameters<typeof records.list>[0]) => value(await records.list(query)).map(({ id }) => Number(id.slice(5)))
    assert.deepEqual(await ids({ to: '1003', security: 'nothing' }), [20, 10, 0])
    assert.deepEqual(await ids({ party: '1003', since: 2_000, until: 4_000 }), [6, 4])
    assert.deepEqual(await ids({ from: '1003' }), [])
    assert.deepEqual(await ids({ ending: 'hangup', limit: 1 }), [24])
    assert.equal((await ids({ limit: 0 })).length, 1)
  })
  suite('records over the count or the age go, oldest first', async ({ records }) => {
    value(await records.append(Array.from({ length: 3_000 }, (_, i) => call(i))))
    assert.equal(value(await records.trim({ records: 10_000, age: 10_000_000 }, 3_000_000)), 0)
    assert.equal(value(await records.trim({ records: 10_000, age: 500_000 }, 3_000_000)), 2_500)
    assert.equal(value(await records.trim({ records: 7, age: 500_000 }, 3_000_000)), 493)
    assert.deepEqual(value(await records.list({})).map(({ startedAt }) => startedAt / 1_000), [2_999, 2_998, 2_997, 2_996, 2_995, 2_994, 2_993])
    assert.equal(value(await records.find(call(1).id)), undefined)
  })
}

function hostileSuite(suite: Suite): void {
  suite('A28 values are values: quotes, comments and wildcards survive and match only themselves', async ({ configuration, registrations, records }) => {
    let rev = 0
    for (const text of hostile) {
      value(configuration.apply({ by: text, at: 1, via: text, reason: text, changes: [change(text, undefined, { [text]: text })] }, rev++))
      assert.deepEqual(configuration.audit({ key: text }).map(({ by, key }) => [by, key]), [[text, text]])
    }
    assert.deepEqual(configuration.load().objects.map(({ key }) => key).sort(), [...hostile].sort())
    value(await registrations.write(hostile.map((text) => ({ aor: text, key: text, expiresAt: 9, body: [text] })), []))
    assert.deepEqual(value(await registrations.live(0)).map(({ aor }) => aor).sort(), [...hostile].sort())
    value(await records.append(hostile.map((text, i) => call(i, { from: text, id: text }))))
    for (const text of hostile) assert.deepEqual(value(await records.list({ from: text })).map(({ id }) => id), [text])
    assert.equal(code(configuration.verifyAudit()), 'ok')
  })
}
