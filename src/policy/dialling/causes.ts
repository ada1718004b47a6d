/**
 * Why a number is not routed, as SIP and ISDN say it.
 *
 * Standards  ITU-T Q.850 2.2 (cause values); RFC 3398 7.2.4.1 (cause to status); dial plan 11.2 (blocked patterns)
 */
import type { BlockCause } from './table.ts'

export type RefusalCause = BlockCause | 'noMatch' | 'incomplete' | 'loop' | 'notDialable' | 'noTrunk'

export interface Cause { readonly status: number; readonly q850: number | undefined; readonly text: string }

export const causes: Readonly<Record<RefusalCause, Cause>> = {
  noError: { status: 403, q850: undefined, text: 'the pattern blocks the number' },
  unallocatedNumber: { status: 404, q850: 1, text: 'the number is not allocated' },
  callRejected: { status: 403, q850: 21, text: 'the call is rejected' },
  numberChanged: { status: 410, q850: 22, text: 'the number has changed' },
  invalidNumberFormat: { status: 484, q850: 28, text: 'the number is not complete or wrongly written' },
  precedenceExceeded: { status: 403, q850: 46, text: 'the precedence of the call is higher than allowed' },
  noMatch: { status: 404, q850: 1, text: 'no pattern in the calling search space matches' },
  incomplete: { status: 484, q850: 28, text: 'more digits are needed' },
  loop: { status: 482, q850: 25, text: 'the translation patterns go in a circle' },
  notDialable: { status: 484, q850: 28, text: 'what is left is no number' },
  noTrunk: { status: 503, q850: 34, text: 'the route list leads to no trunk' },
}

export function isCause(text: string): text is RefusalCause { return Object.hasOwn(causes, text) }
