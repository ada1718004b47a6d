/** The examples run, and print what the README says of them. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { test } from 'node:test'

test('R270 examples/call.ts: an encrypted call and its ladder', () => {
  const root = resolve(import.meta.dirname, '../..')
  const lines = execFileSync(process.execPath, ['examples/call.ts'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
  assert.equal(lines[0], 'the media of the call: sdes, the call: encrypted')
  assert.deepEqual(lines.slice(1).map((line) => line.replace(/ +/g, ' ')), [
    'alice-desk → ringfort INVITE', 'ringfort → alice-desk 100 INVITE', 'ringfort → bob-desk INVITE', 'bob-desk → ringfort 180 INVITE', 'ringfort → alice-desk 180 INVITE',
    'bob-desk → ringfort 200 INVITE', 'ringfort → bob-desk ACK', 'ringfort → bob-desk UPDATE', 'ringfort → alice-desk 200 INVITE', 'bob-desk → ringfort 200 UPDATE',
    'alice-desk → ringfort ACK', 'alice-desk → ringfort BYE', 'ringfort → alice-desk 200 BYE', 'ringfort → bob-desk BYE', 'bob-desk → ringfort 200 BYE',
  ])
})

test('issue 2, point 7: examples/real.ts: every listener on a free port, a command, and an end', () => {
  const root = resolve(import.meta.dirname, '../..')
  const lines = execFileSync(process.execPath, ['examples/real.ts'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
  assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['sip-udp', 'sip-tcp', 'sip-tls', 'sip-wss', 'metrics', 'explained'])
})
