/** An exchange without a network: what phones write goes in as text, what it sends is looked at hop by hop. */
import assert from 'node:assert/strict'
import { type Exchange, newExchange, step } from '../../src/calls/exchange.ts'
import type { DnsRecord, DnsReply } from '../../src/kit/dns.ts'
import type { EdgeInput, EdgeOutput, Flow, Transport } from '../../src/kit/flow.ts'
import type { Wake } from '../../src/kit/machine.ts'
import { secret } from '../../src/kit/secret.ts'
import { seededRandom } from '../../src/main/simulation/random.ts'
import { simulatedSite } from '../../src/main/simulation/start.ts'
import { header, type HeaderName, parseMessage, type SipMessage } from '../../src/wire/sip/index.ts'

/** Phones are known by their addresses: what is tested here is where messages go, not who may send them. */
export const site = `
system: { domain: example.test, listen: 127.0.0.1 }
users:
  - { userId: alice, displayName: Alice, extension: "1001" }
  - { userId: bob, displayName: Bob, extension: "1002" }
  - { userId: carol, displayName: Carol, extension: "1003" }
lines:
  - { number: "1001", pickupGroup: "1900" }
  - { number: "1002", pickupGroup: "1900" }
  - { number: "1003" }
pickupGroups: [{ number: "1900", name: Desk }]
phones:
  - { name: alice-desk, user: alice, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: 192.0.2.1 }
  - { name: bob-desk, user: bob, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: 192.0.2.2 }
  - { name: bob-soft, user: bob, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: 192.0.2.22 }
  - { name: carol-desk, user: carol, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: 192.0.2.3 }
  - { name: alice-six, user: alice, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: "2001:db8::1" }
  - { name: bob-six, user: bob, deviceSecurityMode: nonSecure, mediaSecurity: "off", address: "::1" }
`

/** The same with proxies that may stand elsewhere than the phones' packets come from. */
export const proxied = site.replace('listen: 127.0.0.1', 'listen: 127.0.0.1, trustedProxies: [Edge.example.test, 198.51.100.9, "2001:db8::7"]')

export type Zone = Record<string, DnsRecord[]>
export const a = (address: string): DnsRecord => ({ type: 'A', address })
export const srv = (priority: number, port: number, target: string): DnsRecord => ({ type: 'SRV', priority, weight: 0, port, target })

export interface Sent { readonly to: string; readonly message: SipMessage; readonly ref: string }

export interface Scene {
  readonly x: Exchange
  now: number
  /** Everything sent and not taken yet. */
  readonly sent: Sent[]
  readonly asked: string[]
  /** Answers questions from the zone as they come; undefined: nobody answers. */
  zone: Zone | undefined
  hear(flow: Flow, text: string): void
  give(input: EdgeInput | Wake): void
  /** Lets time pass, waking as asked. */
  pass(ms: number): void
  /** Takes the one message that was sent; fails where there is another number of them. */
  take(start: string): Sent
  /** Takes all that begin so. */
  takeAll(start: string): Sent[]
}

export function flowFrom(address: string, port = 5060, transport: Transport = 'udp', id = transport === 'udp' ? 0 : 7): Flow {
  return { id, service: `sip-${transport}`, transport, localAddress: address.includes(':') ? '2001:db8::99' : '192.0.2.99', localPort: 5060, remoteAddress: address, remotePort: port }
}

export async function newScene(zone: Zone | undefined = {}, text = site): Promise<Scene> {
  const { snapshot } = await simulatedSite(text), begin = 1_800_000_000_000
  const x = newExchange({
    now: begin, random: seededRandom(5), snapshot, names: ['192.0.2.99', '2001:db8::99'], nonceKey: secret('scene '.repeat(8)),
    local: (to) => ({ address: ('service' in to ? to.remoteAddress : to.address).includes(':') ? '2001:db8::99' : '192.0.2.99', port: 5060 }),
  })
  const scene: Scene = {
    x, now: begin, sent: [], asked: [], zone,
    hear: (flow, message) => { scene.give(flow.transport === 'udp' ? { is: 'datagram', flow, bytes: Buffer.from(message, 'latin1') } : { is: 'bytes', flow, bytes: Buffer.from(message, 'latin1') }) },
    give: (input) => { take(scene, step(x, scene.now, input)) },
    pass(ms) {
      const until = scene.now + ms
      while (x.wakeAt !== undefined && x.wakeAt <= until) { scene.now = Math.max(scene.now, x.wakeAt); scene.give({ is: 'wake' }) }
      scene.now = until
    },
    take(start) {
      const found = scene.takeAll(start)
      assert.equal(found.length, 1, `${start}: ${found.length}; there are: ${scene.sent.map((one) => `${one.to} ${one.message.raw.slice(0, 40)}`).join(' | ')}`)
      return found[0]!
    },
    takeAll(start) {
      const found = scene.sent.filter((one) => one.message.raw.startsWith(start))
      scene.sent.splice(0, scene.sent.length, ...scene.sent.filter((one) => !found.includes(one)))
      return found
    },
  }
  return scene
}

