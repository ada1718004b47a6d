/**
 * The rules of a trunk at work: on what goes to it, last of all; on what comes from it, after admission and before anything else is read.
 *
 * Standards  RFC 3261 7; issue of the trunks (header and description rules)
 * Security   what a rule made unreadable is answered 400 or dropped, and told; the ladder shows what was on the wire
 */
import { applyRules, applyToDescription, type CompiledRules, compileRules } from '../../policy/trunk/rules.ts'
import type { ReadyTrunk } from '../../policy/trunk/trunksOf.ts'
import { parseMessage, refuse, type Reshape, type Served, type SipMessage } from '../../wire/sip/index.ts'
import type { Exchange } from '../state.ts'

/** Of a trunk, as its legs carry them: a call keeps what it began with (R321). */
export interface TrunkRules { readonly name: string; readonly rules: CompiledRules | undefined }

/** Undefined where there is none: then nothing is looked at. */
export function rulesOf({ picture }: ReadyTrunk): CompiledRules | undefined {
  return picture.rules.length === 0 ? undefined : compileRules(picture.rules).rules
}

/** The last word on a request or on its responses; undefined where nothing would be changed. */
export function reshaping(of: { readonly rules: CompiledRules | undefined } | undefined, method: string): Reshape | undefined {
  const rules = of?.rules
  if (!rules || rules.out.length === 0) return undefined
  return (text, status) => applyRules(rules, { direction: 'out', method, status }, text)
}

/** A description as it will go: credentials may protect it (RFC 3261 22.4, auth-int). */
export function describedTo(of: { readonly rules: CompiledRules | undefined } | undefined, method: string, description: string): string {
  const rules = of?.rules
  return rules ? applyToDescription(rules, { direction: 'out', method, status: 0 }, description) : description
}

/** A request of the trunk as its rules make it, its responses as well; undefined where it was answered. */
export function ruled(x: Exchange, served: Served, of: TrunkRules): Served | undefined {
  if (!of.rules) return served
  const message = asRuled(x, served.message, of), change = reshaping(of, served.message.method)
  if (!message) { refuse(x.endpoint, x.now, served, { status: 400 }); return undefined }
  return change || message !== served.message ? { ...served, message, change } : served
}

/** An ACK or a response; undefined where it cannot be read any more. */
export function asRuled(x: Exchange, message: SipMessage, { name, rules }: TrunkRules): SipMessage | undefined {
  if (!rules || rules.in.length === 0) return message
  const text = applyRules(rules, { direction: 'in', method: message.method, status: message.status }, message.raw)
  if (text === message.raw) return message
  const read = parseMessage(text)
  if (read.ok) return read.message
  if (x.news.length < 1_000) x.news.push({ is: 'ruleBroke', trunk: name, method: message.method, problem: read.problem.code })
  return undefined
}
