/** What a cross check found: a fault at a place of the file, or about an object that is stored already. */
import { kinds } from './kinds.ts'
import type { DirectoryCode } from './problems.ts'
import type { SiteObject } from './view.ts'
import type { Fault } from './yaml.ts'

/** A fault, or one about an object that is not in the file: `stored` names it. */
export interface Finding extends Fault { readonly stored?: string | undefined }

export interface Report { readonly errors: Finding[]; readonly warnings: Finding[] }

/** Puts a finding where the object stands: `at` is the field inside it. */
export function finding(object: SiteObject | undefined, at: readonly (string | number)[], code: DirectoryCode, text: string, remedy?: string): Finding {
  const stored = object?.path === undefined && object ? `${kinds[object.kind].collection}[${object.key}]` : undefined
  return { path: [...(object?.path ?? []), ...at], code, text, remedy, stored }
}
