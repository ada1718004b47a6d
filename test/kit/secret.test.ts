import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { pii, secret } from '../../src/kit/secret.ts'

const value = 'tellnobody42'
/** Every way that a value takes to a log, an error, a URL or a file. */
const ways: [way: string, print: (hidden: unknown) => string][] = [
  ['template', (hidden) => `${hidden as string}`],
  ['concatenation', (hidden) => 'password '.concat(String(hidden))],
  ['JSON', (hidden) => JSON.stringify({ password: hidden })],
  ['JSON key', (hidden) => JSON.stringify({ [String(hidden)]: 1 })],
  ['inspect', (hidden) => inspect(hidden)],
  ['inspect with everything shown', (hidden) => inspect({ deep: [hidden] }, { showHidden: true, depth: null, getters: true, customInspect: false })],
  ['format', (hidden) => format('%s %o %j %O', hidden, hidden, hidden, hidden)],
  ['error', (hidden) => inspect(new Error('wrong', { cause: hidden }))],
  ['URL', (hidden) => new URL(`https://a.test/?p=${String(hidden)}`).href],
  ['own properties', (hidden) => JSON.stringify([Reflect.ownKeys(hidden as object), Object.entries(hidden as object), { ...(hidden as object) }])],
  ['structured clone', (hidden) => inspect(structuredClone(hidden), { showHidden: true, customInspect: false })],
  ['locale', (hidden) => (hidden as object).toLocaleString()],
  ['join', (hidden) => [hidden].join()],
]

for (const [way, print] of ways) {
  test(`A43 R241 a secret and a personal datum do not print: ${way}`, () => {
    for (const hidden of [secret(value), pii(value)]) assert.doesNotMatch(print(hidden), /tellnobody/)
  })
}

test('A43 the mark says which kind was left out', () => {
  assert.equal(`${secret(value).toString()} ${pii(value).toString()}`, '[secret] [personal]')
})

test('A43 reveal is the way to the value', () => {
  assert.equal(secret(value).reveal(), value)
  assert.equal(pii('').reveal(), '')
})
