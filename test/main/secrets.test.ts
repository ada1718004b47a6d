/** A43: a call is placed, passwords are wrong, strangers shout; no key, no digits, no password and no address of it is in the log. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openSystem } from '../../src/main/system.ts'
import { openLog } from '../../src/ops/log.ts'
import { logLines, logText, twoPhones, until } from './running.ts'
import { authorization, call, newPhone, options, print, statusOf } from './speak.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'rf-'))
after(() => { rmSync(dataDir, { recursive: true }) })

const key = 'Y2FuYXJ5LWtleS1jYW5hcnkta2V5LWNhbmFyeS1rZXk'

test('A43 a call and its secrets: the log says that it was, how it ended and how safe it was, and nothing of what must not be read', async () => {
  const file = join(dataDir, 'site.yaml'), words: string[] = []
  writeFileSync(file, twoPhones)
  const log = openLog({ dataDir, process: 'test', level: 'debug', words: (line) => { words.push(line) } })
  const opened = await openSystem({ dataDir, site: file, log })
  assert.ok(opened.ok)
  const port = opened.value.bound().find((b) => b.name === 'sip-udp')!.port
  const [alice, bob, eve] = [await newPhone(port), await newPhone(port), await newPhone(port)]
  assert.equal(statusOf(await alice.register('alice-desk', 'battery-staple-1', '1001')), 200)
  assert.equal(statusOf(await bob.register('bob-desk', 'battery-staple-2', '1002')), 200)
  assert.equal(statusOf(await eve.register('alice-desk', 'canary-wrong-password', '1001')), 401)
  const talk = await call(alice, bob, key)
  await talk.hangUp()
  const parts = { method: 'INVITE', uri: 'sip:00900123456789@example.test', user: 'canary-user', port: eve.port, transport: 'UDP' }
  const challenge = await eve.ask(print(parts))
  await eve.ask(print({ ...parts, cseq: 2, headers: authorization(challenge, 'canary-user', 'canary-password', 'INVITE', parts.uri) }))
  assert.equal(statusOf(await options('tcp', opened.value.bound().find((b) => b.name === 'sip-tcp')!.port)), 200)
  await until(() => opened.value.exchange.counters.calls.ended > 0 || undefined, 'the end of the call')
  for (const phone of [alice, bob, eve]) phone.close()
  await opened.value.stop()
  await log.close()
  const started = logLines(dataDir).find((line) => line.event === 'call.started')
  assert.deepEqual([started?.phone, started?.dialled], ['alice-desk', 'line'], 'who called by the name of the phone, what by its kind')
  const ended = logLines(dataDir).find((line) => line.event === 'call.ended')
  assert.equal(ended?.security, 'notAuthenticated')
  assert.equal(ended?.record, ended?.call)
  assert.equal(started?.call, ended?.call)
  const requests = ended!.requests as string[]
  assert.equal(requests.length, 2, 'the line of the call names its requests by their marks')
  assert.deepEqual(started?.requests, requests.slice(0, 1))
  const all = logText(dataDir) + words.join('\n'), texts = logLines(dataDir).flatMap(textsOf).concat(words)
  for (const number of [/\b1001\b/, /\b1002\b/]) assert.deepEqual(texts.filter((text) => number.test(text)), [])   // not in lengths of time and process ids, where they are chance
  for (const canary of [key, 'canary', 'battery-staple', '00900123456789', `talk-${alice.port}`, 'Alice Adams', 'response=', `127.0.0.1:${alice.port}`, `127.0.0.1:${bob.port}`]) {
    assert.ok(!all.includes(canary), `${canary} stands in the log: ${all.split('\n').find((line) => line.includes(canary))}`)
  }
})

/** Every text in a value, however deep. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, one]) => [name, ...textsOf(one)]) : []
}
