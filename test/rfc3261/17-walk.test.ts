/** A seeded stranger and a seeded user do anything at any moment; whatever they do, what the RFC promises of every transaction holds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cancel, type ClientTx, failed, newTransactions, type Out, receive, refuse, request, respond, type ServerTx, type Transactions, wake } from '../../src/wire/sip/transactions.ts'
import { flowOf, hopOf, requestOf, requestText, responseOf, responseText } from '../wire/sip/fake.ts'

const steps = 100_000
const methods = ['INVITE', 'INVITE', 'OPTIONS', 'BYE', 'MESSAGE'] as const
const statuses = [100, 180, 183, 200, 202, 302, 401, 408, 486, 487, 503, 603] as const
const flows = [flowOf('udp'), flowOf('tls', 40_000), flowOf('udp', 5_070, '198.51.100.1'), flowOf('wss', 50_000)] as const
const hops = [hopOf('udp'), hopOf('tls'), flowOf('tcp', 40_001)] as const
const everything = ['ack', 'cancelled', 'noAck', 'overloaded', 'request', 'response', 'send', 'sendTo', 'timeout', 'transportError']
const gone = { code: 'test.gone', text: 'The connection is gone.' }

/** A generator of 32-bit numbers (mulberry32), so that a run can be repeated by its seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

interface Walk { layer: Transactions; now: number; any: (below: number) => number; servers: ServerTx[]; clients: ClientTx[]; ended: Map<object, string>; finals: Set<object>; told: number; heard: Set<string> }

function step(walk: Walk): Out[] {
  const { layer, now, any, servers, clients } = walk
  const branch = any(20) === 0 ? '' : `z9hG4bK${any(400)}`, method = methods[any(methods.length)]!, flow = flows[any(flows.length)]!
  const words = { branch, method, callId: `c${any(300)}`, from: `f${any(2)}`, to: any(3) ? '' : `t${any(2)}`, cseq: 1 + any(2), rport: any(2) === 0 }
  const server = servers[servers.length - 1 - any(Math.min(servers.length, 200) || 1)], client = clients[clients.length - 1 - any(Math.min(clients.length, 200) || 1)]
  const status = statuses[any(statuses.length)]!
  switch (any(10)) {
    case 0: case 1: return receive(layer, now, flow, requestOf(words))
    case 2: return receive(layer, now, flow, requestOf({ ...words, method: any(2) ? 'ACK' : 'CANCEL' }))
    case 3: return receive(layer, now, flow, responseOf(status, { ...words, branch: client ? client.key.split(' ')[0]! : branch, method: any(4) ? client?.key.split(' ')[1] : 'CANCEL' }))
    case 4: return ask(walk, method)
    case 5: case 6: return server ? respond(layer, now, server, responseText(status, words), status) : []
    case 7: return any(2) ? (client ? cancel(layer, now, client) : []) : server && any(8) === 0 ? refuse(layer, now, server, responseText(403, words)) : []
    case 8: return any(5) ? [] : failed(layer, now, (any(2) ? server?.key : client?.key) ?? 'nobody', gone)
    default: return move(walk)
  }
}

function ask(walk: Walk, method: string): Out[] {
  const branch = `z9hG4bKour${walk.told}x${walk.clients.length}`
  const { tx, out } = request(walk.layer, walk.now, { method, branch, text: requestText({ branch, method }), to: hops[walk.any(hops.length)]!, user: { branch } })
  walk.clients.push(tx)
  return out
}

/** Time goes on, mostly a little; now and then the clock leaps ahead or back (A48). */
function move(walk: Walk): Out[] {
  const { any } = walk, leap = any(500)
  walk.now += leap === 0 ? 3_600_000 : leap === 1 ? -3_600_000 : leap < 10 ? any(20_000) : any(600)
  return wake(walk.layer, walk.now)
}

/** Each thing that is told must make sense to a user that heard all before it. */
function listen(walk: Walk, out: Out[]): void {
  for (const o of out) {
    walk.heard.add(o.do)
    if (o.do === 'request') { assert.ok(!walk.servers.includes(o.tx, -200)); walk.servers.push(o.tx) }
    if (!('tx' in o)) continue
    walk.told++
    assert.ok(!o.tx.own, `${o.do} of the layer's own ${o.tx.key}`)
    assert.ok(!walk.ended.has(o.tx), `${o.do} of ${o.tx.key} after its ${walk.ended.get(o.tx)}`)
    if (o.do === 'response') hearResponse(walk, o.tx, o.message.status)
    else if (o.do === 'timeout' || o.do === 'noAck' || (o.do === 'transportError' && walk.layer.clients.get(o.tx.key) !== o.tx && 'to' in o.tx)) walk.ended.set(o.tx, o.do)
  }
}

