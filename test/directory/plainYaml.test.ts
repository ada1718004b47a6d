/** The fast reader against the library: what it takes, the whole language takes as well, with the same values at the same places. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPlainYaml } from '../../src/directory/plainYaml.ts'
import { type Path, readWholeYaml, readYaml } from '../../src/directory/yaml.ts'

const plainTexts = [
  'system: { domain: example.test, listen: 127.0.0.1 }\nusers:\n  - { userId: alice, displayName: Alice Adams, extension: "1001" }\n',
  'system:\n  domain: example.test   # ours\n  guard:\n    connections: 10\n\n# people\nusers:\n- userId: alice\n  mailbox: true\n\n- { userId: bob, mailbox: false,\n    extension: "1002" }\nphones: []\n',
  '{"users": [{"userId":"alice","extension":"1001"},\n  {"userId":"bob"}\n],\n"system":{"domain":"a\\"b\\\\c","trustedProxies":[]}}\n',
  'phones:\n  - name: alice-desk\n    user: alice\n    lines: ["1001", \'10 02\']\n    digest: { user: alice-desk, password: "it is: a \'secret\' # {" }\nservices: { sip-udp: { port: 5060 } }\n',
  "users: [ { userId: alice, displayName: 'O''Brien' }, { userId: b } ]\nlines:\n  - number: '1001'\n    forwardAll: null\n    noAnswerSeconds: 12",
]
for (const text of plainTexts) test(`plain: ${JSON.stringify(text.slice(0, 50))}`, () => { assert.ok(readPlainYaml(text)); same(text) })

const unusual = ['', '# nothing\n', '---\na: 1\n', 'a: &x 1\n', 'a: *x\n', 'a: |\n  text\n', 'a: True\n', 'a: 007\n', 'a: 1.5\n', 'a: 0x1f\n', 'a: ~\n', 'a:\n', 'a: b\n  c\n', 'a: [1, 2\n', 'a: {b: 1}}\n', 'a: 1\na: 2\n', 'a: {b: 1, b: 2}\n',
  'constructor: 1\n', '__proto__: {}\n', '"1": 2\n', 'a: \tb\n', 'a:\tb\n', 'a: "\\x41"\n', 'a: b: c\n', '- a\n', 'a: [b: c]\n', 'a: {b}\n', 'a: {b: 1,}\n', 'a: b\r\n', 'a: 1\n b: 2\n', 'a:\n   b: 1\n  c: 2\n', '\ufeffa: 1\n', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`]
for (const text of unusual) test(`for the whole language: ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(readPlainYaml(text), undefined))

/** Nothing to compare where the fast reader does not take it. */
function same(text: string): boolean {
  const fast = readPlainYaml(text)
  if (!fast) return false
  const [quick, whole] = [readYaml(text, 'f'), readWholeYaml(text, 'f')]
  assert.deepEqual(whole.faults, [], JSON.stringify(text))
  assert.deepEqual(JSON.parse(JSON.stringify(quick.value)), JSON.parse(JSON.stringify(whole.value)), JSON.stringify(text))
  for (const path of paths(quick.value, [])) for (const atName of [false, true]) {
    assert.equal(quick.locate(path, atName), whole.locate(path, atName), `${JSON.stringify(text)} ${path.join('.')} ${atName}`)
  }
  return true
}

function* paths(value: unknown, at: Path): Generator<Path> {
  yield at
  yield [...at, 'missing']
  if (typeof value === 'object' && value !== null) for (const [name, item] of Object.entries(value)) yield* paths(item, [...at, Array.isArray(value) ? Number(name) : name])
}

const signs = fc.constantFrom(...' \n-:,{}[]"\'#ab01.~*&!|>\\\t', '\n  ', '\n- ', ': ', ' #', '- ', '\u00e9', 'true', 'null')

test('A35 any text that the fast reader takes the library takes too: same values, same places (4,000 bent texts)', () => {
  let taken = 0
  const bends = fc.array(fc.record({ at: fc.nat(400), drop: fc.nat(3), put: fc.array(signs, { maxLength: 2 }) }), { maxLength: 3 })
  fc.assert(fc.property(fc.constantFrom(...plainTexts), bends, (text, list) => {
    for (const { at, drop, put } of list) { const from = at % (text.length + 1); text = text.slice(0, from) + put.join('') + text.slice(from + drop) }
    if (same(text)) taken++
  }), { numRuns: 4_000 })
  assert.ok(taken > 400, `only ${taken} were taken`)
})

test('a file that nobody wrote by hand is read by the fast reader', () => {
  const users = Array.from({ length: 2_000 }, (_, i) => `  - { userId: u${i}, extension: "${100_000 + i}" }\n`).join('')
  assert.ok(readPlainYaml(`system: { domain: example.test }\nusers:\n${users}`))
})
