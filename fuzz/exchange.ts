/**
 * Fuzz target of the whole exchange: datagrams and streams of strangers and of phones that have proved who they are, in any order (A1, A2, A11).
 * Nothing throws, what is sent can be read, a stranger reaches nobody, and once all timers have run out nothing is left behind.
 */
import assert from 'node:assert/strict'
import { drain, newExchange, step } from '../src/calls/exchange.ts'
import type { EdgeInput, EdgeOutput, Flow, Transport } from '../src/kit/flow.ts'
import type { Millis, Wake } from '../src/kit/machine.ts'
import { secret } from '../src/kit/secret.ts'
import { simulatedSite } from '../src/main/simulation/start.ts'
import { maxAmplification, maxChallenge, parseMessage, printResponse, type SipMessage } from '../src/wire/sip/index.ts'
import { exchangeSite, piecesOf, register, scripts, tagOfPhones } from './exchangeSeeds.ts'
import { words } from './sipSeeds.ts'
import type { FuzzTarget } from './target.ts'

const maxPieces = 30, maxFed = 16_384, maxWakes = 20_000

const flow = (id: number, transport: Transport, remoteAddress: string, subject?: string): Flow => ({
  id, service: `sip-${transport}`, transport, localAddress: '192.0.2.9', localPort: transport === 'tls' ? 5061 : 5060, remoteAddress, remotePort: 5060,
  ...(subject === undefined ? {} : { peer: { subject, names: [subject], fingerprint: '' } }),
})
/** By the first letter of a piece: three phones, and strangers. */
const flows: Readonly<Record<string, Flow>> = {
  A: flow(0, 'udp', '192.0.2.1'), B: flow(0, 'udp', '192.0.2.2'), T: flow(1, 'tls', '192.0.2.3', 'cert'),
  S: flow(0, 'udp', '203.0.113.9'), U: flow(2, 'tcp', '203.0.113.9'), W: flow(3, 'ws', '203.0.113.9'),
}
const connections = Object.values(flows).filter(({ id }) => id > 0)
const stranger = flows.S!.remoteAddress

let tokens = 0
const exchange = newExchange({
  now: 0, random: { token: () => `t${++tokens}`, below: (below) => tokens % below }, snapshot: (await simulatedSite(exchangeSite)).snapshot,
  local: () => ({ address: '192.0.2.9', port: 5060 }), nonceKey: secret('a key that no input of a fuzzer can know'), ladderSize: 65_536, names: ['192.0.2.9'],
})

/** The newest messages that each address was sent. */
interface Mail { request?: SipMessage; response?: SipMessage }
let mail = new Map<string, Mail>(), sent = new Set<string>()

/** One input; `by` is the address of who sent it, where that matters. */
function take(input: EdgeInput | Wake, at: Millis = exchange.now, by = ''): EdgeOutput[] {
  const out = step(exchange, at, input)
  for (const one of out) {
    if (one.do !== 'send' && one.do !== 'sendTo') continue
    const address = one.do === 'send' ? one.flow.remoteAddress : one.to.address
    if (one.data === '\r\n' || sent.has(one.data)) continue                            // RFC 5626 keep-alive; the same again
    assert.ok(by !== stranger || address === stranger, 'a stranger has something new said to somebody')
    sent.add(one.data)
    const parsed = parseMessage(one.data)
    assert.ok(parsed.ok, `sent, and cannot be read (${parsed.ok ? '' : parsed.problem.code}): ${one.data}`)
    mail.set(address, { ...mail.get(address), [parsed.message.is]: parsed.message })
  }
  return out
}

/** What is written in braces stands for what the sender was told before: tags and names of a dialog. */
function filled(text: string, { request, response }: Mail): string {
  if (!text.includes('{')) return text
  return text.replaceAll('{tag}', response?.toTag ?? '').replaceAll('{callid}', request?.callId ?? '').replaceAll('{their}', request?.fromTag ?? '').replaceAll('{branch}', request?.via.branch ?? '')
}

