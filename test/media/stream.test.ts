/** From one mouth to the other ear: framed, coded, protected, sent through bad weather, unprotected, put in order, decoded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CodecName, codecs, type Frame, heardFrame, hearPacket, type Incoming, levelOf, newIncoming, newOutgoing, press, sendFrame } from '../../src/media/index.ts'
import { newRtpHeader, printRtp, readRtp } from '../../src/wire/rtp/index.ts'
import { keyLength, newReceiver, newSender, ownKey, protectRtp, unprotectRtp } from '../../src/wire/rtp/srtp/index.ts'
import { frames, joined, largestStep, seeded, speechLike } from './sounds.ts'

interface Weather { readonly loss: number, readonly jitter: number, readonly copies: number }
const fair: Weather = { loss: 0, jitter: 0, copies: 0 }, foul: Weather = { loss: 0.02, jitter: 40, copies: 0.05 }
const key = ownKey('AES_CM_128_HMAC_SHA1_80', Buffer.alloc(keyLength('AES_CM_128_HMAC_SHA1_80'), 3))

/** What arrives, and when, of a sound that is sent from time 0 on. */
function sentOver(name: CodecName, sound: readonly (Frame | undefined)[], weather: Weather, keys = ''): { at: number, packet: Buffer }[] {
  const outgoing = newOutgoing({ codec: codecs[name], payloadType: codecs[name].payloadType, eventType: 101, ssrc: 7, sequence: 65_530, timestamp: 0xffff_ff00 }), sender = newSender(key), next = seeded(11)
  if (keys !== '') assert.ok(press(outgoing, keys))
  return sound.flatMap((frame, i) => {
    const length = sendFrame(outgoing, frame)
    if (length === 0) return []
    const packet = Buffer.from(outgoing.packet.subarray(0, Number(protectRtp(sender, outgoing.packet, length))))
    const arrivals = next() < weather.loss ? [] : next() < weather.copies ? [0, 3] : [0]
    return arrivals.map((later) => ({ at: i * 20 + 30 + later + next() * weather.jitter, packet: Buffer.from(packet) }))
  }).sort((a, b) => a.at - b.at)
}

function heardOf(name: CodecName, arriving: readonly { at: number, packet: Buffer }[], until: number): { sound: Int16Array, keys: string[], incoming: Incoming } {
  const incoming = newIncoming({ codec: codecs[name], payloadType: codecs[name].payloadType, eventType: 101, trusted: true }), receiver = newReceiver(key), parts: Int16Array[] = [], keys: string[] = []
  let i = 0
  for (let now = 0; now < until; now += 20) {
    for (; i < arriving.length && arriving[i]!.at <= now; i++) {
      const { at, packet } = arriving[i]!, length = unprotectRtp(receiver, packet, packet.length)
      if (typeof length === 'number') keys.push(...hearPacket(incoming, packet, length, at).map((each) => `${each.is} ${each.key}`))
    }
    const { frame, keys: late } = heardFrame(incoming, now)
    keys.push(...late.map((each) => `${each.is} ${each.key}`))
    if (frame) parts.push(frame)
  }
  return { sound: joined(parts), keys, incoming }
}

/** The likeness of what was heard to what was said, at the shift where it is greatest. */
function likeness(said: Int16Array, heard: Int16Array, shifts = 200): number {
  let best = 0
  for (let shift = 0; shift < shifts; shift++) {
    let product = 0, a = 0, b = 0
    for (let i = 0; i + shift < heard.length && i < said.length; i += 3) {
      product += said[i]! * heard[i + shift]!
      a += said[i]! ** 2
      b += heard[i + shift]! ** 2
    }
    best = Math.max(best, product / Math.sqrt(a * b))
  }
  return best
}

for (const name of Object.keys(codecs) as CodecName[]) {
  const rate = codecs[name].sampleRate, said = speechLike(rate * 8, rate, 9), cut = frames(said, rate / 50)
  test(`RFC 3550, 3711 ${name} in fair weather: the same sound: likeness 0.99, level within 0.5 dB, length within 40 ms, no click`, () => {
    const { sound, incoming } = heardOf(name, sentOver(name, cut, fair), 8_060)
    assert.ok(likeness(said, sound) > 0.99, `${likeness(said, sound)}`)
    assert.ok(Math.abs(levelOf(sound) - levelOf(said)) < 0.5)
    assert.ok(Math.abs(sound.length - said.length) / rate <= 0.04, `${(sound.length - said.length) / rate} s`)
    assert.ok(largestStep(sound) < largestStep(said) * 1.2)
    assert.equal(incoming.jitter.counts.lost, 0)
  })
  test(`RFC 3550, 3711 ${name} with 2 % lost, 5 % twice and 40 ms of jitter: level within 1.5 dB, as long as it was, no click, nothing twice`, () => {
    const { sound, incoming: { jitter: { counts } } } = heardOf(name, sentOver(name, cut, foul), 8_100)
    assert.ok(Math.abs(levelOf(sound) - levelOf(said)) < 1.5, `${levelOf(sound) - levelOf(said)} dB`)
    assert.ok(Math.abs(sound.length - said.length) / rate <= 0.2, `${(sound.length - said.length) / rate} s`)
    assert.ok(largestStep(sound) < largestStep(said) * 1.5)
    assert.ok(counts.lost < 80 && counts.played <= 800, `${counts.lost} lost`)
  })
}