function take(scene: Scene, outputs: readonly EdgeOutput[]): void {
  for (const output of outputs) {
    if (output.do === 'ask') {
      scene.asked.push(`${output.type} ${output.name}`)
      const records = scene.zone?.[`${output.type} ${output.name}`]
      const reply: DnsReply = records ? { is: 'answer', records, ttl: 60 } : { is: 'noAnswer', why: 'notFound' }
      if (scene.zone) scene.give({ is: 'reply', id: output.id, reply })
    } else if (output.do === 'send' || output.do === 'sendTo') {
      const parsed = parseMessage(output.data)
      assert.ok(parsed.ok, output.data)
      const to = output.do === 'send' ? `flow ${output.flow.id} ${output.flow.remoteAddress} ${output.flow.remotePort}` : `${output.to.transport} ${output.to.address} ${output.to.port}`
      scene.sent.push({ to, message: parsed.message, ref: output.ref ?? '' })
    }
  }
}

let branches = 0
export interface Wire { readonly from?: string; readonly to?: string; readonly callId?: string; readonly cseq?: number; readonly headers?: readonly string[]; readonly body?: string; readonly via?: string; readonly type?: string }

/** A request as a phone writes it. */
export function write(method: string, uri: string, wire: Wire = {}): string {
  const { from = '<sip:1001@example.test>;tag=a1', to = `<${uri}>`, callId = 'c1', cseq = 1, headers = [], body = '', via = 'SIP/2.0/UDP 192.0.2.1:5060', type = 'application/sdp' } = wire
  const head = [`${method} ${uri} SIP/2.0`, `Via: ${via};branch=z9hG4bKw${++branches}`, 'Max-Forwards: 70', `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`, ...headers]
  return `${[...head, ...(body === '' ? [] : [`Content-Type: ${type}`]), `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`
}

/** The answer of a phone to what was sent to it. */
export function answer(request: SipMessage, status: number, headers: readonly string[] = [], body = '', tag = 'b1'): string {
  const copied = (['Via', 'From', 'To', 'Call-ID', 'CSeq'] as HeaderName[]).map((name) => `${name}: ${header(request, name)}${name === 'To' && request.toTag === '' && status > 100 ? `;tag=${tag}` : ''}`)
  return `${[`SIP/2.0 ${status} Whatever`, ...copied, ...headers, ...(body === '' ? [] : ['Content-Type: application/sdp']), `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`
}

export const sdp = (address: string, port = 4000) =>
  `v=0\r\no=- 1 1 IN IP${address.includes(':') ? 6 : 4} ${address}\r\ns=-\r\nc=IN IP${address.includes(':') ? 6 : 4} ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n`

export function register(scene: Scene, flow: Flow, line: string, contact: string, headers: readonly string[] = []): SipMessage {
  const { remoteAddress: address } = flow
  scene.hear(flow, write('REGISTER', 'sip:example.test', {
    from: `<sip:${line}@example.test>;tag=r`, to: `<sip:${line}@example.test>`, callId: `reg ${line} ${address}`.replaceAll(' ', '-').replaceAll(':', '-'), cseq: ++branches, headers: [`Contact: ${contact}`, 'Expires: 3600', ...headers],
    via: `SIP/2.0/${flow.transport.toUpperCase()} ${address.includes(':') ? `[${address}]` : address}:${flow.remotePort}`,
  }))
  return scene.take('SIP/2.0 200').message
}

export const alice = flowFrom('192.0.2.1'), bob = flowFrom('192.0.2.2'), carol = flowFrom('192.0.2.3')

/** Alice calls; the INVITE to bob is what is waited for. */
export function call(scene: Scene, number = '1002', headers: readonly string[] = [], callId = 'c1'): void {
  scene.hear(alice, write('INVITE', `sip:${number}@example.test`, { callId, headers: ['Contact: <sip:1001@192.0.2.1:5060>', ...headers], body: sdp('192.0.2.1') }))
  scene.takeAll('SIP/2.0 100')
}