function spoken(from: Flow, text: string): void {
  const octets = filled(text, mail.get(from.remoteAddress) ?? {}), bytes = Buffer.from(octets, 'latin1'), isResponse = octets.startsWith('SIP/2.0')
  const said = take({ is: from.id === 0 ? 'datagram' : from.transport === 'ws' ? 'message' : 'bytes', flow: from, bytes }, exchange.now, isResponse ? '' : from.remoteAddress)
  if (from !== flows.S || isResponse) return
  for (const one of said) {
    if (one.do !== 'send' || one.flow.remoteAddress !== stranger) continue
    const most = one.data.startsWith('SIP/2.0 401') ? maxChallenge : maxAmplification
    assert.ok(one.data.length <= octets.length * most, `amplified: ${one.data.length} of ${octets.length}`)
  }
}

/** A response to the newest request that a phone got: status line, headers and body as the piece has them. */
function answered(from: Flow, text: string): void {
  const request = mail.get(from.remoteAddress)?.request
  if (!request) return
  const lineEnd = text.indexOf('\r\n'), plain = printResponse(request, from, { status: 200, toTag: tagOfPhones })
  const head = plain.slice(plain.indexOf('\r\n'), plain.indexOf('Content-Length: 0'))
  spoken(from, `SIP/2.0 ${text.slice(0, lineEnd < 0 ? text.length : lineEnd)}${head}${lineEnd < 0 ? '\r\n' : text.slice(lineEnd + 2)}`)
}

function carryOut(piece: string): void {
  const [what, text] = [piece[0] ?? '', piece.slice(1)]
  if (Object.hasOwn(flows, what)) spoken(flows[what]!, text)
  else if (what === 'b') answered(flows.B!, text)
  else if (what === 't') answered(flows.T!, text)
  else if (what === 'p') pass(exchange.now + Math.min(40_000, Number.parseInt(text, 10) || 0))
  else if (what === 'x') take({ is: 'closed', flow: flows.T!, why: undefined })
}

function pass(until: Millis): void {
  for (let n = 0; exchange.wakeAt !== undefined && exchange.wakeAt <= until && n < maxWakes; n++) take({ is: 'wake' }, Math.max(exchange.now, exchange.wakeAt))
  if (until !== Infinity) exchange.now = until
}

function empty(): void {
  const { calls, legs, ringing, parked, lines, locations, locating, watches, flows: open, waiting, endpoint: { layer, streams } } = exchange
  const left = {
    calls: calls.size, legs: legs.size, ringing: ringing.size, parked: parked.size, busy: [...lines.values()].filter((one) => one.calls !== 0).length, bindings: locations.count, bound: locations.flows.size, places: locations.places.size,
    seekers: locating.seekers.size, questions: locating.questions.size, watches: watches.byTag.size, watched: watches.ofLine.size, legsOfLines: watches.legs.size,
    open: open.size, waiting: waiting.length, servers: layer.servers.size, clients: layer.clients.size, merged: layer.merged.size, streams: streams.size,
  }
  for (const [name, count] of Object.entries(left)) assert.equal(count, 0, `left behind: ${count} ${name}`)
}

function run(input: Buffer): void {
  tokens = 0
  mail = new Map()
  sent = new Set()
  for (const one of connections) take({ is: 'opened', flow: one })
  for (const name of ['A', 'B', 'T']) spoken(flows[name]!, register(name))
  for (const piece of piecesOf(input.subarray(0, maxFed).toString('latin1')).slice(0, maxPieces)) carryOut(piece)
  pass(Infinity)
  for (const one of connections) take({ is: 'closed', flow: one, why: undefined })
  pass(Infinity)
  drain(exchange)
  exchange.locations.dirty.changed.clear()                                           // written behind by others
  exchange.locations.dirty.gone.clear()
  empty()
}

export const target: FuzzTarget = { name: 'exchange', seeds: () => scripts.map((script) => Buffer.from(script, 'latin1')), dictionary: words, slowest: 25, run }
