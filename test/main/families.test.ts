/** IPv4 and IPv6 beside each other. RFC 6157, R037. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { launch, newFolder, ringfort, siteFile, twoPhones, up } from './running.ts'

const hasSix = Object.values(networkInterfaces()).flatMap((list) => list ?? []).some(({ address }) => address === '::1')

async function answer(address: string, port: number): Promise<string> {
  const six = address.includes(':'), socket = createSocket(six ? 'udp6' : 'udp4'), host = six ? `[${address}]` : address
  socket.bind(0, address)
  await once(socket, 'listening')
  socket.send(`OPTIONS sip:${host} SIP/2.0\r\nVia: SIP/2.0/UDP ${host}:${socket.address().port};rport;branch=z9hG4bKfam${port}\r\nMax-Forwards: 70\r\nTo: <sip:${host}>\r\nFrom: <sip:a@${host}>;tag=f\r\nCall-ID: families${port}\r\nCSeq: 1 OPTIONS\r\nUser-Agent: a phone that is long enough to be answered in full, whatever it asks\r\nContent-Length: 0\r\n\r\n`, port, address)
  const [bytes] = await once(socket, 'message') as [Buffer]
  socket.close()
  return bytes.toString()
}

for (const listen of ['"::"', '"127.0.0.1, ::1"']) {
  test(`R037 RFC 6157: listen ${listen} is reached by IPv4 and by IPv6, and sources stay plain addresses`, async (t) => {
    if (!hasSix) { t.diagnostic('this machine has no IPv6 loopback'); return }
    const one = await up(join(newFolder(), 'data'), ['--site', siteFile(twoPhones.replace('domain: example.test', `domain: example.test, address: localhost, listen: ${listen}`))])
    const sip = one.events[0]!.services!.filter(({ name }) => name === 'sip-udp')
    const four = sip.find(({ address }) => !address.includes(':'))!, six = sip.find(({ address }) => address.includes(':'))!
    for (const [address, port] of [['127.0.0.1', four.port], ['::1', six.port]] as const) {
      const said = await answer(address, port)
      assert.match(said, /^SIP\/2\.0 200 /)
      assert.match(said, new RegExp(`received=${address.replaceAll('.', '\\.')}|Via: SIP/2\\.0/UDP \\[?${address.replaceAll('.', '\\.')}`))
      assert.ok(!said.includes('::ffff:'))
    }
    const shown = await ringfort(['show', 'ports', '--data', one.dataDir])
    assert.match(shown.out, six.address === '::' ? /\[::\]:\d+/ : /\[::1\]:\d+/)
    assert.equal(await one.stop(), 0)
  })
}

test('a list of addresses with one that is none, or twice the same, is refused with what is allowed', async () => {
  for (const listen of ['127.0.0.1, nowhere', '127.0.0.1, 127.0.0.1', '127.0.0.1,']) {
    const one = launch(join(newFolder(), 'data'), ['--site', siteFile(twoPhones.replace('domain: example.test', `domain: example.test, listen: "${listen}"`))])
    assert.equal(await one.ended(), 1)
    assert.match(one.said().error, /system\.listen: .*an IPv4 or IPv6 address, or up to 8 with commas between them/)
  }
})
