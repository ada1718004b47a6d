/** Certificates that somebody bent: as a peer who calls us, and as the hop that we call. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type House, makePki, openHouse, type Pki, tlsTo } from './harness.ts'

const day = 86_400_000
const pki = await makePki(), stranger = await makePki()
after(() => { pki.remove(); stranger.remove() })
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

interface Bend {
  readonly names?: readonly { type: 'dns' | 'url' | 'ip' | 'email'; value: string }[]
  readonly commonName?: string
  readonly from?: number
  readonly until?: number
  readonly usage?: readonly x509.ExtendedKeyUsage[]
  readonly authority?: Pki
  /** Signed by a certificate of ours that is no authority. */
  readonly underLeaf?: boolean
}
const dns = (...values: string[]) => values.map((value) => ({ type: 'dns' as const, value }))

async function bend({ names = [], commonName = 'sbc.test', from = -day, until = day, usage = [serverAuth, clientAuth], authority = pki, underLeaf }: Bend): Promise<{ cert: string; key: string }> {
  const issuer = underLeaf ? await pki.device('leaf.test') : { cert: authority.ca, key: readFileSync(`${authority.directory}/ca.key`, 'utf8') }
  const signer = createPrivateKey(issuer.key).export({ type: 'pkcs8', format: 'der' })
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '01', subject: [{ CN: [commonName] }], issuer: new x509.X509Certificate(issuer.cert).subject,
    notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + until), signingAlgorithm: algorithm, publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', signer, algorithm, false, ['sign']),
    extensions: [new x509.ExtendedKeyUsageExtension([...usage]), ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : [])],
  })
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' })
  return { cert: `${certificate.toString('pem')}\n${underLeaf ? issuer.cert : ''}`, key: key.toString() }
}

/** What a caller shows, and what we take it for: names, or nobody. */
const callers: [string, Bend, string | undefined][] = [
  ['as it should be', { names: dns('sbc.test', 'b.test') }, 'sbc.test: sbc.test b.test'],
  ['no alternative name', {}, 'sbc.test: '],
  ['expired', { until: -1_000 }, undefined],
  ['not yet valid', { from: day / 2 }, undefined],
  ['for servers alone', { usage: [serverAuth] }, undefined],
  ['for signing code', { usage: [x509.ExtendedKeyUsage.codeSigning] }, undefined],
  ['of another authority', { authority: stranger }, undefined],
  ['signed by a device of ours', { underLeaf: true }, undefined],
  ['NUL in a name', { names: dns('good.test\u0000.evil.test', 'b.test') }, 'sbc.test: b.test'],
  ['a comma that looks like a second name', { names: dns('x.test, DNS:good.test') }, 'sbc.test: '],
  ['a newline in the common name', { commonName: 'a\nCN=good.test' }, ': '],
  ['an e-mail address is no name', { names: [{ type: 'email', value: 'a@good.test' }] }, 'sbc.test: '],
  ['300 names', { names: dns(...Array.from({ length: 300 }, (_, i) => `h${i}.test`)) }, `sbc.test: ${Array.from({ length: 100 }, (_, i) => `h${i}.test`).join(' ')}`],
]
for (const [name, how, seen] of callers) {
  test(`A26 a caller's certificate: ${name} → ${seen ? 'taken' : 'nobody'}`, async () => {
    const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts() })
    const socket = await tlsTo(house.port('tls'), { ca: pki.ca, ...await bend(how) })
    assert.ok(typeof socket !== 'string', `connects: ${socket}`)
    const { flow } = await house.wait('opened')
    assert.equal(flow.peer && `${flow.peer.subject}: ${flow.peer.names.join(' ')}`, seen)
    socket.destroy()
    await house.close()
  })
}