test('RFC 4733 2.5: keys take the place of audio and arrive once each, in foul weather too', () => {
  for (const weather of [fair, foul]) {
    const { keys } = heardOf('PCMU', sentOver('PCMU', frames(speechLike(8_000 * 6, 8_000), 160), weather, '0123*#'), 6_500)
    assert.deepEqual(keys, [...'0123*#'].flatMap((one) => [`down ${one}`, `up ${one}`]))
  }
})

test('RFC 3551 4.1: a pause sends nothing, the first packet after it has the marker; time goes on', () => {
  const voice = frames(speechLike(8_000, 8_000), 160), sound = [...voice.slice(0, 10), ...Array.from({ length: 50 }, () => undefined), ...voice.slice(10, 20)]
  const receiver = newReceiver(key), header = newRtpHeader()
  const seen = sentOver('PCMA', sound, fair).map(({ packet }) => {
    assert.equal(readRtp(packet, header, Number(unprotectRtp(receiver, packet, packet.length))), undefined)
    return [header.marker, header.sequence, header.timestamp] as const
  })
  assert.deepEqual(seen.map(([marker]) => marker), Array.from({ length: 20 }, (_, i) => i % 10 === 0))
  assert.deepEqual([seen[10]![1], seen[10]![2]], [65_540 & 0xffff, (0xffff_ff00 + 60 * 160) >>> 0])
})

for (const millis of [10, 30, 40, 60]) {
  test(`RFC 3551 4.2: packets of ${millis} ms are heard whole`, () => {
    const said = speechLike(8_000 * 6, 8_000, 5), octets = codecs.PCMU.newEncoder()(said), incoming = newIncoming({ codec: codecs.PCMU, payloadType: 0, eventType: undefined, trusted: true }), parts: Int16Array[] = []
    for (let now = 0, sent = 0; now < 6_000; now += 10) {
      for (; (sent + 1) * millis <= now; sent++) {
        const packet = printRtp({ payloadType: 0, sequence: sent, timestamp: sent * millis * 8, ssrc: 1, payload: octets.subarray(sent * millis * 8, (sent + 1) * millis * 8) })
        hearPacket(incoming, packet, packet.length, now)
      }
      if (now % 20 === 0) parts.push(heardFrame(incoming, now).frame ?? new Int16Array(0))
    }
    const sound = joined(parts)
    assert.ok(incoming.jitter.counts.lost <= 12, `${incoming.jitter.counts.lost} lost`)
    assert.ok(sound.length > 8_000 * 5.7 && likeness(said.subarray(24_000, 36_000), sound.subarray(23_000), 3_000) > 0.98)
  })
}

test('A20, A1: another source is heard after two packets in sequence alone; other types, lengths and faults are counted', () => {
  const incoming = newIncoming({ codec: codecs.PCMU, payloadType: 0, eventType: 101, trusted: false }), payload = Buffer.alloc(160, 0x55)
  const hear = (ssrc: number, sequence: number, payloadType = 0, octets = payload) => {
    const packet = printRtp({ payloadType, sequence, timestamp: sequence * 160, ssrc, payload: octets })
    hearPacket(incoming, packet, packet.length, sequence * 20)
    return incoming.source?.ssrc
  }
  assert.deepEqual([hear(1, 1), hear(1, 2), hear(9, 50), hear(9, 90), hear(1, 3)], [undefined, 1, 1, 1, 1])
  assert.deepEqual([hear(5, 7), hear(5, 8)], [1, 5])
  hear(5, 9, 33)
  hear(5, 10, 0, Buffer.alloc(81))
  hear(5, 11, 101, Buffer.alloc(3))
  hearPacket(incoming, Buffer.alloc(12), 12, 0)
  assert.deepEqual(incoming.ignored, { faults: 1, types: 1, lengths: 1, sources: 4 })
})
