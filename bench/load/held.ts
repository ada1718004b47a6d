/** What registrations and live calls take in the heap: the exchange alone, in a process of its own, driven without a socket. `--expose-gc` */
import { hash, randomBytes } from 'node:crypto'
import { newExchange, drain, step } from '../../src/calls/exchange.ts'
import { changed } from '../../src/directory/changes.ts'
import { carryOut, plan } from '../../src/directory/plan.ts'
import { SealKey } from '../../src/directory/seal.ts'
import { readSite } from '../../src/directory/site.ts'
import { buildSnapshot } from '../../src/directory/snapshot.ts'
import type { EdgeOutput, Flow } from '../../src/kit/flow.ts'
import { secret } from '../../src/kit/secret.ts'
import { newRandom } from '../../src/main/random.ts'
import { domain, numberOf, passwordOf, siteOf } from './site.ts'

const [registrations = 0, calls = 0] = process.argv.slice(2).map(Number)
const own = { address: '127.0.0.1', port: 5060 }
let now = Date.now()

async function snapshot() {
  const site = readSite(siteOf({ ports: { sip: 5060, tls: 5061, wss: 8443, metrics: 9464 }, users: registrations }), 'site.yaml')
  if (!site.ok) throw new Error(site.problem[0]?.text)
  const seal = new SealKey(randomBytes(32)), { changes } = await carryOut(plan([], site.value, seal), seal, { by: 'bench', at: now, via: 'site' })
  return buildSnapshot(1, changed([], changes, 1), seal)
}

const exchange = newExchange({ now, random: newRandom(), snapshot: await snapshot(), local: () => own, nonceKey: secret('k'.repeat(40)), names: [own.address] })

const portOf = (user: number): number => 10_000 + user % 50_000
const isData = (output: EdgeOutput): output is Extract<EdgeOutput, { data: string }> => 'data' in output
function give(user: number, text: string): string[] {
  const flow: Flow = { id: 0, service: 'sip-udp', transport: 'udp', localAddress: own.address, localPort: own.port, remoteAddress: '127.0.0.1', remotePort: portOf(user) }
  const outputs = step(exchange, now, { is: 'datagram', flow, bytes: Buffer.from(text, 'latin1') })
  drain(exchange)
  return outputs.filter(isData).map(({ data }) => data)
}
function later(milliseconds: number): void {
  for (const until = now + milliseconds; now < until;) { now += 500; step(exchange, now, { is: 'wake' }); drain(exchange) }
}

const md5 = (text: string): string => hash('md5', text)
const field = (text: string, name: string): string => new RegExp(`^${name}: (.*)\\r$`, 'm').exec(text)?.[1] ?? ''
const uri = (user: number): string => `sip:${numberOf(user)}@${domain}`
const body = 'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n'

function authorization(user: number, method: string, target: string, challenge: string): string {
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? ''
  const response = md5(`${md5(`u${user}:${value('realm')}:${passwordOf(user)}`)}:${value('nonce')}:00000001:abc:auth:${md5(`${method}:${target}`)}`)
  return `Authorization: Digest username="u${user}",realm="${value('realm')}",nonce="${value('nonce')}",uri="${target}",response="${response}",cnonce="abc",nc=00000001,qop=auth,opaque="${value('opaque')}",algorithm=MD5\r\n`
}

function request(user: number, method: string, target: string, to: string, id: string, cseq: number, extra = '', content = ''): string {
  return `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${portOf(user)};branch=z9hG4bK${method}${id}x${cseq}\r\nMax-Forwards: 70\r\nFrom: <${uri(user)}>;tag=t${user}\r\nTo: ${to}\r\nCall-ID: ${id}@127.0.0.1\r\n` +
    `CSeq: ${cseq} ${method}\r\nContact: <sip:${numberOf(user)}@127.0.0.1:${portOf(user)}>\r\n${extra}User-Agent: Phone/1.0\r\n${content === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${content.length}\r\n\r\n${content}`
}

/** Asked without credentials first, then with them; what came back the second time. */
function proved(user: number, method: string, target: string, to: string, id: string, cseq: number, extra: string, content = ''): string[] {
  const [challenge = ''] = give(user, request(user, method, target, to, id, cseq, extra, content))
  return give(user, request(user, method, target, to, id, cseq + 1, extra + authorization(user, method, target, challenge), content))
}