/** What the hop shows, the name we call, what becomes of the message. */
const hops: [string, Bend, string | undefined, string][] = [
  ['the name stands in it', { names: dns('sbc.test') }, 'sbc.test', 'sent'],
  ['RFC 4343 in other letters', { names: dns('SBC.test') }, 'sbc.Test', 'sent'],
  ['RFC 5922 7.1 as a SIP URI', { names: [{ type: 'url', value: 'sip:sbc.test' }] }, 'sbc.test', 'sent'],
  ['RFC 5922 7.1 a URI with a user is no domain', { names: [{ type: 'url', value: 'sip:sbc.test@evil.test' }] }, 'sbc.test', 'edge.certificateName'],
  ['RFC 5922 7.1 the common name where there is no other', {}, 'sbc.test', 'sent'],
  ['RFC 5922 7.1 the common name does not count beside others', { names: dns('other.test') }, 'sbc.test', 'edge.certificateName'],
  ['RFC 5922 7.2 a wildcard is no name', { names: dns('*.test') }, 'sbc.test', 'edge.certificateName'],
  ['another name', { names: dns('other.test') }, 'sbc.test', 'edge.certificateName'],
  ['NUL after the name', { names: dns('sbc.test\u0000.evil.test') }, 'sbc.test', 'edge.certificateName'],
  ['a longer name', { names: dns('sbc.test.evil.test') }, 'sbc.test', 'edge.certificateName'],
  ['no name called: its address', { names: [{ type: 'ip', value: '127.0.0.1' }] }, undefined, 'sent'],
  ['no name called: another address', { names: [{ type: 'ip', value: '127.0.0.2' }] }, undefined, 'edge.certificateName'],
  ['an address written as a name', { names: dns('127.0.0.1') }, undefined, 'edge.certificateName'],
  ['expired', { names: dns('sbc.test'), until: -1_000 }, 'sbc.test', 'edge.handshakeFailed'],
  ['for clients alone', { names: dns('sbc.test'), usage: [clientAuth] }, 'sbc.test', 'edge.handshakeFailed'],
  ['of another authority', { names: dns('sbc.test'), authority: stranger }, 'sbc.test', 'edge.handshakeFailed'],
  ['signed by a device of ours', { names: dns('sbc.test'), underLeaf: true }, 'sbc.test', 'edge.handshakeFailed'],
]
for (const [name, how, called, outcome] of hops) {
  test(`A26 a hop's certificate: ${name} → ${outcome}`, async () => {
    const peer = await hop(await bend(how))
    const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), step: () => [] })
    assert.equal(await send(house, peer.port, called), outcome)
    assert.equal(peer.got(), outcome === 'sent' ? 'x' : '')
    await house.close()
    peer.close()
  })
}

test('A26 a name that was not verified does not share the connection of one that was', async () => {
  const peer = await hop(await bend({ names: dns('sbc.test') }))
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), step: () => [] })
  assert.equal(await send(house, peer.port, 'sbc.test'), 'sent')
  house.heard.length = 0
  assert.equal(await send(house, peer.port, 'evil.test'), 'edge.certificateName')
  await house.close()
  peer.close()
})

test('RFC 5923 an inbound connection carries ours only under a name that its certificate shows', async () => {
  const house = await openHouse({ services: ['sip-tls'], tls: pki.contexts(), step: () => [] })
  const socket = await tlsTo(house.port('tls'), { ca: pki.ca, ...await bend({ names: dns('sbc.test') }) })
  assert.ok(typeof socket !== 'string')
  const { flow } = await house.wait('opened')
  const to = { transport: 'tls', address: '127.0.0.1', port: flow.remotePort } as const
  house.edge.perform([{ do: 'sendTo', to: { ...to, name: 'evil.test' }, data: 'no', ref: 'evil' }, { do: 'sendTo', to: { ...to, name: 'sbc.test' }, data: 'yes', ref: 'good' }])
  assert.equal(String((await once(socket, 'data'))[0]), 'yes')
  await house.wait('failed', ({ ref }) => ref === 'evil')
  socket.destroy()
  await house.close()
})

async function hop(certificate: { cert: string; key: string }) {
  let got = ''
  const server = createTlsServer({ ...certificate, ca: pki.ca, requestCert: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => { got += data.toString(); socket.write('pong') })
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, got: () => got, close: () => server.close() }
}

let refs = 0
function send(house: House, port: number, name: string | undefined): Promise<string> {
  const ref = String(++refs)
  house.edge.perform([{ do: 'sendTo', to: { transport: 'tls', address: '127.0.0.1', port, name }, data: 'x', ref }])
  return Promise.race([house.wait('bytes').then(() => 'sent'), house.wait('failed', (input) => input.ref === ref).then(({ why }) => why.code)])
}
