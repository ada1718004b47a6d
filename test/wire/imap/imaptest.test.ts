/** Dovecot's imaptest: its scripts of what is offered here, played in memory. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { parseMbox, parseScript, play } from './imaptest.ts'

const folder = join(process.env.RINGFORT_VECTORS ?? resolve(import.meta.dirname, '../../../../shared/vectors'), 'imap', 'imaptest')

/** Extensions that are not offered here; of append-binary, a literal whose notation is not told. */
const notOffered = /^(?:append-binary|esort|notify|search-context.*|search-partial|sort-.*|thread.*|urlauth.*)$/

const read = (file: string) => readFileSync(join(folder, file), 'latin1')
const scripts = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }).filter((f) => f.isFile() && !f.name.endsWith('.mbox')).map((f) => f.name).sort() : []

test('imaptest: there are scripts to be played', (t) => t.diagnostic(scripts.length === 0 ? 'the folder of vectors is absent: nothing was played' : `${scripts.filter((s) => !notOffered.test(s)).length} of ${scripts.length} scripts`))

for (const name of scripts.filter((script) => !notOffered.test(script))) {
  test(`RFC 3501 imaptest ${name}`, () => {
    const box = existsSync(join(folder, `${name}.mbox`)) ? `${name}.mbox` : 'default.mbox'
    assert.deepEqual(play(parseScript(read(name)), parseMbox(read(box))), [])
  })
}

test('imaptest: the player finds what is wrong', () => {
  const mails = [{ text: 'Subject: x\r\n\r\n', date: '" 1-Jan-2026 00:00:00 +0000"' }]
  for (const [script, wanted] of [['messages: 2\n\nok search all\n* search 1 2 3\n', 1], ['messages: 2\n\nok search all\n* search 1 2\n', 0], ['messages: 2\n\nok xyzzy\n', 1], ['messages: 2\n\nok search all\n! search 1 2\n', 1], ['messages: 2\n\nok fetch 1 flags\n* 1 fetch (flags (\\seen))\n', 1]] as const) {
    assert.equal(play(parseScript(script), mails).length, wanted, script)
  }
})
