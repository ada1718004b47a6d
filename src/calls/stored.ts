/**
 * A binding in memory: one object, every text flat. V8 cuts a text out of a message as a slice that keeps the whole message
 * alive; what is kept is copied, and copied only when it differs from what is there.
 */
import type { Flow, Transport } from '../kit/flow.ts'
import type { Millis } from '../kit/machine.ts'
import type { BoundContact } from '../wire/sip/registrar.ts'
import type { Binding } from './binding.ts'

export type Stored = { -readonly [Field in keyof Binding]: Binding[Field] } & {
  /** expiresAt of the row on disk; 0 while there is none. */
  savedUntil: Millis
}

/** A text of its own. Below 13 characters V8 copies by itself. */
function flat(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'latin1').toString('latin1')
}

export function newStored(asked: BoundContact, line: string, phone: string, flow: Flow): Stored {
  return {
    contact: flat(asked.contact), params: flat(asked.params), q: asked.q, expiresAt: asked.expiresAt, callId: flat(asked.callId), cseq: asked.cseq,
    instance: flat(asked.instance), regId: asked.regId, path: flat(asked.path), flowId: flow.id,
    line, phone, transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort, service: flow.service, savedUntil: 0,
  }
}

/** Takes over what a refresh says; true if anything changed but the time, the sequence number and its Call-ID: the disk knows where the phone is, not which request said so. */
export function renew(binding: Stored, asked: BoundContact, flow: Flow): boolean {
  binding.expiresAt = asked.expiresAt
  binding.cseq = asked.cseq
  binding.flowId = flow.id
  binding.callId = kept(binding.callId, asked.callId)
  if (isSame(binding, asked) && isSameSource(binding, flow)) return false
  binding.contact = kept(binding.contact, asked.contact)
  binding.params = kept(binding.params, asked.params)
  binding.q = asked.q
  binding.instance = kept(binding.instance, asked.instance)
  binding.path = kept(binding.path, asked.path)
  binding.transport = flow.transport satisfies Transport
  binding.address = kept(binding.address, flow.remoteAddress)
  binding.port = flow.remotePort
  binding.service = flow.service
  return true
}

function kept(there: string, text: string): string { return there === text ? there : flat(text) }

function isSame(a: BoundContact, b: BoundContact): boolean {
  return a.contact === b.contact && a.params === b.params && a.q === b.q && a.instance === b.instance && a.path === b.path
}

function isSameSource(binding: Binding, flow: Flow): boolean {
  return binding.address === flow.remoteAddress && binding.port === flow.remotePort && binding.transport === flow.transport && binding.service === flow.service
}
