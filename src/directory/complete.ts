/** An object as it was stored, filled up with the defaults of fields that came later. */
import type { Body, Json, Kind } from './changes.ts'
import { fieldOf } from './define.ts'
import { kinds } from './kinds.ts'

const presets = new Map<Kind, readonly (readonly [string, Json])[]>(Object.values(kinds).map((d) => [d.kind,
  Object.entries(fieldOf(d).properties ?? {}).filter(([, of]) => of.default !== undefined).map(([name, of]) => [name, of.default as Json] as const)]))

/** The body itself where nothing is missing. */
export function complete(kind: Kind, body: Body): Body {
  let filled: Record<string, Json> | undefined
  for (const [name, preset] of presets.get(kind) ?? []) {
    if (body[name] === undefined) (filled ??= { ...body })[name] = Array.isArray(preset) ? [...preset] : preset
  }
  return filled ?? body
}
