/** Fuzz target of the SDP room: any octets in; nothing throws, what is printed can be read again, no key is left after redaction. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  activeOffer, asOurs, bandwidths, checkAnswer, codecNames, connection, direction, everyMediumProtected, fingerprint, formatParameters,
  hasIce, heldOffer, inactiveOffer, maxLines, maxSdp, mediaId, narrowDirections, negotiated, origin, parseCrypto, parseSdp, printSdp, protectionOffered,
  ptime, redactKeys, rejectMedia, removeAttribute, removeCapabilities, removeCrypto, removePayload, rtcpMux, rtcpPort, sameMedia, setConnection,
  setDirection, setProto, setup, telephoneEvent, type Media, type Sdp,
} from '../src/wire/sdp/index.ts'
import type { FuzzTarget } from './target.ts'

const corpus = join(import.meta.dirname, 'corpus', 'sdp')

export const target: FuzzTarget = {
  name: 'sdp',
  seeds: () => readdirSync(corpus).sort().map((file) => readFileSync(join(corpus, file))),
  dictionary: [
    'v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 'c=IN IP6 2001:db8::1', 't=0 0', 'b=AS:64', 'k=clear:', 'm=audio 49170 RTP/AVP 0',
    'm=video 0 RTP/SAVPF 99', 'm=image 49172 udptl t38', 'UDP/TLS/RTP/SAVPF', 'a=rtpmap:', 'a=fmtp:', 'a=ptime:', 'a=maxptime:', 'a=sendonly', 'a=inactive',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:', 'AEAD_AES_256_GCM', '|2^31|1:4', ';inline:', 'UNENCRYPTED_SRTP', 'a=fingerprint:sha-256 ', 'a=setup:actpass',
    'a=acap:1 crypto:', 'a=tcap:1 RTP/SAVP', 'a=pcfg:1 t=1 a=1', 'a=acfg:1 t=1', 'a=key-mgmt:mikey ', 'a=ice-ufrag:', 'a=ice-pwd:', 'a=bundle-only', 'a=mid:1',
    'telephone-event/8000', '65535', '65536', '4294967296', '\r\n', '\n', '0.0.0.0', '::',
  ],
  run: (input) => {
    const text = input.toString('latin1')
    redactKeys(text)
    const parsed = parseSdp(text)
    if (parsed.ok) exercise(parsed.value, text)
    else assert.ok(text.length < 20 || !JSON.stringify(parsed.problem).includes(text), 'a refusal repeats the input')
  },
}

function exercise(sdp: Sdp, text: string): void {
  const printed = printSdp(sdp)
  if (sdp.text !== undefined) assert.equal(printed, text)
  readable(sdp)
  origin(sdp)
  everyMediumProtected(sdp)
  for (const media of sdp.media) facts(media)
  checkAnswer(sdp, narrowDirections(sdp, sdp))
  for (const medium of negotiated(sdp, sdp)) assert.ok(medium.protection !== 'sdes' || medium.suite !== undefined)
  edits(sdp, sum(text))
}

function sum(text: string): number {
  let total = text.length
  for (let i = 0; i < text.length; i += 7) total += text.charCodeAt(i)
  return total
}

/** What we print we can read, with the same media. Near the limits a change may cross one. */
function readable(sdp: Sdp): Sdp {
  const printed = printSdp(sdp)
  if (printed.length > maxSdp || printed.split('\n').length > maxLines) return sdp
  const again = parseSdp(printed)
  assert.ok(again.ok, again.ok ? '' : again.problem.code)
  assert.equal(printSdp(again.value), printed)
  assert.ok(sameMedia(again.value, sdp))
  return again.value
}

function facts(media: Media): void {
  for (const ask of [bandwidths, codecNames, connection, direction, fingerprint, formatParameters, hasIce, mediaId, protectionOffered, ptime, rtcpMux, rtcpPort, setup, telephoneEvent]) ask(media)
  for (const line of [...media.session.lines, ...media.lines]) redacted(line)
}

/** A key that we can read out of a line is not in the line that is logged. */
function redacted(line: string): void {
  const at = line.indexOf('crypto:')
  const crypto = at < 0 ? undefined : parseCrypto(line.slice(at + 7))
  if (crypto === undefined) return
  const safe = redactKeys(line)
  for (const key of crypto.keys) assert.ok(key.keySalt.reveal().length < 16 || !safe.includes(key.keySalt.reveal()), 'a key is left after redaction')
}

const whole: ((sdp: Sdp) => Sdp)[] = [
  heldOffer, inactiveOffer, activeOffer, removeCapabilities, (sdp) => removeCrypto(sdp, 'everywhere'), (sdp) => setConnection(sdp, 'everywhere', '2001:db8::1'),
]

const ofMedium: ((sdp: Sdp, i: number) => void)[] = [
  (sdp, i) => assert.equal(direction(readable(setDirection(sdp, i, 'recvonly')).media[i]!), 'recvonly'),
  (sdp, i) => assert.equal(readable(rejectMedia(sdp, i)).media[i]!.port, 0),
  (sdp, i) => readable(removeAttribute(sdp, i, 'rtpmap')),
  (sdp, i) => readable(setConnection(sdp, i, '192.0.2.1')),
  (sdp, i) => readable(removePayload(sdp, i, sdp.media[i]!.formats[0] ?? '')),
  (sdp, i) => readable(sdp.media[i]!.proto === 'RTP/AVP' ? setProto(sdp, i, 'RTP/SAVP') : sdp),
]

/** One change of the whole and one of a medium, chosen by the input itself: an input costs a few passes, not a hundred. */
function edits(sdp: Sdp, choice: number): void {
  asOurs({ sessionId: '1', address: '192.0.2.9', version: 1, lastText: '' }, sdp)
  readable(whole[choice % whole.length]!(sdp))
  if (sdp.media.length > 0) ofMedium[Math.floor(choice / whole.length) % ofMedium.length]!(sdp, Math.floor(choice / 36) % sdp.media.length)
}
