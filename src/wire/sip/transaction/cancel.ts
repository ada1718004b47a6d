/** The CANCEL of an INVITE, made of the INVITE as it was sent; no Require, no Proxy-Require (RFC 3261 9.1). */
import { hopByHop } from './ack.ts'

/** `lines`: more header lines, each with its line end: `Reason: SIP;cause=200;text="Call completed elsewhere"\r\n` (RFC 3326). */
export function cancelRequest(invite: string, lines = ''): string {
  return hopByHop('CANCEL', invite, '', lines)
}
