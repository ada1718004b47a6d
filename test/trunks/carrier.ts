/** A peer at the other end of a trunk that says exactly what the test wants: a node at 10.0.0.2 that is no program of ours. */
import assert from 'node:assert/strict'
import { startRingfort, type SimulatedSystem } from '../../src/index.ts'
import type { EdgeInput, EdgeOutput, Flow, Hop, PeerCertificate, Transport } from '../../src/kit/flow.ts'
import { parseMessage, type SipMessage } from '../../src/wire/sip/index.ts'
import { nearSite, type PairPlan } from './pair.ts'

export interface Heard { readonly message: SipMessage; readonly flow: Flow; readonly text: string; readonly at: number }

export interface Carrier {
  readonly system: SimulatedSystem
  /** Everything that came, oldest first; OPTIONS are answered 200 by themselves while `alive`. */
  readonly heard: Heard[]
  alive: boolean
  /** Sends a message whole. */
  send(text: string): void
  /** Answers a request: status line, headers beside the copied ones, body. */
  answer(request: Heard, status: string, headers?: string, body?: string): void
  /** A request of the carrier; gives its Call-ID. Headers are beside Via, Max-Forwards, From, To, Call-ID, CSeq, Contact. */
  ask(method: string, user: string, more?: Asking): string
  /** The last message that came and begins so, or is the response to that method. */
  last(what: string): Heard | undefined
  /** Statuses of final responses to that Call-ID. */
  statuses(callId: string): number[]
}

export interface Asking { readonly headers?: string; readonly body?: string; readonly from?: string; readonly tags?: { readonly from: string; readonly to: string }; readonly cseq?: number; readonly callId?: string; readonly port?: number }

export const sdp = 'v=0\r\no=c 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n'
export const sdpLines = 'Content-Type: application/sdp\r\n'

export interface CarrierPlan extends PairPlan { readonly transport?: Transport; readonly certificate?: PeerCertificate; readonly address?: string }

export async function carrier(plan: CarrierPlan = {}): Promise<Carrier> {
  const { transport = 'udp', address = '10.0.0.2' } = plan, port = transport === 'tls' ? 5061 : 5060
  const system = await startRingfort({ site: nearSite({ ...plan, profile: `outgoingTransport: ${transport}, ${plan.profile ?? ''}` }), ...(plan.names ? { names: plan.names } : {}) })
  for (const name of ['alice', 'bob']) system.phone(name)
  const heard: Heard[] = [], name = `carrier ${address}`
  let number = 0
  const engine = { wakeAt: undefined, step: (now: number, input: EdgeInput | { is: 'wake' }): EdgeOutput[] => {
    if (input.is !== 'datagram' && input.is !== 'bytes') return []
    const text = input.bytes.toString('latin1'), parsed = parseMessage(text)
    assert.ok(parsed.ok, text)
    const one = { message: parsed.message, flow: input.flow, text, at: now }
    heard.push(one)
    return self.alive && parsed.message.is === 'request' && parsed.message.method === 'OPTIONS' ? [out(one.flow, answerText(one, '200 OK', '', ''))] : []
  } }
  system.network.add({ name, addresses: [address], services: [{ name: `sip-${transport}`, transport, port }], engine, ...(plan.certificate ? { certificate: plan.certificate } : {}) })
  const home: Hop = { transport, address: '10.0.0.1', port, ...(transport === 'tls' ? { name: 'near.test' } : {}) }
  const act = (output: EdgeOutput): void => { system.network.act(name, engine, () => [output]) }
  const self: Carrier = {
    system, heard, alive: true,
    send: (text) => { act({ do: 'sendTo', to: home, data: text, ref: `r${++number}` }) },
    answer: (request, status, headers = '', body = '') => { act(out(request.flow, answerText(request, status, headers, body))) },
    ask(method, user, { headers = '', body = '', from = '<sip:+41441234567@carrier.test>', tags, cseq = 1, callId = `c${++number}@carrier.test`, port: at = port } = {}) {
      const uri = user.startsWith('sip:') ? user : `sip:${user}@near.test`
      self.send(`${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/${transport.toUpperCase()} ${address}:${at};branch=z9hG4bK${++number};rport\r\nMax-Forwards: 70\r\nFrom: ${from};tag=${tags?.from ?? `t${callId.split('@', 1)[0]!}`}\r\nTo: <${uri}>${tags ? `;tag=${tags.to}` : ''}\r\nCall-ID: ${callId}\r\nCSeq: ${cseq} ${method}\r\nContact: <sip:carrier@${address}:${port}${transport === 'udp' ? '' : `;transport=${transport}`}>\r\n${headers}${body === '' ? '' : sdpLines}Content-Length: ${body.length}\r\n\r\n${body}`)
      return callId
    },
    last: (what) => heard.findLast(({ message, text }) => text.startsWith(what) || (message.is === 'response' && message.method === what)),
    statuses: (callId) => heard.flatMap(({ message }) => message.is === 'response' && message.callId === callId && message.status >= 200 ? [message.status] : []),
  }
  assert.ok(system.until(() => [...system.phones.values()].every((one) => one.registered)))
  return self
}

function out(flow: Flow, data: string): EdgeOutput { return { do: 'send', flow, data } }

const fieldsOf = (text: string, name: string) => text.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))

/** The header's value, '' where there is none. */
export function field(one: Heard | undefined, name: string): string { return fieldsOf(one?.text ?? '', name)[0]?.slice(name.length + 1).trim() ?? '' }
export function fields(one: Heard | undefined, name: string): string[] { return fieldsOf(one?.text ?? '', name).map((line) => line.slice(name.length + 1).trim()) }

function answerText({ text }: Heard, status: string, headers: string, body: string): string {
  const copied = ['Via', 'From', 'Call-ID', 'CSeq', 'Record-Route'].flatMap((name) => fieldsOf(text, name)), [to = ''] = fieldsOf(text, 'To')
  const tagged = /;tag=/.test(to) || status.startsWith('100') ? to : `${to};tag=carrier`
  return `SIP/2.0 ${status}\r\n${[...copied, tagged].join('\r\n')}\r\nContact: <sip:carrier@10.0.0.2:5060>\r\n${headers}${body === '' ? '' : sdpLines}Content-Length: ${body.length}\r\n\r\n${body}`
}
