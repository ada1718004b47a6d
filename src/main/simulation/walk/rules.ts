/** What a walk holds the exchange to, whatever the phones say. Standards RFC 3261 8.2.6, 12.2.1.1, 17.2 */
import type { Millis } from '../../../kit/machine.ts'
import type { SipMessage } from '../../../wire/sip/index.ts'

export interface Rules {
  readonly problems: string[]
  /** Success by branch and method of the request that it answers, and when it was said. */
  readonly finals: Map<string, { readonly status: number; readonly at: Millis }>
  /** Highest sequence number of ours by dialog, and the branches that had it. */
  readonly sequence: Map<string, { cseq: number; readonly branches: Set<string> }>
  /** Times that the exchange wanted to be woken in the past. */
  late: number
}

export function newRules(): Rules { return { problems: [], finals: new Map(), sequence: new Map(), late: 0 } }

/** One message that the exchange has sent. */
export function watch(rules: Rules, now: Millis, message: SipMessage): void {
  if (message.is === 'response') answered(rules, now, message)
  else if (message.method !== 'ACK' && message.method !== 'CANCEL') asked(rules, message)
}

/** While a request may be said again: RFC 3261 17.2.1 (Timer I). */
const memory: Millis = 4_000

/** What was taken is not refused, however often the request is said; a refusal may be looked at anew (8.2.7), and a CANCEL is judged by its INVITE (9.2). */
function answered({ finals, problems }: Rules, now: Millis, { status, via, method, callId }: SipMessage): void {
  if (method === 'CANCEL') return
  const key = `${via.branch} ${method} ${callId}`, before = finals.get(key)
  if (before && status >= 300 && now - before.at < memory) problems.push(`${method} was answered ${before.status}, then ${status}`)
  if (status >= 200 && status < 300 && !before) finals.set(key, { status, at: now })
}

/** 12.2.1.1: numbers grow within a dialog. */
function asked({ sequence, problems }: Rules, { callId, fromTag, toTag, cseq, method, via }: SipMessage): void {
  if (toTag === '') return
  const key = `${callId} ${fromTag} ${toTag}`, before = sequence.get(key)
  if (!before) { sequence.set(key, { cseq, branches: new Set([via.branch]) }); return }
  if (before.branches.has(via.branch)) return
  if (cseq <= before.cseq) problems.push(`${method} ${cseq} after ${before.cseq} in one dialog`)
  before.cseq = cseq
  before.branches.add(via.branch)
}