function register(user: number, seconds: number, cseq: number): void {
  const [answer = ''] = proved(user, 'REGISTER', `sip:${domain}`, `<${uri(user)}>`, `register-${user}`, cseq, `Expires: ${seconds}\r\n`)
  if (!answer.startsWith('SIP/2.0 200')) throw new Error(`not registered: ${answer}`)
}

interface Held { readonly from: number; readonly tag: string; readonly to: number; readonly id: string }

function place(from: number, to: number): Held {
  const id = `invite-${from}`, outputs = proved(from, 'INVITE', uri(to), `<${uri(to)}>`, id, 1, '', body)
  const invite = outputs.find((text) => text.startsWith('INVITE ')) ?? fail(`no call: ${outputs.join('')}`)
  const answer = (status: string, content = ''): string[] => give(to, `SIP/2.0 ${status}\r\nVia: ${field(invite, 'Via')}\r\nFrom: ${field(invite, 'From')}\r\nTo: ${field(invite, 'To')};tag=b${to}\r\nCall-ID: ${field(invite, 'Call-ID')}\r\n` +
    `CSeq: ${field(invite, 'CSeq')}\r\nContact: <sip:${numberOf(to)}@127.0.0.1:${portOf(to)}>\r\n${content === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${content.length}\r\n\r\n${content}`)
  answer('180 Ringing')
  const ok = answer('200 OK', body).find((text) => text.startsWith('SIP/2.0 200')) ?? fail('not answered')
  const tag = field(ok, 'To').replace(/^.*;tag=/, '')
  give(from, request(from, 'ACK', 'sip:call@127.0.0.1:5060', `<${uri(to)}>;tag=${tag}`, id, 2))
  return { from, tag, to, id }
}

function hangUp({ from, tag, to, id }: Held): void {
  const outputs = give(from, request(from, 'BYE', 'sip:call@127.0.0.1:5060', `<${uri(to)}>;tag=${tag}`, id, 3))
  const bye = outputs.find((text) => text.startsWith('BYE ')) ?? fail('the other leg was not told')
  give(to, `SIP/2.0 200 OK\r\nVia: ${field(bye, 'Via')}\r\nFrom: ${field(bye, 'From')}\r\nTo: ${field(bye, 'To')}\r\nCall-ID: ${field(bye, 'Call-ID')}\r\nCSeq: ${field(bye, 'CSeq')}\r\nContent-Length: 0\r\n\r\n`)
}

function fail(what: string): never { throw new Error(what) }
function heap(): number { globalThis.gc!(); globalThis.gc!(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external }

/** Long enough for every transaction and every nonce to be over: what is left is what is live. */
const settled = 400_000

interface Cycle { registered: number; bound: number; fresh: number; live: number; active: number; over: number; gone: number }

/** Everybody registers, some call; then all hang up, and everybody goes. */
function cycle(first: number): Cycle {
  for (let n = 0; n < registrations; n++) register(n, 7_200, first)
  later(settled)
  const registered = heap(), bound = exchange.locations.count
  const held = Array.from({ length: calls }, (_, n) => place(n, calls + n))
  const fresh = heap()
  later(40_000)
  const live = heap(), active = exchange.calls.size
  for (const one of held) hangUp(one)
  later(settled)
  const over = heap()
  for (let n = 0; n < registrations; n++) register(n, 0, first + 2)
  later(settled)
  return { registered, bound, fresh, live, active, over, gone: heap() }
}

for (let n = 0; n < 2_000; n++) { register(n, 600, 1); register(n, 0, 3) }                 // code and tables have their size
later(settled)
const empty = heap(), first = cycle(9), second = cycle(13)
console.log(JSON.stringify({
  registration: (first.registered - empty) / first.bound, fresh: (first.fresh - first.registered) / first.active, call: (first.live - first.registered) / first.active, bound: first.bound, active: first.active,
  kept: (first.gone - empty) / first.bound, grown: second.gone - first.gone, callsLeft: exchange.calls.size, legsLeft: exchange.legs.size, boundLeft: exchange.locations.count,
}))
