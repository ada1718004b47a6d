/** A32, A43: what a stranger writes stays data in records, commands, tables, ladder and log; what must not be read is in none of them, nor on the disk. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { printAnswer, send } from '../../src/admin/client.ts'
import { openDesk } from '../../src/main/desk.ts'
import { liveIn } from '../../src/main/whole.ts'
import { openSystem } from '../../src/main/system.ts'
import { openLog } from '../../src/ops/log.ts'
import { logLines, logText, twoPhones, until } from '../main/running.ts'
import { authorization, call, newPhone, type Phone, print, statusOf } from '../main/speak.ts'

const folders: string[] = [], open = new Set<() => Promise<void>>()
after(async () => {
  for (const close of open) await close()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A whole system with a log and a desk, and two phones that are registered. */
async function house() {
  const dataDir = mkdtempSync(join(tmpdir(), 'rf-')), site = join(dataDir, 'site.yaml'), words: string[] = []
  folders.push(dataDir)
  writeFileSync(site, twoPhones)
  const log = openLog({ dataDir, process: 'test', level: 'debug', words: (line) => { words.push(line) } }), system = await openSystem({ dataDir, site, log })
  assert.ok(system.ok, JSON.stringify(system))
  rmSync(site)                                                                          // the administrator's own file: not the system's to keep
  const desk = await openDesk(dataDir, log, liveIn(system.value))
  assert.ok(desk.ok, JSON.stringify(desk))
  const port = system.value.bound().find((one) => one.name === 'sip-udp')!.port, [alice, bob] = [await newPhone(port), await newPhone(port)]
  assert.equal(statusOf(await alice.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await bob.register('bob-desk', 'battery-staple-2', '1002')), 200)
  const answered = async (command: string, options = {}) => {
    const done = await send(dataDir, { command, options })
    assert.ok(done.ok, JSON.stringify(done))
    return done.value
  }
  const close = async () => {
    if (!open.delete(close)) return
    for (const phone of [alice, bob]) phone.close()
    await desk.value.stop()
    await system.value.stop()
    await log.close()
  }
  open.add(close)
  return {
    close, dataDir, system: system.value, alice, bob, answered, words,
    /** Everything that an administrator may read of all calls, as documents and as he sees it. */
    shown: async (): Promise<{ json: string[]; text: string[] }> => {
      const { records } = (await answered('show calls', { ended: true })).document as { records: { id: string }[] }
      const all = [await answered('show calls'), await answered('show calls', { ended: true }), await answered('show registrations'), ...await Promise.all(records.map(({ id }) => answered('show call', { id })))]
      return { json: all.map((one) => printAnswer(one, true)), text: all.map((one) => printAnswer(one, false)) }
    },
  }
}