function hearResponse(walk: Walk, tx: ClientTx, status: number): void {
  const again = tx.is === 'inviteClient' && tx.state.is === 'accepted' && status < 300
  assert.ok(again || !walk.finals.has(tx), `a second final response ${status} of ${tx.key}`)
  if (status >= 200) walk.finals.add(tx)
}

/** What must hold after any step. */
function inspect({ layer }: Walk): void {
  let earliest = Number.POSITIVE_INFINITY
  for (const tx of [...layer.servers.values(), ...layer.clients.values()]) {
    assert.notEqual(tx.state.is, 'terminated')
    const waitsForUser = (tx.is === 'inviteServer' || tx.is === 'inviteClient') && tx.state.is === 'proceeding'
    assert.ok(waitsForUser || tx.state.wakeAt !== undefined, `${tx.key} in ${tx.state.is} would live for ever`)
    if (tx.wakeAt !== undefined) { assert.ok(tx.lookAt !== undefined); earliest = Math.min(earliest, tx.wakeAt) }
  }
  for (const [key, tx] of layer.merged) assert.ok(tx.merge === key && layer.servers.get(tx.key) === tx)
  if (earliest < Number.POSITIVE_INFINITY) assert.ok(layer.wakeAt !== undefined && layer.wakeAt + layer.skew <= earliest + 10, 'the wheel looks within its slot of 10 ms')
}

/** The user answers or cancels what waits for it, then only time passes. */
function settleAll(walk: Walk): void {
  for (const tx of [...walk.layer.servers.values()]) listen(walk, respond(walk.layer, walk.now, tx, responseText(500), 500))
  for (const tx of [...walk.layer.clients.values()]) listen(walk, cancel(walk.layer, walk.now, tx))
  for (let i = 0; walk.layer.wakeAt !== undefined; i++) {
    assert.ok(i < 20_000, 'the wheel comes to rest')
    walk.now = Math.max(walk.now, walk.layer.wakeAt)
    listen(walk, wake(walk.layer, walk.now))
  }
  const { servers, clients, merged, wheel } = walk.layer
  assert.deepEqual([servers.size, clients.size, merged.size, wheel.count], [0, 0, 0, 0], 'nothing is left once all timers ran')
}

for (const seed of [1, 2]) {
  test(`A9 A10 A48 RFC 3261 17 random walk of ${steps} steps, seed ${seed}: no exception, nothing told twice, nothing left behind`, () => {
    const walk: Walk = { layer: newTransactions(0, 'tag', { maxTransactions: 60 }), now: 0, any: seeded(seed), servers: [], clients: [], ended: new Map(), finals: new Set(), told: 0, heard: new Set() }
    for (let i = 0; i < steps; i++) {
      listen(walk, step(walk))
      if (i % 50 === 0) inspect(walk)
      if (i % 5_000 === 4_999) settleAll(walk)
      if (i % 5_000 === 2_500) moveHouse(walk)
    }
    assert.ok(walk.told > steps / 10, `${walk.told} things were told`)
    assert.deepEqual([...walk.heard].sort(), everything)
  })
}

/** The whole layer is plain data: it goes on as a copy of itself. */
function moveHouse(walk: Walk): void {
  const old = walk.layer
  walk.layer = structuredClone(old)
  walk.servers = walk.servers.map((tx) => walk.layer.servers.get(tx.key)).filter((tx) => tx !== undefined)
  walk.clients = walk.clients.map((tx) => walk.layer.clients.get(tx.key)).filter((tx) => tx !== undefined)
  const finals = [...walk.finals].map((tx) => walk.layer.clients.get((tx as ClientTx).key)).filter((tx) => tx !== undefined)
  walk.finals = new Set(finals)
  walk.ended.clear()
  for (const tx of walk.layer.servers.values()) if (tx.own) assert.equal(tx.merge, undefined)
}
