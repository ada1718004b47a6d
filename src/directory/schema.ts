/**
 * JSON Schema objects as TypeBox makes and types them, without loading it: its 700 files take longer than the rest of a start.
 * Only the makers that define.ts uses; test/directory/schema.test.ts holds them against the library.
 */
import type Typebox from 'typebox'

type Makers = Pick<typeof Typebox, 'String' | 'Integer' | 'Boolean' | 'Enum' | 'Array' | 'Object' | 'Unsafe' | 'Optional'>
type Schema = { readonly [name: string]: unknown }

/** Which schemas need not be given: beside them, so that it is no part of what is printed. */
const optionals = new WeakSet<Schema>()

const makers = {
  String: (options: Schema) => ({ type: 'string', ...options }),
  Integer: (options: Schema) => ({ type: 'integer', ...options }),
  Boolean: (options: Schema) => ({ type: 'boolean', ...options }),
  Enum: (values: readonly unknown[], options: Schema) => ({ enum: values, ...options }),
  Array: (items: Schema, options: Schema) => ({ type: 'array', items, ...options }),
  Object: (properties: { readonly [name: string]: Schema }, options: Schema) => {
    const required = Object.keys(properties).filter((name) => !optionals.has(properties[name]!))
    return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options }
  },
  Unsafe: (schema: Schema) => ({ ...schema }),
  Optional: (schema: Schema) => {
    const copy = { ...schema }
    optionals.add(copy)
    return copy
  },
}

export const Type = makers as unknown as Makers
