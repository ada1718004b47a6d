/**
 * npm run trace [-- --json | --missing]: which requirements (R…) and attack classes (A…) of docs/requirements.json have a test, and where.
 * A test shows a number by bearing it in its name: `R343 …` anywhere, `A17 …` at the beginning; ranges count: `R001–R005`.
 * A test that is skipped where the material beside the repository is absent shows nothing here.
 */
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

export interface Traced {
  readonly id: string
  /** Our own short words for it. */
  readonly what: string
  /** `test/kit/wheel.test.ts:61`, by file and line. */
  readonly tests: readonly string[]
}

const pieces = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\n/g
const rNumbers = /\bR(\d{3})(?:\s?[–-]\s?R?(\d{3}))?\b/g
const leading = /^(?:(?:[RA]\d{1,3}(?:\s?[–-]\s?[RA]?\d{1,3})?|RFC \d+(?: [\d.]+)?)[\s,:;]+)+/
const aNumbers = /\bA(\d{1,2})(?:\s?[–-]\s?A?(\d{1,2}))?\b/g

/** Where a test begins, alone or for each row of a table. */
const beginnings = /\n(?=[ \t]*(?:for \([^\n]*\) )?test\()/
/** How a test asks for that material (test/vectors/vectors.ts). */
const asksForMaterial = /\b(?:entries|isThere)\(t, /

/** The file with the tests that may be skipped emptied, line by line as long as before. */
function withoutSkippable(source: string): string {
  return source.split(beginnings).map((part, i) => i > 0 && asksForMaterial.test(part) ? part.replace(/[^\n]+/g, '') : part).join('\n')
}

/** Numbers in the names of tests of one file, each with its lines. */
export function numbersIn(source: string): Map<string, number[]> {
  const found = new Map<string, number[]>()
  let line = 1
  for (const [piece] of withoutSkippable(source).matchAll(pieces)) {
    if (/^['"`]/.test(piece)) for (const id of numbersOf(piece.slice(1, -1))) found.set(id, [...found.get(id) ?? [], line])
    line += piece.split('\n').length - 1
  }
  return found
}

function numbersOf(name: string): Set<string> {
  const head = leading.exec(`${name} `)?.[0] ?? ''
  return new Set([
    ...[...name.matchAll(rNumbers)].flatMap(([, from, to]) => range('R', from!, to, 3)),
    ...[...head.matchAll(aNumbers)].flatMap(([, from, to]) => range('A', from!, to, 1)),
  ])
}

function range(letter: string, from: string, to: string | undefined, digits: number): string[] {
  const first = Number(from), last = Math.max(first, Number(to ?? from))
  return Array.from({ length: last - first + 1 }, (_, i) => `${letter}${String(first + i).padStart(digits, '0')}`)
}

export function traceTests(): Traced[] {
  const words = JSON.parse(readFileSync(resolve(root, 'docs/requirements.json'), 'utf8')) as Record<string, string>
  const tests = new Map<string, string[]>()
  for (const file of globSync('test/**/*.ts', { cwd: root }).sort()) {
    for (const [id, lines] of numbersIn(readFileSync(resolve(root, file), 'utf8'))) tests.set(id, [...tests.get(id) ?? [], ...lines.map((line) => `${file}:${line}`)])
  }
  return Object.entries(words).map(([id, what]) => ({ id, what, tests: tests.get(id) ?? [] }))
}

function summary(traced: readonly Traced[], letter: string, what: string): string {
  const all = traced.filter(({ id }) => id.startsWith(letter))
  return `${all.filter(({ tests }) => tests.length > 0).length} of ${all.length} ${what} have a test`
}

export function printTrace(traced: readonly Traced[]): string {
  const shown = traced.filter(({ tests }) => tests.length > 0), missing = traced.filter(({ tests }) => tests.length === 0)
  const places = (tests: readonly string[]) => `${tests[0]}${tests.length > 1 ? ` and ${tests.length - 1} more` : ''}`
  return [
    ...shown.map(({ id, what, tests }) => `✔ ${id.padEnd(5)} ${what.padEnd(64)} ${places(tests)}`),
    ...missing.map(({ id, what }) => `  ${id.padEnd(5)} ${what}`),
    summary(traced, 'R', 'requirements'), summary(traced, 'A', 'attack classes'),
  ].join('\n')
}

if (import.meta.main) {
  const traced = traceTests().filter(({ tests }) => !process.argv.includes('--missing') || tests.length === 0)
  console.log(process.argv.includes('--json') ? JSON.stringify(traced, undefined, 2) : printTrace(traced))
}
