/** Command lines that cannot be carried out: exit code 1, words on standard error, with --json one document on standard output. Issue 2, point 6. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder, ringfort } from './running.ts'

const nowhere = join(newFolder(), 'data')
const cases: readonly (readonly [given: readonly string[], code: string, says: RegExp])[] = [
  [['apply', '/nowhere/site.yaml', '--data', nowhere], 'admin.fileUnreadable', /\/nowhere\/site\.yaml: The file cannot be read: there is no such file \(ENOENT\)\./],
  [['undo'], 'admin.option', /missing required argument/],
  [['show', 'registrations', '--data', nowhere], 'admin.notRunning', /No Ringfort runs/],
  [['show', 'registrations', '--loud'], 'admin.option', /unknown option '--loud'/],
  [['show', 'call'], 'admin.option', /missing required argument 'id'/],
  [['show', 'nothing'], 'admin.unknownCommand', /unknown command 'nothing'/],
  [['show'], 'admin.unknownCommand', /Usage: ringfort show/],
  [['drop', 'everything'], 'admin.unknownCommand', /unknown command 'drop'/],
  [['explain', 'call', '--from', '1001'], 'admin.option', /required option '--to/],
  [['explain', 'call', '--from'], 'admin.option', /argument missing/],
  [['export', 'more'], 'admin.option', /too many arguments/],
  [['call', 'tail', '--data', nowhere], 'admin.notRunning', /No Ringfort runs/],
]

for (const [given, code, says] of cases) {
  test(`issue 2, bad input: ringfort ${given.filter((word) => word !== nowhere).join(' ')}: ${code}`, async () => {
    const [plain, json] = await Promise.all([ringfort(given), ringfort([...given.slice(0, -1), ...(given.at(-1) === '--from' ? ['--json', '--from'] : [given.at(-1)!, '--json'])])])
    assert.deepEqual([plain.code, json.code, plain.out], [1, 1, ''])
    assert.match(plain.error, says)
    assert.match(json.error, says)
    const { problems } = JSON.parse(json.out) as { problems: { code: string; text: string }[] }
    assert.deepEqual(problems.map((one) => one.code), [code])
    assert.match(problems[0]!.text, /[^.]\.$/)
  })
}

test('--version needs no running system', async () => {
  const { code, out } = await ringfort(['--version'])
  assert.deepEqual([code, out], [0, `${(JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }).version}\n`])
})

test('--help is an answer: exit code 0, words on standard output, and no problem', async () => {
  const { code, out, error } = await ringfort(['show', '--help', '--json'])
  assert.deepEqual([code, error], [0, ''])
  assert.match(out, /^Usage: ringfort show/)
})
