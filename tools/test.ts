/**
 * npm test [-- FILE… | --only PATTERN | --verbose]: house.test.ts, then every other test under test/, two files at a time.
 * One line a file; a failure in full; node's own closing lines, and what was skipped for which reason. Fails when no test ran.
 */
import { globSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'

const root = resolve(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, verbose: { type: 'boolean', default: false }, concurrency: { type: 'string', default: '2' } },
})

function chosen(): string[] {
  if (positionals.length) return positionals.flatMap((pattern) => globSync(pattern)).map((file) => resolve(file))
  const all = globSync('test/**/*.test.ts', { cwd: root }).map((file) => resolve(root, file)).sort()
  const house = resolve(root, 'test/house.test.ts')
  return [house, ...all.filter((file) => file !== house)]
}

interface Summary { file?: string | undefined, success: boolean, duration_ms: number, counts: { tests: number, passed: number, skipped: number } }

function line({ file = '', counts: { tests, passed, skipped }, duration_ms }: Summary): string {
  const failed = tests - passed - skipped
  return `${failed ? '✖' : '✔'} ${relative(root, file).padEnd(56)} ${String(passed).padStart(5)} passed` +
    `${failed ? ` ${failed} FAILED` : ''}${skipped ? ` ${skipped} skipped` : ''} ${(duration_ms / 1000).toFixed(1)} s\n`
}

function main(): void {
  const files = chosen()
  if (!files.length) { console.error(`no test file matches ${positionals.join(' ')}`); process.exitCode = 1; return }
  const stream = run({
    files, cwd: root, concurrency: Number(values.concurrency), timeout: 300_000,
    ...(values.only ? { testNamePatterns: [values.only] } : {}),
  })
  let ran = 0
  // a file without any test counts as one test named after the file: it is not taken for a test here
  const real = (data: { name: string, file?: string | undefined }) => data.file === undefined || resolve(root, data.name) !== data.file
  const skipped = new Map<string, string[]>()   // by reason
  stream.on('test:pass', (data) => {
    if (data.details.type === 'suite' || !real(data)) return
    if (data.skip === undefined) ran++
    else {
      const reason = typeof data.skip === 'string' ? data.skip : 'no reason given'
      skipped.set(reason, [...skipped.get(reason) ?? [], `  ${relative(root, data.file ?? '')}: ${data.name}`])
    }
  })
  stream.on('test:fail', (data) => { process.exitCode = 1; if (real(data)) ran++ })
  stream.on('test:summary', (data) => {
    if (!data.success) process.exitCode = 1
    if (data.file && !values.verbose) process.stdout.write(line(data))
  })
  if (!values.verbose) stream.on('test:stderr', (data) => process.stderr.write(data.message))
  stream.compose(values.verbose ? new spec() : failuresOnly).pipe(process.stdout)
  stream.on('end', () => {
    for (const [reason, names] of skipped) console.log(`${names.length} skipped, nothing shown by them: ${reason}\n${names.join('\n')}`)
    if (!ran && !skipped.size) { console.error('no test ran'); process.exitCode = 1 }
  })
}

/** What the tests of a file said about themselves is left out; the totals at the end are kept. */
async function* failuresOnly(source: AsyncIterable<{ type: string, data: unknown }>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type === 'test:fail') yield failed(data as Failed)
    else if (type === 'test:diagnostic') {
      const { message, nesting, file } = data as { message: string, nesting: number, file?: string }
      if (nesting === 0 && (file === undefined || !/^(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(message))) yield `ℹ ${message}\n`
    }
  }
}

interface Failed { name: string, file?: string, line?: number, details: { error: Error & { cause?: unknown } } }
function failed({ name, file, line: at, details: { error } }: Failed): string {
  const cause = error.cause instanceof Error ? error.cause.stack ?? error.cause.message : error.message
  return `\n✖ ${name}\n  ${file ? relative(root, file) : ''}:${at ?? 0}\n${cause.split('\n').map((each) => `    ${each}`).join('\n')}\n\n`
}

main()
