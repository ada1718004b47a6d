/** What is kept of what was agreed, and what the far end said that it can. */
import { parseSdp, type Sdp } from '../../../wire/sdp/index.ts'
import { hasToken, header, type SipMessage } from '../../../wire/sip/index.ts'
import type { SipLeg } from './leg.ts'

/** Their latest description stands. */
export function agreed(leg: SipLeg, text: string): void { leg.remoteSdp = text }

/** A description that was parsed before, as text; it cannot fail. */
export function parsed(text: string): Sdp {
  const again = parseSdp(text)
  if (!again.ok) throw new Error('a kept session description no longer parses')
  return again.value
}

/** What the far end's Allow and Supported say of it. */
export function learn(leg: SipLeg, message: SipMessage): void {
  const methods = header(message, 'Allow')
  if (methods !== undefined) leg.can.update = /\bUPDATE\b/.test(methods)
  const options = header(message, 'Supported')
  if (options === undefined) return
  leg.can.status ||= /\bx-cisco-sis-/i.test(options)                       // such a phone shows what we say of the call (sip-trunk 1.7)
  leg.can.timer = hasToken(message, 'Supported', 'timer')
}
