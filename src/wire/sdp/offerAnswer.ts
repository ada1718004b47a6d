/**
 * An answer against its offer: is it one, and what do the two make of each medium?
 *
 * Standards  RFC 3264 6 and 8.4, RFC 4568 5.1.2 and 5.1.3, RFC 5763 5, RFC 5939 3.6.2, RFC 8643 3
 * Security   fed by strangers; an answer may only choose from the offer. Attack class A22, requirements R261, R262
 */
import { ok, type Result } from '../../kit/result.ts'
import { codecNames } from './codecs.ts'
import { cryptoLines, offeredCrypto, sameProtection, type Crypto } from './crypto.ts'
import { attribute, attributes, connection, direction, fingerprint, isLive, setup, type Direction } from './facts.ts'
import { isRtp, type Media, type Sdp } from './parse.ts'
import { setDirection } from './print.ts'
import { problem, refuse, type SdpCode } from './problems.ts'
import { potentialProtos, protoProtection } from './protection.ts'

export interface AnswerRules {
  /** Both ends announced X-cisco-srtp-fallback: RTP/SAVP may be answered with RTP/AVP. */
  fallbackToRtp?: boolean | undefined
}

/** RFC 3264 6: the answer fits the offer, medium by medium. Whether what they agree on is safe enough is for the policy. */
export function checkAnswer(offer: Sdp, answer: Sdp, rules: AnswerRules = {}): Result<void> {
  if (offer.media.length !== answer.media.length) return refuse('sdp.answerMediaCount')
  for (let i = 0; i < offer.media.length; i++) {
    const code = checkMedium(offer.media[i]!, answer.media[i]!, rules)
    if (code !== undefined) return { ok: false, problem: problem(code, `media ${i + 1}`) }
  }
  return ok(undefined)
}

function checkMedium(offer: Media, answer: Media, rules: AnswerRules): SdpCode | undefined {
  if (offer.kind !== answer.kind) return 'sdp.answerKind'
  if (answer.port === 0) return undefined
  if (!isLive(offer)) return 'sdp.answerRevived'                    // RFC 3264 6: offered with port zero, answered with port zero
  if (!protoFits(offer, answer, rules)) return 'sdp.answerProto'
  if (!formatsFit(offer, answer)) return 'sdp.answerFormats'
  if (!directionFits(direction(offer), direction(answer))) return 'sdp.answerDirection'
  return checkKeys(offer, answer)
}

function protoFits(offer: Media, answer: Media, rules: AnswerRules): boolean {
  if (offer.proto === answer.proto) return true
  const proto = answer.proto.toUpperCase()
  if (offer.proto.toUpperCase() === proto) return true
  if (rules.fallbackToRtp && offer.proto === 'RTP/SAVP' && proto === 'RTP/AVP') return true
  return attribute(answer, 'acfg') !== undefined && potentialProtos(offer).includes(answer.proto)   // RFC 5939 3.6.2: the answer names the configuration
}

/** RFC 3264 6.1: at least one format of the offer; it may add others. A codec may have another number in the answer. */
function formatsFit(offer: Media, answer: Media): boolean {
  if (answer.formats.some((format) => offer.formats.includes(format))) return true
  if (attribute(answer, 'acfg') !== undefined) return true          // RFC 6871 3.3.2: the formats of a potential configuration
  return isRtp(offer.proto) && commonCodecs(offer, answer).length > 0
}

/** Names that both list, in the answer's order: `PCMU/8000`. */
export function commonCodecs(offer: Media, answer: Media): string[] {
  const offered = new Set(codecNames(offer).values())
  return [...new Set(codecNames(answer).values())].filter((name) => offered.has(name))
}

const sends = (direction: Direction) => direction === 'sendrecv' || direction === 'sendonly'
const receives = (direction: Direction) => direction === 'sendrecv' || direction === 'recvonly'

/** RFC 3264 6.1: who was not offered to be heard may not send, who was not offered media may not receive. */
function directionFits(offer: Direction, answer: Direction): boolean {
  return (!sends(answer) || receives(offer)) && (!receives(answer) || sends(offer))
}

function checkKeys(offer: Media, answer: Media): SdpCode | undefined {
  const lines = attributes(answer, 'crypto')
  const by = protoProtection(answer.proto)
  if (lines.length > 0 && by !== 'tls') return checkCrypto(offer, answer, lines.length)
  if (dtls(offer, answer)) return setupFits(offer, answer) ? undefined : 'sdp.answerSetup'
  return by === 'none' ? undefined : 'sdp.answerKeyMissing'
}

/** RFC 4568 5.1.2: exactly one line, with the tag and suite of one that was offered and a key of its own. */
function checkCrypto(offer: Media, answer: Media, lines: number): SdpCode | undefined {
  const offered = offeredCrypto(offer)
  const chosen = lines === 1 ? chosenCrypto(offered, answer) : undefined
  if (chosen === undefined) return 'sdp.answerCrypto'
  return offered.some((crypto) => sharesKey(crypto, chosen.answer)) ? 'sdp.answerKeyReused' : undefined   // 6.1: one key for both ways is a two-time pad
}

