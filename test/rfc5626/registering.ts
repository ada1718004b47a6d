/** A phone that registers, and a registrar with its table behind it: what the tests of registration share. */
import assert from 'node:assert/strict'
import { apply, bindingsOfPhone, type Locations, type LocationEvent, newLocations } from '../../src/calls/locations.ts'
import type { Flow, Transport } from '../../src/kit/flow.ts'
import type { SipMessage } from '../../src/wire/sip/message.ts'
import { parseMessage } from '../../src/wire/sip/parse.ts'
import { register, type RegistrarLimits, registrarLimits } from '../../src/wire/sip/registrar.ts'

/** 2026-11-21 12:00:00 UTC. */
export const noon = Date.UTC(2026, 10, 21, 12)

export function flowOf(transport: Transport = 'udp', over: Partial<Flow> = {}): Flow {
  return {
    id: transport === 'udp' ? 0 : 7, service: `sip-${transport}`, transport, localAddress: '127.0.0.1', localPort: 5060,
    remoteAddress: '192.0.2.4', remotePort: 5060, ...over,
  }
}

export interface Sent { callId?: string; cseq?: number; uri?: string; to?: string; via?: string }

/** A REGISTER with these header lines. */
export function registerOf(headers: readonly string[], { callId = 'call-1', cseq = 1, uri = 'sip:example.test', to = 'sip:1001@example.test', via }: Sent = {}): SipMessage {
  const vias = via ?? 'Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bKa'
  const head = [`REGISTER ${uri} SIP/2.0`, vias, `To: <${to}>`, `From: <${to}>;tag=f`, `Call-ID: ${callId}`, `CSeq: ${cseq} REGISTER`, 'Max-Forwards: 70']
  const parsed = parseMessage(`${[...head, ...headers, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem.text)
  return parsed.message
}

export interface Answer { status: number; headers: string[]; contacts: string[]; events: readonly LocationEvent[]; code: string | undefined }

export interface Desk {
  readonly locations: Locations
  now: number
  flow: Flow
  phone: string
  limits: RegistrarLimits
  /** Sends a REGISTER; the sequence number counts up unless one is given. */
  send(headers: readonly string[], sent?: Sent): Answer
}

export function newDesk(locations = newLocations(noon)): Desk {
  let last = 0
  return {
    locations, now: noon, flow: flowOf(), phone: 'desk', limits: registrarLimits,
    send(headers, sent = {}) {
      last = sent.cseq ?? last + 1
      const { own, others } = bindingsOfPhone(locations, '1001', this.phone)
      const said = register(registerOf(headers, { ...sent, cseq: last }), this.flow, own, this.now, this.limits, others)
      const made = apply(locations, this.now, { line: '1001', phone: this.phone, flow: this.flow }, said.change)
      assert.ok(made.ok)
      const lines = said.headers.split('\r\n').slice(0, -1)
      assert.ok(said.headers.endsWith('\r\n') && lines.every((line) => /^[A-Za-z-]+: ./.test(line)), said.headers)
      const contacts = lines.filter((line) => line.startsWith('Contact: ')).map((line) => line.slice(9))
      return { status: said.status, headers: lines, contacts, events: made.value, code: said.problem?.code }
    },
  }
}