const mark = 'MARK'
/** Octets as they go over the wire: code for a page, a table, a shell, a store, a terminal, a log. */
const payloads: [what: string, text: string][] = [
  ['a script', `<script>alert("${mark}")</script>`], ['an attribute', `"><img src=x onerror=${mark}>`], ['a formula', `=cmd|'/c ${mark}'!A1`], ['a shell', `$(touch /tmp/${mark});\`id\``], ['SQL', `${mark}'; DROP TABLE record; --`],
  ['a template', `{{${mark}}}\${${mark}}%s%n`], ['a log line', `${mark}","level":"error","event":"forged`], ['C1: a control sequence of eight bits', `\u009b2J${mark}\u009d0;x\u009c`], ['UTF-8 that turns the line round', Buffer.from(`${mark}\u202etxt.exe\u2028\u2066`).toString('latin1')],
  ['a prototype', '__proto__'], ['halves of UTF-8', `\xc3${mark}\xe2\x80`],
]
const quoted = (text: string) => text.replace(/[\\"]/g, '\\$&')
/** RFC 3261 25.1 word, and user. */
const word = (text: string) => text.replace(/[^\w.!%*+`'~()<>:\\"/[\]?{}-]/g, '_')
const user = (text: string) => text.replace(/[^\w]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`)

let count = 0
/** Alice dials with the text wherever a caller may write; what is called refuses with it as the reason. */
async function hostileCall({ alice, bob }: { alice: Phone; bob: Phone }, text: string, number: string): Promise<number> {
  const callId = `${word(text)}${++count}`, uri = `sip:${number}@example.test`
  const parts = { method: 'INVITE', uri, user: '1001', port: alice.port, transport: 'UDP', callId, fromTag: `t${count}`, body: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n' }
  const headers = `Content-Type: application/sdp\r\nUser-Agent: ${text}\r\nSubject: ${text}\r\nX-${mark}: ${text}\r\n`
  const dressed = (request: string) => request.replace('From: <', `From: "${quoted(text)}" <`)
  const challenge = await alice.ask(dressed(print({ ...parts, headers })))
  if (statusOf(challenge) !== 401) return statusOf(challenge)
  const heard = bob.heard.length, done = alice.ask(dressed(print({ ...parts, cseq: 2, headers: headers + authorization(challenge, 'alice-desk', 'battery-staple-1', 'INVITE', uri) })))
  if (number === '1002') {
    const rung = await bob.wait((message) => message.startsWith('INVITE') && bob.heard.indexOf(message) >= heard)
    const copied = rung.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line)).map((line) => /^To:/i.test(line) ? `${line};tag=b${count}` : line).join('\r\n')
    bob.send(`SIP/2.0 486 ${text}\r\n${copied}\r\nUser-Agent: ${text}\r\nReason: Q.850;cause=17;text="${quoted(text)}"\r\nContent-Length: 0\r\n\r\n`)
  }
  return statusOf(await done)
}

/** What moves a cursor, turns a line round or ends it: in nothing that is printed. */
const unseen = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/

test('A32 code in display name, User-Agent, Call-ID, dialled number and reason: calls end in order, tables keep their rows, documents parse, no control character is printed, the log has none of it', async () => {
  const one = await house()
  for (const [what, text] of payloads) {
    const status = await hostileCall(one, text, '1002')
    assert.ok(status === 486 || status === 400, `${what}: ${status}`)
    const dialled = await hostileCall(one, text, user(text))
    assert.ok(dialled === 404 || dialled === 400, `${what}: ${dialled}`)
  }
  const ended = await until(async () => { const { records } = (await one.answered('show calls', { ended: true })).document as { records: { from: string; to: string }[] }; return records.length >= payloads.length ? records : undefined }, 'records of the calls')
  assert.ok(ended.every(({ from }) => from === '1001'))
  const { json, text } = await one.shown()
  for (const document of json) {
    assert.doesNotThrow(() => JSON.parse(document))
    assert.doesNotMatch(document, unseen)
  }
  for (const printed of text) assert.doesNotMatch(printed, unseen)
  assert.equal(text[1]!.trimEnd().split('\n').length, ended.length + 1, 'a row a record')
  await one.close()
  const log = logText(one.dataDir) + one.words.join('\n')
  assert.ok(!log.includes(mark) && !log.includes('forged'))
  assert.ok(logLines(one.dataDir).every(({ level }) => level !== 'error'))
})

test('A43 passwords, their hashes, keys and credentials are in no document, no metric, no export, no log and, but for what is sealed, not on the disk', async () => {
  const one = await house(), key = 'Y2FuYXJ5LWtleS1jYW5hcnkta2V5LWNhbmFyeS1rZXk'
  const talk = await call(one.alice, one.bob, key), during = await one.shown()
  const credentials = one.alice.heard.join('').match(/nonce="[^"]+"/g) ?? []
  await talk.hangUp()
  await until(() => one.system.exchange.counters.calls.ended > 0 || undefined, 'the end of the call')
  const metricsText = JSON.stringify(one.system.reading()), after = await one.shown()
  const others = await Promise.all(['export', 'show audit', 'show ports', 'show certificates', 'show firewall', 'show version'].map((command) => one.answered(command)))
  await one.close()
  const ha1 = (name: string, password: string) => hash('md5', `${name}:example.test:${password}`)
  const secrets = ['battery-staple', key, ha1('alice-desk', 'battery-staple-1'), ha1('bob-desk', 'battery-staple-2'), ...credentials]
  const read = (file: string) => readFileSync(file).toString('latin1')
  const disk = readdirSync(one.dataDir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  assert.ok(disk.length >= 6 && secrets.length >= 6)
  const places: [string, string][] = [
    ...during.json.concat(during.text, after.json, after.text, others.map((other) => printAnswer(other, true))).map((text): [string, string] => ['a command', text]), ['metrics', metricsText], ['words', one.words.join('\n')], ...disk.map((file): [string, string] => [file, read(file)]),
  ]
  for (const [where, text] of places) for (const each of secrets) assert.ok(!text.includes(each), `${each} stands in ${where}: ${text.slice(Math.max(0, text.indexOf(each) - 200), text.indexOf(each) + 60)}`)
})
