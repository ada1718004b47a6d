import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Schema from 'typebox/schema'
import { complete } from '../../src/directory/complete.ts'
import { describe, jsonSchema } from '../../src/directory/define.ts'
import { definitions, kinds } from '../../src/directory/kinds.ts'
import { nearest, parseObject, printable } from '../../src/directory/parse.ts'
import type { Fault } from '../../src/directory/yaml.ts'

test('every field has a label, a sentence, and says what it allows', () => {
  for (const page of definitions.map(describe)) for (const field of page.fields) {
    assert.match(field.label, /^[A-Z]/, field.field)
    assert.match(field.description, /.{10,}/, field.field)
    assert.match(field.allowed, /^(?:one of|a whole number|true or false|a list|the fields|text of)/, field.field)
  }
})

/** [kind, its fields in order; * required, = default]. */
const pages: [keyof typeof kinds, string[]][] = [
  ['user', ['userId*', 'displayName', 'extension', 'password', 'pin', 'mailbox=false', 'classOfService', 'doNotDisturb=false', 'callWaiting=true']],
  ['phone', ['name*', 'description', 'user', 'lines=', 'digest', 'digest.user*', 'digest.password', 'deviceSecurityMode=encrypted', 'mediaSecurity=required', 'address', 'callingSearchSpace', 'localRouteGroup', 'zone', 'maxRegistrations=5', 'trustedForSecurityStatus=true']],
  ['line', ['number*', 'displayName', 'partition', 'callingSearchSpace', 'forwardCallingSearchSpace', 'externalNumberMask', 'forwardAll', 'forwardBusy', 'forwardNoAnswer', 'forwardNotRegistered', 'noAnswerSeconds=12', 'doNotDisturb=false', 'callWaiting=true', 'pickupGroup', 'maxCalls=100000']],
  ['huntGroup', ['number*', 'name', 'algorithm=topDown', 'members=', 'ringSeconds=12', 'maxSeconds=1800', 'onNoAnswer', 'onBusy']],
  ['parkLot', ['name*', 'range', 'from', 'to', 'reversionSeconds=60']],
  ['pickupGroup', ['number*', 'name', 'associated=']],
  ['featureCodes', ['pickup=*8', 'directedPickup=**', 'park=*5', 'parkRetrieve=*6']],
  ['service', ['port', 'enabled']],
]
for (const [kind, fields] of pages) {
  test(`the fields of ${kinds[kind].label.toLowerCase()} and their defaults`, () => {
    assert.deepEqual(describe(kinds[kind]).fields.map((f) => `${f.field}${f.required ? '*' : ''}${f.default === undefined ? '' : `=${String(f.default)}`}`), fields)
  })
}

test('system: domain, loopback, TLS 1.2, StandAloneCluster; no null cipher', () => {
  assert.deepEqual(complete('system', {}), { domain: 'localhost', listen: '127.0.0.1', tlsMinVersion: '1.2', clusterId: 'StandAloneCluster', digestAlgorithms: ['MD5'], trustedProxies: [], weakSecrets: 'refuse', v150OutboundSdpOfferFiltering: 'none', allowNullCipher: false })
})

const names = [...new Set(definitions.flatMap((d) => describe(d).fields.map((f) => f.field.split('.').at(-1)!)))]
const values = fc.oneof(fc.constantFrom('1001', 'alice', 'encrypted', 'required', '*8', '70XX', '127.0.0.1', 'example.test', 'topDown', '1.2'), fc.boolean(), fc.integer({ min: -1, max: 400 }), fc.double(), fc.array(fc.constantFrom('1', '2', '3', 4), { maxLength: 3 }),
  fc.record({ user: fc.string(), password: fc.string() }), fc.string())
for (const definition of definitions) {
  test(`one definition: what the parser of ${definition.label.toLowerCase()} takes, its JSON Schema takes`, () => {
    const schema = Schema.Compile(jsonSchema(definition))
    let taken = 0
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 3 }), fc.string(), (more, key) => {
      const faults: Fault[] = []
      const needed = Object.fromEntries(describe(definition).fields.filter((f) => f.required && !f.field.includes('.')).map((f) => [f.field, '1001']))
      const given = { ...needed, ...(definition.keyField ? { [definition.keyField]: /^[0-9a-z]/.test(key) ? key : '1001' } : {}), ...more }
      parseObject(definition, given, [], faults)
      if (faults.length > 0) return
      taken++
      assert.ok(schema.Check(given), JSON.stringify(given))
    }), { numRuns: 1500 })
    assert.ok(taken > 0)
  })
}

test('the JSON Schema knows what is required, refuses what is not a field, and marks secrets as written only', () => {
  const schema = Schema.Compile(jsonSchema(kinds.user))
  assert.equal(schema.Check({ userId: 'a' }), true)
  assert.equal(schema.Check({ displayName: 'a' }), false)
  assert.equal(schema.Check({ userId: 'a', nonsense: 1 }), false)
  assert.match(JSON.stringify(jsonSchema(kinds.user)), /"writeOnly":true/)
  assert.doesNotMatch(JSON.stringify(jsonSchema(kinds.user)), /"secret"|"named"/)
})

test('A35 a body from JSON.parse cannot bring a prototype along', () => {
  const faults: Fault[] = []
  const draft = parseObject(kinds.user, JSON.parse('{"userId":"a","__proto__":{"mailbox":true},"constructor":1}'), [], faults)
  assert.deepEqual(faults.map((f) => f.path.at(-1)), ['__proto__', 'constructor'])
  assert.equal(draft?.mailbox, false)
  assert.equal(Object.getPrototypeOf(draft), Object.prototype)
})

const guesses: [string, string | undefined][] = [['dispalyName', 'displayName'], ['usrId', 'userId'], ['USERID', 'userId'], ['passwort', 'password'], ['xyz', undefined], ['x'.repeat(1000), undefined]]
for (const [word, guess] of guesses) test(`did you mean: ${word.slice(0, 20)} -> ${guess}`, () => assert.equal(nearest(word, ['userId', 'displayName', 'password', 'pin']), guess))

test('A43 a stranger\'s word is one short line of printable characters', () => {
  assert.equal(printable('a\nb\r\u001b[31m\u202e\ud800'), 'a?b??[31m??')
  assert.equal(printable('x'.repeat(100)), `${'x'.repeat(40)}…`)
})
