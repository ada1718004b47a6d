/** npm run check: one line a step with its time; the output of a step that failed. Needs no network. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = resolve(root, 'node_modules/.bin')
const quiet = '--disable-warning=ExperimentalWarning'

interface Step { name: string, command: string[], last?: boolean }
const steps: Step[] = [
  { name: 'lockfile: no address, every platform', command: [process.execPath, 'tools/lockfile.ts'] },
  { name: 'walls: who imports whom', command: [process.execPath, '--test', '--test-reporter=spec', 'test/house.test.ts'] },
  { name: 'types (tsc)', command: ['tsc', '-p', '.'] },
  { name: 'lint (biome)', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'lint with types (oxlint)', command: ['oxlint', '--config', '.oxlintrc.json', '--deny-warnings'] },
  { name: 'dead code (knip)', command: ['knip', '--no-progress', '--no-config-hints'] },
  { name: 'lengths of functions and files', command: [process.execPath, quiet, 'tools/lengths.ts'], last: true },
]

function perform({ command: [name = '', ...parameters] }: Step): Promise<{ code: number, said: string }> {
  const command = existsSync(resolve(bin, name)) ? resolve(bin, name) : name
  // the tools' scripts say "env node": node_modules/.bin first, so that it is Node.js 24
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_TEST_CONTEXT: undefined }
  return new Promise((done) => {
    const chunks: Buffer[] = []
    const child = spawn(command, parameters, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => done({ code: 1, said: error.message }))
    child.on('close', (code) => done({ code: code ?? 1, said: Buffer.concat(chunks).toString() }))
  })
}

let failed = 0
const started = performance.now()
for (const step of steps) {
  const from = performance.now()
  const { code, said } = await perform(step)
  const note = step.last ? `  ${said.trim().split('\n').at(-1)}` : ''
  console.log(`${code ? '✖' : '✔'} ${step.name.padEnd(40)} ${((performance.now() - from) / 1000).toFixed(1).padStart(5)} s${note}`)
  if (code) { failed++; console.log(said.trimEnd()) }
}
console.log(`${failed ? `${failed} of ${steps.length} steps failed` : `all ${steps.length} steps passed`} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
process.exitCode = failed ? 1 : 0
