/** The ports of trunks, as a stranger sees them: who is no trunk gets silence over UDP, a closed door over TCP, and no ear behind a TLS handshake. R333, R349, R354, R356; A12, A17, A42. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { until } from '../main/running.ts'
import { print } from '../main/speak.ts'
import { freePorts } from './programs.ts'
import { openTown } from './town.ts'
import { type Certificate, certificateOf, trunkSite, type TrunkTown, twoPorts } from './trunkTown.ts'

const known = '127.0.16.1', stranger = '127.0.16.9'
interface Scene { readonly town: TrunkTown; readonly clear: number; readonly tls: number }

async function openScene(): Promise<Scene> {
  const ports = await twoPorts(), clear = await freePorts(2), tls = clear + 1
  const town = { ...await openTown(trunkSite({ residents: [], peers: [
    { name: 'clear', address: known, port: 5060, prefix: '80', profile: { outgoingTransport: 'udp', incomingPort: clear } },
    { name: 'secure', address: known, port: 5061, prefix: '81', profile: { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'known.test', incomingPort: tls } },
  ] }, ports)), ports }
  return { town, clear, tls }
}
const scene = openScene()

const asked = (transport: string, port: number): string => print({ method: 'OPTIONS', uri: 'sip:127.0.0.1', user: 'speak', port, transport })

async function counter(town: TrunkTown, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${town.running.port('metrics')}/metrics`)).text()
  return Number(new RegExp(`^(?:ringfort_)?${name}\\S* (\\d+)`, 'm').exec(text)?.[1] ?? assert.fail(`no ${name}`))
}

/** What comes back until it is closed, or until there is an answer. */
function heardOf(socket: Socket): Promise<string> {
  let text = ''
  socket.on('error', () => { /* closed in our face */ })
  return new Promise((resolve) => {
    socket.on('data', (bytes: Buffer) => { text += bytes.toString('latin1'); if (text.includes('\r\n\r\n')) { resolve(text); socket.destroy() } })
    socket.once('close', () => { resolve(text) })
  })
}

test('R333 R356 A42 UDP: a stranger hears nothing and is counted, a trunk is answered', async (t) => {
  const { town, clear } = await scene, heard: string[] = [], before = await counter(town, 'sip_unknown_source_total')
  const sockets = await Promise.all([stranger, known].map(async (address) => {
    const socket = createSocket('udp4').bind(0, address)
    await once(socket, 'listening')
    socket.on('message', () => { heard.push(address) })
    return socket
  }))
  t.after(() => { for (const socket of sockets) socket.close() })
  for (const socket of sockets) socket.send(asked('UDP', socket.address().port), clear, '127.0.0.1')          // the stranger first: what is answered came after it
  await until(() => heard.length > 0 || undefined, 'the trunk is answered')
  assert.deepEqual(heard, [known])
  await until(async () => (await counter(town, 'sip_unknown_source_total')) > before || undefined, 'the stranger is counted')
})

test('R333 R356 TCP: a stranger is shown out before it is read', async () => {
  const { clear } = await scene
  const ask = async (localAddress: string): Promise<string> => { const socket = connect({ host: '127.0.0.1', port: clear, localAddress }), heard = heardOf(socket); socket.once('connect', () => { socket.write(asked('TCP', clear)) }); return heard }
  assert.equal(await ask(stranger), '')
  assert.match(await ask(known), /^SIP\/2\.0 200/)
})

test('R349 R350 R354 TLS: the certificate says who is heard, whatever the address', async () => {
  const { town, tls } = await scene, before = await counter(town, 'sip_unknown_subject_total')
  const [ours, other] = await Promise.all([certificateOf(town, 'known.test'), certificateOf(town, 'other.test')])
  const ask = async (one: Certificate | undefined, localAddress: string): Promise<string> => {
    const socket = connectTls({ socket: connect({ host: '127.0.0.1', port: tls, localAddress }), servername: 'localhost', ca: readFileSync(town.ca), ...(one ? { cert: readFileSync(one.certificate), key: readFileSync(one.key) } : {}) }), heard = heardOf(socket)
    socket.once('secureConnect', () => { socket.write(asked('TLS', tls)) })
    return heard
  }
  assert.equal(await ask(undefined, known), '', 'without a certificate')
  assert.equal(await ask(other, known), '', 'with one of our authority that no trunk lists')
  assert.match(await ask(ours, stranger), /^SIP\/2\.0 200/, 'with its own, from elsewhere')
  await until(async () => (await counter(town, 'sip_unknown_subject_total')) >= before + 2 || undefined, 'both are counted')
})
