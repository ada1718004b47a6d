/** Fuzz target of the site file: any text in; it is read or refused in words, and what was read is planned, printed and read again to the same. */
import assert from 'node:assert/strict'
import type { StoredObject } from '../src/directory/changes.ts'
import { exportSite } from '../src/directory/export.ts'
import { plan } from '../src/directory/plan.ts'
import { SealKey } from '../src/directory/seal.ts'
import { maxShown, readSite, type Site } from '../src/directory/site.ts'
import { printProblem } from '../src/kit/result.ts'
import type { FuzzTarget } from './target.ts'

/** Octets of a file that is fed: those of an administrator may have 16 MiB, and take their time. */
const maxFed = 1_024
const key = new SealKey(Buffer.alloc(32, 7))

export const target: FuzzTarget = {
  name: 'site',
  seeds: () => [
    'system: { domain: example.test, listen: 127.0.0.1, tlsMinVersion: "1.2", digestAlgorithms: [MD5, SHA-256], guard: { connections: 100 } }\nservices: { sip-udp: { port: 5060 }, sip-tls: { enabled: false } }\n',
    'users:\n  - { userId: alice, displayName: Alice Adams, extension: "1001", password: "correct horse", pin: "246813", mailbox: true }\n  - userId: bob\n    extension: "1002"\n    doNotDisturb: true\n',
    'users: [{ userId: alice, extension: "1001" }]\nphones:\n  - name: alice-desk\n    user: alice\n    lines: ["1001"]\n    digest: { user: alice-desk, password: "battery staple" }\n    deviceSecurityMode: encrypted\n    mediaSecurity: required\n',
    'phones: [{ name: gate, lines: ["2001"], address: "[2001:db8::7]:5060", deviceSecurityMode: nonSecure, mediaSecurity: off, maxRegistrations: 2 }]\nlines:\n  - { number: "2001", forwardBusy: "2002", noAnswerSeconds: 8, pickupGroup: "1900" }\n  - { number: "2002" }\n',
    'lines: [{ number: "1" }, { number: "2" }]\nhuntGroups: [{ number: "9", algorithm: circular, members: ["1", "2"], ringSeconds: 6, onNoAnswer: "1" }]\nparkLots: [{ name: Main, range: 70XX }, { name: B, from: "800", to: "812" }]\npickupGroups: [{ number: "1900", associated: [] }]\nfeatureCodes: { park: "*5", pickup: off }\n',
    '# a comment\n---\nusers: []\n"phones": []\nlines: ["x"]\ntext: |\n  a\n  b\nmore: >-\n  c\n...\n',
  ].map((text) => Buffer.from(text)),
  dictionary: [
    'system:', 'services:', 'users:', 'phones:', 'lines:', 'huntGroups:', 'parkLots:', 'pickupGroups:', 'featureCodes:', 'trunks:', 'sip-udp', 'userId: ', 'name: ', 'number: ', 'extension: ', 'digest: ', 'password: ', 'null', '~', 'true',
    '---\n', '...\n', '\n  - ', '\n- ', ': ', ', ', '{ ', ' }', '[', ']', '[[[[', '{a: {a: ', '- - - ', '"', '\'', '\\x41', '\\u0000', '|\n', '>-\n', '#', '&a ', '*a', '!!map ', '? ', '%YAML 1.2\n', '<<: ', '__proto__: ', 'constructor: ', '\t', '\ufeff', '\u2028', '1e3', '0x10', '.inf', '.nan', '2001-01-01',
  ],
  slowest: 15,   // a kilobyte: the YAML library takes 2 ms for the worst on a quiet machine
  run: (input) => {
    const text = input.subarray(0, maxFed).toString('utf8'), read = readSite(text, 'site.yaml')
    if (read.ok) { accepted(read.value); return }
    assert.ok(read.problem.length > 0 && read.problem.length <= maxShown + 1)
    for (const problem of read.problem) {
      assert.ok(!/[\0-\x1f\x7f]/.test(printProblem(problem)), 'a problem breaks the line that it is printed in')
      assert.ok(problem.code === 'site.more' || problem.where?.startsWith('site.yaml'), 'a problem without its place')
    }
  },
}

function accepted(site: Site): void {
  for (const warning of site.warnings) printProblem(warning)
  const { steps, unchanged, work } = plan([], site, key)
  assert.deepEqual([steps.length, unchanged], [site.objects.length, 0])
  if (steps.some(({ fields }) => JSON.stringify(fields).includes('[secret]'))) return   // what has secrets is stored sealed, which takes a while
  const stored = work.map(({ kind, key: name, after }): StoredObject => ({ kind, key: name, rev: 1, body: after as StoredObject['body'] }))
  const again = readSite(exportSite(stored), 'export.yaml')
  assert.ok(again.ok, `what is exported is refused: ${again.ok ? '' : printProblem(again.problem[0]!)}`)
  assert.deepEqual(plan(stored, again.value, key).steps, [], 'what is exported says something else')
}
