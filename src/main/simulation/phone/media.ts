/** Session descriptions of a virtual phone, and where its media would go. Standards RFC 3264, 4568, 8643 */
import {
  cryptoLines, direction, type Direction, connection, isLive, type Media, negotiated, parseSdp, protectionOffered, protoProtection, type Sdp,
} from '../../../wire/sdp/index.ts'
import type { Phone, Protection, Talk } from './state.ts'

const suite = 'AES_CM_128_HMAC_SHA1_80'

function key(phone: Phone): string {
  const octets = Buffer.alloc(30)
  for (let i = 0; i < octets.length; i++) octets[i] = phone.random.below(256)
  return octets.toString('base64')
}

/** A new description under our o= line; its version grows when anything else changes. */
function described(phone: Phone, talk: Talk, media: string): Sdp {
  const { address } = phone.settings
  if (media !== talk.said.body) talk.said = { version: talk.said.version + 1, body: media }
  const made = parseSdp(`v=0\r\no=${phone.settings.name} ${1000 + talk.id} ${talk.said.version} IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n${media}`)
  if (!made.ok) throw new Error('a description of a virtual phone does not parse')
  return made.value
}

const codecs = 'a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n'
const isOurs = (line: string) => line.startsWith('a=crypto:')

/** The key of the running session is kept: a new one at each re-INVITE would cut the sound. */
function cryptoOf(phone: Phone, talk: Talk): string {
  const before = talk.session?.ours.media[0]?.lines.find(isOurs)
  const offered = before !== undefined && talk.session?.weOffered ? before : undefined
  return `${offered ?? `a=crypto:1 ${suite} inline:${key(phone)}`}\r\n`
}

export function makeOffer(phone: Phone, talk: Talk): Sdp {
  const { security, wants, rtpPort } = talk
  const proto = security === 'required' ? 'RTP/SAVP' : 'RTP/AVP'
  const crypto = security === 'none' ? '' : cryptoOf(phone, talk)
  return described(phone, talk, `m=audio ${rtpPort} ${proto} 8 0 101\r\n${codecs}${crypto}a=${wants}\r\n`)
}

/** Our answer; undefined where the offer cannot be taken (488). */
export function makeAnswer(phone: Phone, talk: Talk, offer: Sdp): Sdp | undefined {
  let taken = 0, text = ''
  for (const media of offer.media) {
    const line = taken === 0 ? answerMedium(phone, talk, media) : undefined
    if (line !== undefined) taken++
    text += line ?? `m=${media.kind} 0 ${media.proto} ${media.formats.join(' ')}\r\n`
  }
  return taken === 0 ? undefined : described(phone, talk, text)
}

function answerMedium(phone: Phone, talk: Talk, media: Media): string | undefined {
  if (!isLive(media) || media.kind !== 'audio') return undefined
  const offered = protectionOffered(media), can: Protection = talk.security
  const theirs = cryptoLines(media).find((one) => one.suite === suite)
  if ((offered === 'required' && can === 'none') || (can === 'required' && offered === 'none')) return undefined
  const protect = can !== 'none' && theirs !== undefined
  if (protoProtection(media.proto) !== 'none' && !protect) return undefined
  const crypto = protect ? `a=crypto:${theirs.tag} ${suite} inline:${answerKey(phone, talk, media)}\r\n` : ''
  const formats = media.formats.filter((one) => ['8', '0', '101'].includes(one))
  return `m=audio ${talk.rtpPort} ${media.proto} ${formats.join(' ')}\r\n${codecs}${crypto}a=${answerDirection(direction(media), talk.wants)}\r\n`
}

/** The key of our last answer goes on while their key does not change. */
function answerKey(phone: Phone, talk: Talk, media: Media): string {
  const { session } = talk, before = session && cryptoLines(session.theirs.media[0] ?? media)[0]?.keys[0]?.keySalt.reveal()
  const own = session?.ours.media[0] && cryptoLines(session.ours.media[0])[0]?.keys[0]?.keySalt.reveal()
  return own !== undefined && before === cryptoLines(media)[0]?.keys[0]?.keySalt.reveal() ? own : key(phone)
}

const sends = (one: Direction) => one === 'sendrecv' || one === 'sendonly'
const receives = (one: Direction) => one === 'sendrecv' || one === 'recvonly'

export function answerDirection(offered: Direction, wanted: Direction): Direction {
  const send = sends(wanted) && receives(offered), receive = receives(wanted) && sends(offered)
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}

/** Where the media of a call go, as this end understood the last offer and answer. */
export interface Stream {
  readonly sendsTo: string
  readonly hearsAt: string
  readonly direction: Direction
  readonly protection: 'none' | 'sdes' | 'dtls'
  readonly sendKey: string
  readonly hearKey: string
}

export function streamOf(talk: Talk): Stream | undefined {
  const { session } = talk
  if (!session) return undefined
  const [offer, answer] = session.weOffered ? [session.ours, session.theirs] : [session.theirs, session.ours]
  const i = negotiated(offer, answer).findIndex((one) => one.state === 'live')
  if (i < 0) return undefined
  const agreed = negotiated(offer, answer)[i]!, ours = session.ours.media[i]!, theirs = session.theirs.media[i]!
  const tag = cryptoLines(answer.media[i]!)[0]?.tag
  const keyOf = (media: Media) => agreed.protection === 'sdes' ? cryptoLines(media).find((one) => one.tag === tag)?.keys[0]?.keySalt.reveal() ?? '' : ''
  return {
    sendsTo: `${connection(theirs)?.address}:${theirs.port}`, hearsAt: `${connection(ours)?.address}:${ours.port}`,
    direction: session.weOffered ? agreed.direction : mirrored[agreed.direction], protection: agreed.protection, sendKey: keyOf(ours), hearKey: keyOf(theirs),
  }
}

const mirrored: Readonly<Record<Direction, Direction>> = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' }

/** Why the media of two ends do not meet; [] where they do. */
export function mediaApart(a: Talk, b: Talk): string[] {
  const x = streamOf(a), y = streamOf(b)
  if (!x || !y) return x || y ? ['one end has media, the other has none'] : []
  const apart: string[] = []
  if (x.sendsTo !== y.hearsAt || y.sendsTo !== x.hearsAt) apart.push(`addresses: ${x.hearsAt}→${x.sendsTo} and ${y.hearsAt}→${y.sendsTo}`)
  if (mirrored[x.direction] !== y.direction) apart.push(`directions: ${x.direction} and ${y.direction}`)
  if (x.protection !== y.protection) apart.push(`protection: ${x.protection} and ${y.protection}`)
  if (x.sendKey !== y.hearKey || y.sendKey !== x.hearKey) apart.push('keys')
  return apart
}