function sharesKey(a: Crypto, b: Crypto): boolean {
  return a.keys.some((ours) => b.keys.some((theirs) => ours.keySalt.reveal() === theirs.keySalt.reveal()))
}

function chosenCrypto(offers: readonly Crypto[], answer: Media): { offer: Crypto; answer: Crypto } | undefined {
  const own = cryptoLines(answer)[0]
  if (own === undefined) return undefined
  const offered = offers.find((c) => c.tag === own.tag && c.suite === own.suite && sameProtection(c, own))
  return offered && { offer: offered, answer: own }
}

function dtls(offer: Media, answer: Media): boolean {
  return fingerprint(offer) !== undefined && fingerprint(answer) !== undefined
}

/** RFC 4145 4.1: active meets passive; an answer that says nothing is passive, an offer active. */
function setupFits(offer: Media, answer: Media): boolean {
  const ours = setup(offer) ?? 'active', theirs = setup(answer) ?? (ours === 'passive' ? 'active' : 'passive')
  if (ours === 'holdconn' || theirs === 'holdconn') return true
  return theirs !== 'actpass' && ours !== theirs
}

/** As the offerer sees it: `holding` sends and does not listen, `held` listens and is not listened to. */
export type Hold = 'active' | 'held' | 'holding' | 'inactive'

export interface NegotiatedMedia {
  readonly kind: string
  readonly state: 'live' | 'rejected'
  /** What the two lines really agree on; a suite that we do not know or that does not encrypt is none. */
  readonly protection: 'none' | 'sdes' | 'dtls'
  /** Of sdes alone. */
  readonly suite?: string | undefined
  /** Of the offerer. */
  readonly direction: Direction
  readonly hold: Hold
}

/** What offer and answer make of each medium; for a pair that checkAnswer passed. */
export function negotiated(offer: Sdp, answer: Sdp): NegotiatedMedia[] {
  return offer.media.slice(0, answer.media.length).map((media, i) => negotiatedMedium(media, answer.media[i]!))
}

function negotiatedMedium(offer: Media, answer: Media): NegotiatedMedia {
  const kind = offer.kind
  if (answer.port === 0 || !isLive(offer)) return { kind, state: 'rejected', protection: 'none', direction: 'inactive', hold: 'inactive' }
  const agreed = agreedDirection(offer, answer)
  const { protection, suite } = protectionOf(offer, answer)
  return { kind, state: 'live', protection, suite, direction: agreed, hold: holds[agreed] }
}

const holds: Readonly<Record<Direction, Hold>> = { sendrecv: 'active', sendonly: 'holding', recvonly: 'held', inactive: 'inactive' }

function agreedDirection(offer: Media, answer: Media): Direction {
  const send = sends(direction(offer)) && receives(direction(answer)) && hears(answer)
  const receive = receives(direction(offer)) && sends(direction(answer)) && hears(offer)
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}

/** RFC 3264 8.4: the hold of old phones; to 0.0.0.0 nothing is sent. With ICE it is only a placeholder (RFC 8840 4.1.1). */
function hears(media: Media): boolean {
  const address = connection(media)?.address
  return (address !== '0.0.0.0' && address !== '::') || attribute(media, 'ice-ufrag') !== undefined || attribute(media.session, 'ice-ufrag') !== undefined
}

function protectionOf(offer: Media, answer: Media): Pick<NegotiatedMedia, 'protection' | 'suite'> {
  const by = protoProtection(answer.proto)
  const chosen = by === 'tls' ? undefined : chosenCrypto(offeredCrypto(offer), answer)
  if (chosen) return chosen.offer.strong && chosen.answer.strong ? { protection: 'sdes', suite: chosen.answer.suite } : { protection: 'none' }
  if (attribute(answer, 'crypto') !== undefined && by !== 'tls') return { protection: 'none' }
  return { protection: dtls(offer, answer) ? 'dtls' : 'none' }
}

/** The answer with each direction narrowed to what the offer allows: many phones answer a hold with nothing or sendrecv. */
export function narrowDirections(offer: Sdp, answer: Sdp): Sdp {
  let result = answer
  for (let i = 0; i < Math.min(offer.media.length, answer.media.length); i++) {
    const asked = direction(offer.media[i]!), said = direction(answer.media[i]!)
    if (answer.media[i]!.port !== 0 && !directionFits(asked, said)) result = setDirection(result, i, narrow(asked, said))
  }
  return result
}

function narrow(asked: Direction, said: Direction): Direction {
  const send = sends(said) && receives(asked), receive = receives(said) && sends(asked)
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}
