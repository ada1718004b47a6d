/** Options that a request may demand. Standards RFC 3261 8.2.2.3 */
import { has, type SipMessage, tokens } from '../wire/sip/index.ts'

const understood = new Set(['100rel', 'timer', 'replaces', 'norefersub', 'path', 'outbound', 'gruu'])

const none: readonly never[] = []

/** What stands in Require or Proxy-Require and is not understood here: for Unsupported in a 420. */
export function strangeOptions(message: SipMessage): readonly string[] {
  if (!has(message, 'Require') && !has(message, 'Proxy-Require')) return none
  return [...tokens(message, 'Require'), ...tokens(message, 'Proxy-Require')].filter((one) => !understood.has(one))
}
