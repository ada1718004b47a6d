/** RFC 7616 3.4.6: an answer that was made for one number opens no other; one that names none is taken, as SIPp writes it. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { header } from '../../src/wire/sip/index.ts'
import { alice, newScene, sdp, write } from '../rfc3263/scene.ts'

const site = `
system: { domain: example.test, listen: 127.0.0.1 }
phones:
  - { name: alice-desk, lines: ["1001"], digest: { user: alice, password: "battery-staple" }, deviceSecurityMode: nonSecure, mediaSecurity: "off" }
  - { name: bob-desk, lines: ["1002"], digest: { user: bob, password: "battery-staple-2" }, deviceSecurityMode: nonSecure, mediaSecurity: "off" }
`
const md5 = (text: string) => hash('md5', text)

for (const [madeFor, expected] of [['sip:1002@example.test', 480], ['sip:127.0.0.1:5060', 480], ['sip:1005@example.test', 400], ['sip:1002@elsewhere.test', 400]] as const) {
  test(`A9 A13 credentials made for ${madeFor} on a call to 1002: ${expected}`, async () => {
    const scene = await newScene({}, site), headers = ['Contact: <sip:1001@192.0.2.1:5060>']
    scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers, body: sdp('192.0.2.1') }))
    const nonce = /nonce="([^"]*)"/.exec(header(scene.take('SIP/2.0 401').message, 'WWW-Authenticate')!)![1]!
    const response = md5(`${md5('alice:example.test:battery-staple')}:${nonce}:00000001:abc:auth:${md5(`INVITE:${madeFor}`)}`)
    const proof = `Authorization: Digest username="alice", realm="example.test", nonce="${nonce}", uri="${madeFor}", response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"`
    scene.hear(alice, write('INVITE', 'sip:1002@example.test', { cseq: 2, headers: [...headers, proof], body: sdp('192.0.2.1') }))
    scene.takeAll('SIP/2.0 100')
    assert.equal(scene.take('SIP/2.0').message.status, expected)
  })
}
