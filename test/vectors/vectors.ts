/** The conformance material that nobody here wrote: read where it lies, never copied. RINGFORT_VECTORS names the folder. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'

export const folder = process.env.RINGFORT_VECTORS ?? resolve(import.meta.dirname, '../../../shared/vectors')

export interface Entry {
  readonly id: string
  readonly topic: string
  readonly file: string | readonly string[]
  readonly expectation: { readonly verdict?: string; readonly kind?: string; readonly complete?: boolean; readonly exception_on?: readonly string[]; readonly start?: string }
}

/** Is this part of the material there? Where it is not, the test counts as skipped, with the reason: it has shown nothing. */
export function isThere(t: TestContext, place: string): boolean {
  const found = existsSync(join(folder, place))
  if (!found) t.skip(`no ${place} at ${folder}: nothing was compared (set RINGFORT_VECTORS)`)
  return found
}

/** The open entries of a topic; none where the folder is absent. */
export function entries(t: TestContext, topic: string): Entry[] {
  const index = join(folder, 'index.json')
  if (!isThere(t, 'index.json')) return []
  return (JSON.parse(readFileSync(index, 'utf8')) as Entry[]).filter((e) => e.topic === topic)
}

export function files(entry: Entry): string[] { return typeof entry.file === 'string' ? [entry.file] : [...entry.file] }

/** The octets of an entry's first file, one char an octet. */
export function octets(entry: Entry): string { return readFileSync(join(folder, files(entry)[0]!), 'latin1') }

/** Line ends as on the wire; collections keep them as LF. */
export function onTheWire(text: string): string { return text.replace(/\r?\n/g, '\r\n') }
