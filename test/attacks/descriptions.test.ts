/** A8: what a phone of ours may put into a description: refused with its reason or passed on within bounds, and the next call goes through. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice, bob, call, flowFrom, newScene, register, site, write } from '../rfc3263/scene.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n', audio = 'm=audio 4000 RTP/AVP 8\r\n'
const key = (n: number) => `a=crypto:${n} AES_CM_128_HMAC_SHA1_80 inline:Y2FuYXJ5LWtleS1jYW5hcnkta2V5LWNhbmFyeS1rZXk\r\n`
const many = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join('')

const bodies: [what: string, body: string, passes: boolean][] = [
  ['one medium', head + audio, true],
  ['2,500 media', head + many(2_500, () => 'm=audio 4000 RTP/AVP 8\r\n'), false],
  ['2,500 media that are closed', head + many(2_500, () => 'm=audio 0 RTP/AVP 8\r\n'), false],
  ['payload type 300', `${head}m=audio 4000 RTP/AVP 300\r\n`, false],
  ['a map for payload type 4294967296', `${head}${audio}a=rtpmap:4294967296 PCMA/8000\r\n`, false],
  ['payload type 97 without a map', `${head}m=audio 4000 RTP/AVP 8 97\r\n`, true],
  ['68 crypto lines', head + audio + many(68, (n) => key(n + 1)), false],
  ['68 crypto lines of one tag', head + audio + many(68, () => key(1)), false],
  ['a key of 10,000 letters', `${head}${audio}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(10_000)}\r\n`, false],
  ['ptime 4294967296', `${head}${audio}a=ptime:4294967296\r\n`, false],
  ['ptime -1', `${head}${audio}a=ptime:-1\r\n`, false],
  ['maxptime 1e309', `${head}${audio}a=maxptime:1e309\r\n`, false],
  ['6,000 attributes', head + audio + many(6_000, (n) => `a=x${n}\r\n`), false],
  ['10,000 formats', `${head}m=audio 4000 RTP/AVP ${many(10_000, (n) => `${n % 128} `)}\r\n`, false],
  ['one line of 60,000', `${head}${audio}a=${'x'.repeat(50_000)}\r\n`, false],
  ['7,000 time lines', head + many(7_000, () => 't=0 0\r\n') + audio, false],
  ['a port of 65536', `${head}m=audio 65536 RTP/AVP 8\r\n`, false],
  ['2,000,000,000 ports', `${head}m=audio 4000/2000000000 RTP/AVP 8\r\n`, false],
  ['no version', audio, false],
  ['NULs', `${head}${audio}a=\u0000\u0000\r\n`, false],
]
for (const [what, body, passes] of bodies) {
  test(`A8 an INVITE with ${what}: ${passes ? 'passed on' : 'refused with its reason'}; the call after it goes through`, async () => {
    const scene = await newScene({}, site)
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body, callId: 'hostile' }))
    const refused = scene.sent.filter(({ message }) => message.is === 'response' && message.status >= 400), invites = scene.sent.filter(({ message }) => message.method === 'INVITE' && message.is === 'request')
    assert.ok(scene.sent.length <= 3, `${scene.sent.length} messages`)
    if (passes) assert.ok(invites.length === 1 && invites[0]!.message.raw.length < 4_096)
    else {
      assert.deepEqual([invites.length, refused.length], [0, 1])
      assert.match(refused[0]!.message.raw, /^SIP\/2\.0 (?:400|413|488) /)
      assert.ok(refused[0]!.message.raw.length < 1_000)
    }
    scene.sent.length = 0
    call(scene, '1002', [], 'after')
    assert.equal(scene.takeAll('INVITE').length, 1)
  })
}

for (const [what, line] of [['media', 'm=audio 4000 RTP/AVP 8\r\n'], ['media that are closed', 'm=x 0 y 0\r\n'], ['crypto lines', key(1)], ['attributes', 'a=x\r\n']] as const) {
  test(`A8 10,000 ${what} over TCP, more than a message may have: nobody rings, nothing is kept, and the call after it goes through`, async () => {
    const scene = await newScene({}, site), flow = flowFrom('192.0.2.1', 5060, 'tcp', 9)
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    scene.give({ is: 'opened', flow })
    scene.hear(flow, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body: head + audio + many(10_000, () => line), via: 'SIP/2.0/TCP 192.0.2.1:5060' }))
    assert.deepEqual(scene.sent.filter(({ message }) => message.method === 'INVITE' && message.is === 'request'), [])
    assert.deepEqual([scene.x.calls.size, scene.x.legs.size], [0, 0])
    scene.sent.length = 0
    call(scene, '1002', [], 'after')
    assert.equal(scene.takeAll('INVITE').length, 1)
  })
}
