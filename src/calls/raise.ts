/**
 * Keys beside an RTP/AVP: where one side insists on SRTP such an offer goes on as one that leaves no choice, and its answer comes back as the caller offered.
 *
 * Standards  RFC 8643 3 (opportunistic SRTP); RFC 4568, 5763
 * Security   A22: nothing is raised without a key that is good; what the answer must have is judged by the raised offer, never by the one that had a way out
 */
import { cryptoLines, fingerprint, isLive, maxSdp, type Media, printSdp, protoProtection, type Sdp, setProto } from '../wire/sdp/index.ts'

/** The transport that says of the same medium that it is SRTP or nothing. */
function insisting(media: Media): string | undefined {
  const plain = media.proto.toUpperCase()
  if ((plain !== 'RTP/AVP' && plain !== 'RTP/AVPF') || !isLive(media)) return undefined
  const secure = `RTP/S${plain.slice(4)}`
  if (cryptoLines(media).some((one) => one.strong)) return secure
  return fingerprint(media) ? `UDP/TLS/${secure}` : undefined
}

/** What must be left of the longest description for our own o= line and directions. */
const room = 512

/** The offer itself where nothing can be raised, or where it would grow too long to be read again. */
export function raised(offer: Sdp): Sdp {
  const sdp = offer.media.reduce((before, media, i) => {
    const proto = insisting(media)
    return proto === undefined ? before : setProto(before, i, proto)
  }, offer)
  return printSdp(sdp).length <= maxSdp - room ? sdp : offer
}

/** The answer to a raised offer, in the transports of the offer that it was raised from: SRTP because it holds a key (RFC 8643 3). */
export function lowered(offer: Sdp, answer: Sdp): Sdp {
  return answer.media.reduce((sdp, { proto }, i) => {
    const asked = offer.media[i]
    return asked && protoProtection(asked.proto) === 'none' && protoProtection(proto) !== 'none' ? setProto(sdp, i, asked.proto) : sdp
  }, answer)
}
