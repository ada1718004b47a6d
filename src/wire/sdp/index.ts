/** ringfort/sdp: session descriptions read, judged, changed a little, printed. Pure; usable alone. */
export { maxCrypto, maxFormats, maxLine, maxLines, maxMedia, maxPayload, maxPort, maxPtime, maxSdp, parseSdp } from './parse.ts'
export type { Connection, Media, Sdp, Section } from './parse.ts'
export {
  attribute, attributes, bandwidths, connection, direction, fingerprint, formatParameters, hasIce, inherited, isLive, mediaId,
  origin, payloadMaps, ptime, rtcpMux, rtcpPort, setup, telephoneEvent,
} from './facts.ts'
export type { Direction, Fingerprint, Origin, PayloadMap, Setup } from './facts.ts'
export { codecNames } from './codecs.ts'
export { cryptoLines, offeredCrypto, parseCrypto } from './crypto.ts'
export type { Crypto, CryptoKey } from './crypto.ts'
export { everyMediumProtected, isProtected, protectionOffered, protoProtection, redactKeys } from './protection.ts'
export type { ProtectionOffered, ProtoProtection } from './protection.ts'
export {
  printSdp, rejectMedia, removeAttribute, removeCapabilities, removeCrypto, removePayload, setConnection, setDirection, setOrigin, setProto,
} from './print.ts'
export type { Where } from './print.ts'
export { checkAnswer, commonCodecs, narrowDirections, negotiated } from './offerAnswer.ts'
export type { AnswerRules, Hold, NegotiatedMedia } from './offerAnswer.ts'
export { activeOffer, asOurs, heldOffer, inactiveOffer, newOrigin, sameMedia } from './origin.ts'
export type { OriginState } from './origin.ts'
export { silentAnswer } from './silent.ts'
export { sdpCodes } from './problems.ts'
export type { SdpCode } from './problems.ts'
