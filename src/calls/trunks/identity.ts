/**
 * Who calls over a trunk, and who forwarded: believed only where the peer has shown who it is and the trunk says that its word counts.
 *
 * Standards  RFC 3323, 3325 5, 9.1; RFC 5806; RFC 7044; sip-trunk 1.5; R345
 * Security   A26: without proof From alone is read, as a claim, and one to be somebody of this house (from outside) is not passed on; a number is digits and a few signs, whatever stands there
 */
import { address, addresses, lines, maxList, parseAddress, parseUri, type SipMessage, split, tokens } from '../../wire/sip/index.ts'
import { nameOf } from '../numbers.ts'
import type { Exchange } from '../state.ts'
import type { Admitted } from './admitted.ts'

export interface Caller { readonly number: string; readonly name: string; readonly anonymous: boolean; /** The peer has shown who it is, and its word on callers counts. */ readonly believed: boolean }

const maxNumber = 64, maxDiversions = 12
const nobody = 'anonymous'

export function callerOf({ snapshot }: Exchange, message: SipMessage, { state, proven }: Admitted): Caller {
  const { trustIdentity, remotePartyId, offNet } = state.ready.picture, believes = trustIdentity && proven
  const asserted = believes ? addresses(message, 'P-Asserted-Identity')?.[0] ?? (remotePartyId ? party(message) : undefined) : undefined
  const from = address(message, 'From'), said = asserted ?? from
  const claimed = numberOf(said?.uri), isFalse = offNet && !believes && snapshot.numberOrUser(claimed).is !== 'unknown', number = isFalse ? '' : claimed
  const hidden = tokens(message, 'Privacy').some((one) => /\b(?:id|user|header)\b/.test(one))
  const anonymous = hidden || /\banonymous\b/i.test(from?.uri ?? '')
  return { number: number === '' ? nobody : number, name: anonymous || isFalse ? '' : said?.display ?? '', anonymous, believed: believes }
}

/** Remote-Party-ID of the calling party. */
function party(message: SipMessage): ReturnType<typeof parseAddress> {
  const line = lines(message, 'Remote-Party-ID').find((one) => !/;\s*party\s*=\s*"?called/i.test(one))
  return line === undefined ? undefined : parseAddress(line)
}

function numberOf(text: string | undefined): string {
  const uri = text === undefined ? undefined : parseUri(text)
  return uri?.ok ? nameOf(uri.value).slice(0, maxNumber).replace(/[^A-Za-z0-9+*#._-]/g, '') : ''
}

/** Diversion values, latest first, of a trunk whose word on them counts; of History-Info where it says it that way. */
export function diversionsOf(message: SipMessage, { state, proven }: Admitted): string[] {
  if (!state.ready.picture.diversionIn || !proven) return []
  const said = lines(message, 'Diversion').flatMap((line) => parseAddress(line) ? [line] : [])
  return (said.length > 0 ? said : fromHistory(message)).slice(0, maxDiversions)
}

const reasons: ReadonlyMap<string, string> = new Map([['302', 'unconditional'], ['486', 'user-busy'], ['408', 'no-answer'], ['404', 'unavailable'], ['480', 'deflection']])

/** RFC 7044 4, RFC 4458: each entry but the last was called before; why it went on stands in the one after it. */
function fromHistory(message: SipMessage): string[] {
  const entries = lines(message, 'History-Info').flatMap((line) => split(line, ',', maxList) ?? []).flatMap((one) => parseAddress(one.trim()) ?? [])
  return entries.slice(0, -1).map(({ uri }, i) => {
    const cause = /;cause=(\d{3})/.exec(entries[i + 1]!.uri)?.[1] ?? ''
    return `<${uri.replace(/;cause=\d{3}/, '')}>;reason=${reasons.get(cause) ?? 'unknown'}`
  }).reverse()
}
