/** The small makers of schemas make what the library makes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Library from 'typebox'
import { definitions } from '../../src/directory/kinds.ts'
import { Type } from '../../src/directory/schema.ts'

type Maker = typeof Type

const shapes: readonly ((make: Maker) => unknown)[] = [
  (make) => make.String({ title: 'Name', minLength: 1, default: 'x' }),
  (make) => make.Integer({ minimum: 1, maximum: 9 }),
  (make) => make.Boolean({ default: true }),
  (make) => make.Enum(['a', 'b'], { type: 'string', default: 'a' }),
  (make) => make.Array(make.String({ maxLength: 3 }), { maxItems: 4, default: [] }),
  (make) => make.Object({ a: make.String({}), b: make.Optional(make.Integer({ minimum: 0 })), c: make.Optional(make.Object({ d: make.Boolean({}) }, {})) }, { additionalProperties: false }),
  (make) => make.Object({ a: make.Optional(make.String({})) }, {}),
  (make) => make.Unsafe<number>({ type: 'string', writeOnly: true }),
]

test('each maker gives the same JSON Schema as the library', () => {
  for (const shape of shapes) assert.deepEqual(JSON.parse(JSON.stringify(shape(Type))), JSON.parse(JSON.stringify(shape(Library))))
})

test('every kind says which fields must be given', () => {
  for (const { fields, keyField } of definitions) if (keyField !== '') assert.ok((fields as unknown as { required: string[] }).required.includes(keyField), keyField)
})
