/**
 * An answer to an offer in which nothing flows: what a leg is told before the media that it will have are known.
 *
 * Standards  RFC 3264 6.1, RFC 4568 5.1.2, RFC 3725 7, RFC 8643 3 (a key beside RTP/AVP is answered)
 * Security   keys in it are made for nobody: random, never used
 */
import type { Random } from '../../kit/machine.ts'
import { fail, ok, type Result } from '../../kit/result.ts'
import { cryptoLines } from './crypto.ts'
import { attributes, fingerprint, isLive } from './facts.ts'
import { parseSdp, type Media, type Sdp } from './parse.ts'
import { problem } from './problems.ts'
import { protoProtection } from './protection.ts'

export function silentAnswer(offer: Sdp, random: Random): Result<Sdp> {
  const lines = ['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0']
  for (const media of offer.media) lines.push(...answered(media, random))
  const made = parseSdp(`${lines.join('\r\n')}\r\n`)
  return made.ok ? ok(made.value) : fail(problem('sdp.empty'))
}

function answered(media: Media, random: Random): string[] {
  const crypto = protoProtection(media.proto) !== 'tls' ? cryptoLines(media).find((one) => one.strong) : undefined
  const able = isLive(media) && media.kind === 'audio' && (protoProtection(media.proto) === 'none' || crypto !== undefined) && fingerprint(media) === undefined
  if (!able) return [`m=${media.kind} 0 ${media.proto} ${media.formats.join(' ')}`]
  const maps = attributes(media, 'rtpmap').filter((value) => value.startsWith(`${media.formats[0]!} `)).map((value) => `a=rtpmap:${value}`)
  return [`m=audio 9 ${media.proto} ${media.formats[0]!}`, ...maps, ...(crypto ? [`a=crypto:${crypto.tag} ${crypto.suite} inline:${key(crypto.suite, random)}`] : []), 'a=inactive']
}

/** Master key and salt in octets by suite (RFC 4568 6.2, RFC 7714 14.2, RFC 6188 4). */
const lengths: Readonly<Record<string, number>> = { AEAD_AES_128_GCM: 28, AEAD_AES_256_GCM: 44, AES_256_CM_HMAC_SHA1_80: 46, AES_256_CM_HMAC_SHA1_32: 46, AES_192_CM_HMAC_SHA1_80: 38, AES_192_CM_HMAC_SHA1_32: 38 }

function key(suite: string, random: Random): string {
  const octets = Buffer.alloc(lengths[suite] ?? 30)
  for (let i = 0; i < octets.length; i++) octets[i] = random.below(256)
  return octets.toString('base64')
}
