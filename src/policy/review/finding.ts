/** What a review found: about which object and field, in words, and what to do. */
import type { Kind } from '../../directory/changes.ts'
import { byCollection } from '../../directory/kinds.ts'
import type { Problem } from '../../kit/result.ts'

/** `collection[key].field` of the site file. */
export interface ReviewFinding {
  readonly kind: Kind
  readonly key: string
  readonly field?: string | undefined
  readonly code: string
  readonly text: string
  readonly remedy?: string | undefined
}

export interface Report { readonly errors: readonly ReviewFinding[]; readonly warnings: readonly ReviewFinding[] }

export function about(kind: Kind, key: string, { code, text, remedy }: Problem, field?: string): ReviewFinding { return { kind, key, field, code, text, remedy } }

/** A problem whose place begins as the site file names the object: `routePatterns[9.! National], character 3 of the pattern`. */
export function placed(problem: Problem): ReviewFinding {
  const { where = '' } = problem, open = where.indexOf('['), close = where.lastIndexOf(']')
  const kind = byCollection.get(open < 0 ? where : where.slice(0, open))?.kind ?? 'routePattern', rest = where.slice(close + 1).replace(/^, /, '')
  const found = about(kind, open < 0 ? '' : where.slice(open + 1, close), problem)
  return rest === '' ? found : { ...found, text: `${rest.charAt(0).toUpperCase()}${rest.slice(1)}: ${found.text}` }
}
