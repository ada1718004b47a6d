/** The dialogues that stand in the RFCs: what the client says there is read, unless the server refuses it there. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { parseCommand } from '../../../src/wire/imap/index.ts'

const folder = join(process.env.RINGFORT_VECTORS ?? resolve(import.meta.dirname, '../../../../shared/vectors'), 'imap-rfc')

/** Extensions that are not offered here, and character sets. */
const notOffered = /^\S+ (?:UID )?(?:GETQUOTA|GETQUOTAROOT|SETQUOTA|GETMETADATA|SETMETADATA|THREAD|SORT|NOTIFY|XPIG-LATIN)\b|CHARSET KOI8-R|CONTEXT|UPDATE/i

/** No commands: a line of a message, dots for what was left out, and a set that lost a comma where the RFC wraps it. */
const noCommand = /^Hello Joe|\.\.\.$|9990:9999 15000/

interface Said { readonly text: string; readonly answer: string }

/** Lines of the client put together as they are wrapped, without those that belong to a literal, to SASL or to IDLE. */
function commandsOf(transcript: string): Said[] {
  const said: Said[] = [], answers: string[] = []
  let text = ''
  const end = (): void => { if (/^[A-Za-z0-9.]{1,12} +[A-Za-z]/.test(text) && !/\{\d+\+?\}/.test(text)) said.push({ text, answer: '' }); text = '' }
  for (const line of transcript.split(/\r?\n/)) {
    if (/^[CS]:|^<|^\s*$/.test(line)) end()
    if (line.startsWith('S:')) answers.push(line.slice(2).trim())
    else if (line.startsWith('C:')) text = line.slice(2).trim()
    else if (text !== '' && line.trim() !== '') text += ` ${line.trim()}`
  }
  end()
  return said.map((one) => ({ ...one, answer: answers.find((a) => a.startsWith(`${one.text.split(' ')[0]} `)) ?? '' }))
}

test('RFC 3501 9051 7162 5182 4731 the commands of twenty RFCs are read', (t) => {
  if (!existsSync(folder)) { t.diagnostic('the folder of vectors is absent: nothing was compared'); return }
  const wrong: string[] = []
  let read = 0
  for (const file of globSync('**/*.txt', { cwd: folder }).sort()) {
    for (const { text, answer } of commandsOf(readFileSync(join(folder, file), 'latin1'))) {
      const parsed = parseCommand(text.replaceAll('( ', '('), true)
      if ('command' in parsed) read++
      else if (!notOffered.test(text) && !noCommand.test(text) && !/ (?:BAD|NO) /.test(answer)) wrong.push(`${file} ${parsed.problem.code} ${text}`)
    }
  }
  t.diagnostic(`${read} commands`)
  assert.deepEqual(wrong, [])
  assert.ok(read > 0)
})
