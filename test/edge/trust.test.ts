/** Connections that we make to a trunk: whose certificate is taken, which suite is spoken, what is shared. RFC 5922 7, RFC 5923; R336, R349–R354; A22, A26 */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createServer, type TLSSocket } from 'node:tls'
import { type Bend, bend, chain, type Made } from './certificates.ts'
import { makePki, openHouse } from './harness.ts'
import { fingerprintOf } from '../../src/edge/tls.ts'
import type { Hop } from '../../src/kit/flow.ts'

const pki = await makePki(), stranger = await makePki()
const partner = await chain('itself', { commonName: 'Partner' }), partnerFile = join(pki.directory, 'partner.pem')
writeFileSync(partnerFile, partner.own)
const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts({ trunkTrustFiles: [partnerFile] }), step: () => [] })
const peers = new Set<{ close(): void }>()
after(async () => { for (const one of peers) one.close(); await house.close(); pki.remove(); stranger.remove() })

const names = (value: string) => [{ type: 'dns' as const, value }]
const lax = { ciphers: 'ALL:eNULL:@SECLEVEL=0', sigalgs: 'ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA1:RSA+SHA1' }

/** A peer that answers what it hears with its cipher. */
async function peer({ cert, key }: Pick<Made, 'cert' | 'key'>, options: object = lax): Promise<{ port: number; close(): void; seen: TLSSocket[] }> {
  const seen: TLSSocket[] = [], server = createServer({ cert, key, ...options, requestCert: true, rejectUnauthorized: false }, (socket) => {
    seen.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => { socket.write(socket.getCipher().name) })
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const one = { port: (server.address() as { port: number }).port, close: () => { peers.delete(one); for (const socket of seen) socket.destroy(); server.close() }, seen }
  peers.add(one)
  return one
}

type Trust = NonNullable<Hop['trust']>
const trust = (more: Partial<Trust> = {}): Trust => ({ names: [], fingerprints: [], nullCipher: false, ...more })

let refs = 0
/** The cipher that was spoken, or why nothing went out. */
async function call(port: number, hop: Partial<Hop>): Promise<string> {
  const ref = String(++refs)
  house.heard.length = 0
  house.edge.perform([{ do: 'sendTo', to: { transport: 'tls', address: '127.0.0.1', port, name: 'sbc.test', ...hop }, data: 'x', ref }])
  return Promise.race([house.wait('bytes').then(({ bytes }) => bytes.toString()), house.wait('failed', (input) => input.ref === ref).then(({ why }) => why.code)])
}

const name = 'edge.certificateName', broken = 'edge.handshakeFailed', pinned = 'edge.certificatePinned', weak = 'edge.certificateWeakPeer', modern = /^TLS_/
const print = (made: Made): string => fingerprintOf(new X509Certificate(made.own))

/** [what, the peer's certificate, what the trunk asks, the verdict]. */
const rows: [string, Bend, (made: Made) => Partial<Hop>, RegExp][] = [
  ['RFC 5922 7 the destination\'s name', { names: names('sbc.test') }, () => ({ trust: trust() }), modern],
  ['RFC 5922 7 another name', { names: names('other.test') }, () => ({ trust: trust() }), new RegExp(name)],
  ['R350 a subject of the profile', { names: names('other.test') }, () => ({ trust: trust({ names: ['x.test', 'other.test'] }) }), modern],
  ['R350 a subject of the profile as common name', { commonName: 'other.test', names: names('x.test') }, () => ({ trust: trust({ names: ['other.test'] }) }), modern],
  ['R350 neither', { names: names('evil.test') }, () => ({ trust: trust({ names: ['other.test'] }) }), new RegExp(name)],
  ['RFC 5922 7.2 a wildcard', { names: names('*.test') }, () => ({ trust: trust({ names: ['other.test'] }) }), new RegExp(name)],
  ['pinned, and it is the one', { names: names('sbc.test') }, (made) => ({ trust: trust({ fingerprints: ['0'.repeat(64), print(made)] }) }), modern],
  ['pinned to another', { names: names('sbc.test') }, () => ({ trust: trust({ fingerprints: ['0'.repeat(64)] }) }), new RegExp(pinned)],
  ['pinned, with a wrong name', { names: names('evil.test') }, (made) => ({ trust: trust({ fingerprints: [print(made)] }) }), new RegExp(name)],
  ['of an authority that is trusted for trunks', { names: names('sbc.test'), under: partner }, () => ({ trust: trust() }), modern],
  ['of the same, where no trunk is called', { names: names('sbc.test'), under: partner }, () => ({}), new RegExp(broken)],
  ['of an authority that is not trusted', { names: names('sbc.test'), under: stranger }, () => ({ trust: trust() }), new RegExp(broken)],
  ['expired', { names: names('sbc.test'), until: -1_000 }, () => ({ trust: trust() }), new RegExp(broken)],
  ['R336 A22 NULL-SHA and nothing else', { names: names('sbc.test'), key: 'RSA-2048' }, () => ({ trust: trust({ nullCipher: true }) }), /^NULL-SHA$/],
  ['R336 A22 an encrypted trunk never speaks it', { names: names('sbc.test'), key: 'RSA-2048' }, () => ({ trust: trust() }), modern],
  ['R336 over NULL-SHA a weak key is refused all the same', { names: names('sbc.test'), key: 'RSA-1024' }, () => ({ trust: trust({ nullCipher: true }) }), new RegExp(weak)],
  ['R336 over NULL-SHA a SHA-1 signature is refused all the same', { names: names('sbc.test'), key: 'RSA-2048', hash: 'SHA-1' }, () => ({ trust: trust({ nullCipher: true }) }), new RegExp(weak)],
  ['R336 over NULL-SHA the name counts as well', { names: names('evil.test'), key: 'RSA-2048' }, () => ({ trust: trust({ nullCipher: true }) }), new RegExp(name)],
]
for (const [what, how, hop, verdict] of rows) {
  test(`A26 a trunk's certificate: ${what}`, async () => {
    const made = await bend(how, pki), there = await peer(made)
    assert.match(await call(there.port, hop(made)), verdict)
    there.close()
  })
}

test('R336 R337 a peer without NULL-SHA: no connection, and the reason', async () => {
  const there = await peer(await bend({ names: names('sbc.test'), key: 'RSA-2048' }, pki), {})
  assert.equal(await call(there.port, { trust: trust({ nullCipher: true }) }), broken)
  there.close()
})

test('R335 an encrypted trunk reaches a peer that has AES128-SHA alone', async () => {
  const there = await peer(await bend({ names: names('sbc.test'), key: 'RSA-2048' }, pki), { ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' })
  assert.equal(await call(there.port, { trust: trust() }), 'AES128-SHA')
  there.close()
})

test('RFC 5923 hops that ask for the same share a connection; one that asks for more gets its own look', async () => {
  const made = await bend({ names: names('sbc.test') }, pki), there = await peer(made)
  await call(there.port, { trust: trust({ names: ['a.test'] }) })
  await call(there.port, { trust: trust({ names: ['a.test'] }) })
  assert.equal(there.seen.length, 1)
  await call(there.port, { trust: trust({ names: ['a.test'], fingerprints: [print(made)] }) })
  assert.equal(there.seen.length, 2)
  assert.equal(await call(there.port, { trust: trust({ fingerprints: ['1'.repeat(64)] }) }), pinned)
  there.close()
})

test('R354 we show our own certificate to a trunk that asks', async () => {
  const there = await peer(await bend({ names: names('sbc.test') }, pki), { ca: pki.ca })
  await call(there.port, { trust: trust() })
  assert.equal(there.seen[0]?.authorized, true)
  assert.match(there.seen[0].getPeerX509Certificate()?.subjectAltName ?? '', /example\.test/)
  there.close()
})
