/** explain rules: a message before and after, with the rule of each changed line. Issue of the trunks (dry run of header and description rules) */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printAnswer } from '../../src/admin/client.ts'
import { messageFacts } from '../../src/policy/trunk/rules/facts.ts'
import { newHouse } from './house.ts'

const site = `
system: { domain: example.test, listen: 127.0.0.1 }
services: { sip-udp: { port: 0 }, sip-tcp: { port: 0 }, sip-tls: { port: 0 }, sip-wss: { port: 0 }, metrics: { port: 0 } }
sipTrunkSecurityProfiles: [{ name: Branch, incomingPort: 0 }]
trunks:
  - name: carrier
    securityProfile: Branch
    optionsPing: false
    destinations: [{ address: 127.0.0.1, port: 9 }]
    rules:
      - { method: INVITE, what: set, name: User-Agent, value: Grüße }
      - { direction: in, what: remove, name: Server }
      - { method: INVITE, what: removeCodec, name: G729 }
`
const invite = 'INVITE sip:1@a SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:2@b>;tag=1\nTo: <sip:1@a>\nCall-ID: c\nCSeq: 1 INVITE\nUser-Agent: Müller\nContent-Type: application/sdp\n\nv=0\nm=audio 4 RTP/AVP 0 18\na=fmtp:18 annexb=no\n'
interface Tried { method: string; status: number; before: string; after: string; changes: { rule: string; what: string; before?: string; after?: string }[] }

test('explain rules: before, after, and which rule changed which line; a file has line ends of its own', async () => {
  const house = await newHouse(site), ask = (text: string, direction = 'out', trunk = 'carrier') => house.command('explain rules', { trunk, direction, file: 'm.txt', text })
  const found = await house.document<Tried>('explain rules', { trunk: 'carrier', direction: 'out', file: 'm.txt', text: invite })
  assert.deepEqual(found.changes, [
    { rule: 'rules[0]', what: 'set User-Agent', before: 'User-Agent: Müller', after: 'User-Agent: Grüße' },
    { rule: 'rules[2]', what: 'removeCodec G729', before: 'm=audio 4 RTP/AVP 0 18', after: 'm=audio 4 RTP/AVP 0' }, { rule: 'rules[2]', what: 'removeCodec G729', before: 'a=fmtp:18 annexb=no' },
  ])
  assert.equal(found.before, invite.replaceAll('\n', '\r\n'))
  assert.equal(found.after, found.before.replace('Müller', 'Grüße').replace(' 18\r\na=fmtp:18 annexb=no', ''))
  const answer = await ask(invite.replaceAll('\n', '\r\n'))
  assert.ok(answer.ok)
  const text = printAnswer(answer.value, false)
  assert.match(text, /^Before:\n\nINVITE sip:1@a.*User-Agent: Müller.*After:\n\nINVITE .*User-Agent: Grüße.*RULE +WHAT.*rules\[2\] +removeCodec G729 +a=fmtp:18 annexb=no +- +-\n3 of 3 changes are made\. The rules are those that run\.\n$/s)
  const response = await house.document<Tried>('explain rules', { trunk: 'carrier', direction: 'in', file: 'm.txt', text: 'SIP/2.0 200 OK\nCSeq: 1 BYE\nServer: x\n\n' })
  assert.deepEqual([response.method, response.status, response.after], ['BYE', 200, 'SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\n\r\n'])
  const none = await ask('BYE sip:1@a SIP/2.0\nCSeq: 1 BYE\n\n')
  assert.ok(none.ok && printAnswer(none.value, false).endsWith('No rule changes it.\n0 of 0 changes are made. The rules are those that run.\n'))
  const marked = await ask('BYE sip:1@a SIP/2.0\nCSeq: 1 BYE\nX-A: \u001b[2J\n\n')
  assert.ok(marked.ok && printAnswer(marked.value, false).includes('X-A: ·[2J\n'), 'A30 what moves the cursor is a mark')
  for (const [wrong, code] of [[ask(invite, 'sideways'), 'admin.option'], [ask(invite, 'in', 'nobody'), 'admin.notFound'], [ask('hello'), 'admin.option']] as const) {
    const said = await wrong
    assert.deepEqual(said.ok ? [] : said.problem.map((one) => one.code), [code])
  }
  await house.close()
})

test('RFC 3261 7.1 7.2 which message a text is', () => {
  const rows: [string, string][] = [['INVITE sip:a SIP/2.0\r\n\r\n', 'INVITE 0'], ['\r\n\r\nBYE sip:a SIP/2.0', 'BYE 0'], ['SIP/2.0 486 Busy Here\r\nCSeq:  7  INVITE \r\n\r\n', 'INVITE 486'], ['SIP/2.0 200 OK\r\n\r\n', ''], ['SIP/2.0 999 OK\r\nCSeq: 1 BYE\r\n\r\n', ''], ['', ''], ['GET / HTTP/1.1', '']]
  for (const [text, said] of rows) { const facts = messageFacts(text); assert.equal(facts ? `${facts.method} ${facts.status}` : '', said, text) }
})
