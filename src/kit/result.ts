/**
 * What strangers and administrators do wrong is a value: a Problem says what was wrong, where, and what to do.
 * What we do wrong throws, and only the driver catches it.
 */
export type Result<T, P = Problem> = { ok: true; value: T } | { ok: false; problem: P }

export interface Problem {
  /** Stable and searchable: room, dot, what: `sip.contentLength`, `site.unknownField`. Listed in the room's problems.ts. */
  readonly code: string
  /** One sentence for a person: what was wrong. Never holds a secret. */
  readonly text: string
  /** Header, field, file:line: where. */
  readonly where?: string | undefined
  /** What to do next. */
  readonly remedy?: string | undefined
}

export function ok<T>(value: T): { ok: true; value: T } { return { ok: true, value } }

export function fail<P = Problem>(problem: P): { ok: false; problem: P } { return { ok: false, problem } }

/** The problem as a line for people: `where: text (remedy) [code]`. */
export function printProblem(p: Problem): string {
  return `${p.where ? `${p.where}: ` : ''}${p.text}${p.remedy ? ` ${p.remedy}` : ''} [${p.code}]`
}
