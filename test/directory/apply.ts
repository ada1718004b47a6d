/** A configuration kept in memory, and the road from a site file's text to it: what the tests of this room share. */
import assert from 'node:assert/strict'
import { auditRows, type AuditRow, type ChangeSet, type ConfigurationStore, sameBody, type StoredObject } from '../../src/directory/changes.ts'
import { carryOut, plan, type Plan } from '../../src/directory/plan.ts'
import { SealKey } from '../../src/directory/seal.ts'
import { readSite, type Site } from '../../src/directory/site.ts'
import { fail, ok, type Problem, printProblem } from '../../src/kit/result.ts'
import { ownObjects } from '../../src/main/ownObjects.ts'

export const testKey = new SealKey(Buffer.alloc(32, 7))

export function memoryStore(): ConfigurationStore {
  const objects = new Map<string, StoredObject>(ownObjects().map((object) => [`${object.kind}/${object.key}`, object]))
  const sets: ChangeSet[] = []
  const conflict: Problem = { code: 'directory.conflict', text: 'Changed meanwhile.' }
  return {
    load: () => ({ rev: sets.length, objects: [...objects.values()] }),
    apply(set, baseRev) {
      const stale = set.changes.some(({ kind, key, before }) => !sameBody(objects.get(`${kind}/${key}`)?.body, before))
      if (baseRev !== sets.length || stale) return fail(conflict)
      const rev = sets.push(JSON.parse(JSON.stringify(set)) as ChangeSet)
      for (const { kind, key, after, system } of set.changes) {
        if (after) objects.set(`${kind}/${key}`, { kind, key, rev, body: JSON.parse(JSON.stringify(after)), ...(system ? { system } : {}) })
        else objects.delete(`${kind}/${key}`)
      }
      return ok({ rev })
    },
    audit: ({ limit = 100 }): AuditRow[] => sets.flatMap((set, i) => auditRows(set, i + 1)).reverse().slice(0, limit),
    changeSet: (rev) => sets[rev - 1],
  }
}

export function mustRead(text: string, current: readonly StoredObject[] = ownObjects()): Site {
  const read = readSite(text, 'site.yaml', { current })
  assert.ok(read.ok, read.ok ? '' : read.problem.map(printProblem).join('\n'))
  return read.value
}

export function problemsOf(text: string, current: readonly StoredObject[] = ownObjects()): Problem[] {
  const read = readSite(text, 'site.yaml', { current })
  return read.ok ? [] : read.problem
}

/** Applies a site file; answers with what was planned. */
export async function apply(store: ConfigurationStore, text: string, at = 1000): Promise<Plan> {
  const { rev, objects } = store.load()
  const planned = plan(objects, mustRead(text, objects), testKey)
  const set = await carryOut(planned, testKey, { by: 'test', at, via: 'apply' })
  if (set.changes.length > 0) {
    const done = store.apply(set, rev)
    assert.ok(done.ok, done.ok ? '' : printProblem(done.problem))
  }
  return planned
}

export const small = `
system: { domain: example.test, listen: 127.0.0.1 }
services: { sip-udp: { port: 5060 }, sip-tls: { port: 5061 }, port-status: { enabled: true } }
users:
  - { userId: alice, displayName: Alice Adams, extension: "1001", password: "correct horse 1", pin: "274913", mailbox: true, classOfService: Voice Mail User }
  - { userId: bob, displayName: Bob Brown, extension: "1002", doNotDisturb: true }
  - { userId: carol }
phones:
  - name: alice-desk
    user: alice
    lines: ["1001"]
    digest: { user: alice-desk, password: "battery-staple-1" }
  - { name: bob-desk, user: bob, digest: { user: bob-desk, password: "battery-staple-2" }, deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: lobby, user: carol, lines: ["1100", "1001"], deviceSecurityMode: nonSecure, address: "192.0.2.7" }
lines:
  - { number: "1100", displayName: Lobby, forwardNoAnswer: "1001", noAnswerSeconds: 20, pickupGroup: "1900" }
huntGroups: [{ number: "2000", name: Sales, algorithm: circular, members: ["1001", "1002"] }]
parkLots: [{ name: Main, range: 70XX }]
pickupGroups: [{ number: "1900", name: Hall }]
`
