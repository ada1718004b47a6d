/** The transaction layer alone: transactions per CPU second and bytes a live one. `node --expose-gc bench/transactions.ts` */
import { newTransactions, receive, request, respond, wake, type Transactions } from '../src/wire/sip/transactions.ts'
import type { Flow, Hop } from '../src/kit/flow.ts'
import { parseMessage } from '../src/wire/sip/parse.ts'
import type { SipMessage } from '../src/wire/sip/message.ts'

const rounds = 50, measured = 20, batch = 4_000, perMilli = 3   // 3,000 calls a second of virtual time: 96,000 are alive under Timers L and M
const flow: Flow = { id: 0, service: 'sip-udp', transport: 'udp', localAddress: '127.0.0.1', localPort: 5060, remoteAddress: '127.0.0.1', remotePort: 5062 }
const hop: Hop = { transport: 'udp', address: '127.0.0.1', port: 5062 }
const bounds = { maxTransactions: 5_000_000 }

function text(start: string, branch: string, method: string, toTag: string): string {
  return `${start}\r\nVia: SIP/2.0/UDP 127.0.0.1:5062;branch=${branch};rport\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.test>;tag=a${branch}\r\n`
    + `To: <sip:1002@example.test>${toTag}\r\nCall-ID: ${branch}@127.0.0.1\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`
}
function message(raw: string): SipMessage {
  const result = parseMessage(raw)
  if (!result.ok) throw new Error(result.problem.text)
  return result.message
}
interface Prepared { branch: string; invite: SipMessage; ringing: SipMessage; ok: SipMessage; busy: SipMessage; ack: SipMessage; ownAck: SipMessage }
function prepare(n: number): Prepared {
  const branch = `z9hG4bK${n.toString(36)}x0123456789`, uri = 'sip:1002@example.test SIP/2.0'
  return {
    branch, invite: message(text(`INVITE ${uri}`, branch, 'INVITE', '')), ack: message(text(`ACK ${uri}`, `${branch}a`, 'ACK', ';tag=b')),
    ownAck: message(text(`ACK ${uri}`, branch, 'ACK', ';tag=b')), ringing: message(text('SIP/2.0 180 Ringing', branch, 'INVITE', ';tag=b')),
    ok: message(text('SIP/2.0 200 OK', branch, 'INVITE', ';tag=b')), busy: message(text('SIP/2.0 486 Busy Here', branch, 'INVITE', ';tag=b')),
  }
}

/** The same messages with another branch and Call-ID, without another parse. */
const pattern = prepare(0)
function stamped(n: number): Prepared {
  const branch = `z9hG4bK${n.toString(36)}x0123456789`
  const again = (m: SipMessage, own = branch): SipMessage => ({ ...m, callId: `${branch}@127.0.0.1`, via: { ...m.via, branch: own } })
  const { invite, ringing, ok, busy, ack, ownAck } = pattern
  return { branch, invite: again(invite), ringing: again(ringing), ok: again(ok), busy: again(busy), ack: again(ack, `${branch}a`), ownAck: again(ownAck) }
}

type Work = (layer: Transactions, now: number, p: Prepared) => void
const works: Record<string, Work> = {
  'INVITE server: INVITE 180 200 ACK': (layer, now, p) => {
    const [first] = receive(layer, now, flow, p.invite)
    if (first?.do !== 'request') throw new Error('no request')
    respond(layer, now, first.tx, p.ringing.raw, 180)
    respond(layer, now, first.tx, p.ok.raw, 200)
    receive(layer, now, flow, p.ack)
  },
  'INVITE server: INVITE 180 486 ACK': (layer, now, p) => {
    const [first] = receive(layer, now, flow, p.invite)
    if (first?.do !== 'request') throw new Error('no request')
    respond(layer, now, first.tx, p.ringing.raw, 180)
    respond(layer, now, first.tx, p.busy.raw, 486)
    receive(layer, now, flow, p.ownAck)
  },
  'INVITE client: INVITE 180 200': (layer, now, p) => {
    request(layer, now, { method: 'INVITE', branch: p.branch, text: p.invite.raw, to: hop, user: p.branch })
    receive(layer, now, flow, p.ringing)
    receive(layer, now, flow, p.ok)
  },
  'INVITE client: INVITE 180 486 ACK': (layer, now, p) => {
    request(layer, now, { method: 'INVITE', branch: p.branch, text: p.invite.raw, to: hop, user: p.branch })
    receive(layer, now, flow, p.ringing)
    receive(layer, now, flow, p.busy)
  },
}

function measure(name: string, work: Work): void {
  const layer = newTransactions(0, 'bench', bounds)
  let now = 0, n = 0
  const best: number[] = []
  for (let round = 0; round < rounds; round++) {
    const prepared = Array.from({ length: batch }, () => stamped(n++))
    const before = process.cpuUsage()
    for (let i = 0; i < batch; i++) {
      work(layer, now, prepared[i]!)
      if (i % perMilli === perMilli - 1) { now++; if (now % 10 === 0) wake(layer, now) }
    }
    const used = process.cpuUsage(before)
    if (round >= rounds - measured) best.push(batch / ((used.user + used.system) / 1e6))
  }
  best.sort((a, b) => a - b)
  console.log(`${name}: ${Math.round(best[best.length >> 1]!).toLocaleString('en')} a CPU second (median; ${Math.round(best[0]!).toLocaleString('en')}–${Math.round(best.at(-1)!).toLocaleString('en')}), live ${layer.servers.size + layer.clients.size}`)
}

function weigh(name: string, work: Work, count: number): void {
  const layer = newTransactions(0, 'bench', bounds), collect = globalThis.gc
  if (!collect) { console.log('memory: run with --expose-gc'); return }
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < count; i++) work(layer, 0, prepare(i))
  collect()
  const after = process.memoryUsage().heapUsed
  console.log(`${name}: ${Math.round((after - before) / count)} bytes a live transaction (${layer.servers.size + layer.clients.size})`)
}

for (const [name, work] of Object.entries(works)) measure(name, work)
weigh('INVITE server in Accepted', works['INVITE server: INVITE 180 200 ACK']!, 100_000)
weigh('INVITE server in Confirmed', works['INVITE server: INVITE 180 486 ACK']!, 100_000)
weigh('INVITE client in Accepted', (layer, now, p) => {
  request(layer, now, { method: 'INVITE', branch: p.branch, text: p.invite.raw, to: hop, user: undefined })
  receive(layer, now, flow, p.ok)
}, 100_000)
weigh('INVITE server in Proceeding, without its text', (layer, now, p) => {
  const [first] = receive(layer, now, { ...flow, remotePort: 5063 }, p.invite)
  if (first?.do === 'request') respond(layer, now, first.tx, 'SIP/2.0 180 Ringing', 180)
}, 100_000)
