/** Recorded calls, from the packet to the ear: read, put in order, decoded, listened to. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { codecs, concealed, hearKeys, heardWell, levelOf, newConcealment, newInBandKeys, newJitterBuffer, newResampler, put, samplesOf, take, type Codec } from '../../src/media/index.ts'
import { newProbe, power, powerAt } from '../../src/media/goertzel.ts'
import { newRtpHeader, readRtp } from '../../src/wire/rtp/index.ts'
import { framesOf } from '../vectors/capture.ts'
import { folder, isThere } from '../vectors/vectors.ts'
import { joined } from './sounds.ts'

/** What a listener hears of each stream of this codec in a capture, at the codec's rate. */
function streams(file: string, codec: Codec): Int16Array[] {
  const header = newRtpHeader(), packets = new Map<number, { sequence: number, timestamp: number, payload: Buffer }[]>()
  for (const { protocol, payload } of framesOf(readFileSync(join(folder, file)))) {
    if (protocol !== 'udp' || readRtp(payload, header) !== undefined || header.payloadType !== codec.payloadType || header.payloadEnd - header.payloadAt !== codec.frameOctets) continue
    packets.set(header.ssrc, [...packets.get(header.ssrc) ?? [], { sequence: header.sequence, timestamp: header.timestamp, payload: payload.subarray(header.payloadAt, header.payloadEnd) }])
  }
  return [...packets.values()].filter(({ length }) => length > 50).map((stream) => {
    const buffer = newJitterBuffer(), decode = codec.newDecoder(), conceal = newConcealment(codec.sampleRate), heard: Int16Array[] = []
    for (const [i, { sequence, timestamp, payload }] of stream.entries()) {
      put(buffer, sequence, timestamp / 8, i * 20, payload)
      const taken = take(buffer)
      if (taken.is !== 'early') heard.push(taken.is === 'audio' ? heardWell(conceal, decode(taken.payload)) : concealed(conceal))
    }
    return joined(heard)
  })
}

test('ITU-T O.133: a test tone of 1004 Hz that FreeSWITCH played is that tone alone, at one level', (t) => {
  if (!isThere(t, 'rtp/freeswitch/milliwatt.pcmu.rtp.pcap')) return
  const [sound] = streams('rtp/freeswitch/milliwatt.pcmu.rtp.pcap', codecs.PCMU), middle = sound!.subarray(1_600, 25_600)
  assert.ok(powerAt(newProbe(1_004, 8_000), middle, 0, 8_000) > 0.98 * power(middle))
  for (let at = 0; at + 800 <= middle.length; at += 800) assert.ok(Math.abs(levelOf(middle.subarray(at, at + 800)) - levelOf(middle)) < 0.2)
})

test('Q.24: the number that a caller dialled over rumble and speech, after which its capture is named', (t) => {
  const file = 'rtp/testsuite/ulaw-2013785496.pcap'
  if (!isThere(t, file)) return
  const header = newRtpHeader(), keys = newInBandKeys(), decode = codecs.PCMU.newDecoder()
  const down = framesOf(readFileSync(join(folder, file))).flatMap(({ payload }) => readRtp(payload, header) === undefined && header.payloadType === 0
    ? hearKeys(keys, decode(payload.subarray(header.payloadAt, header.payloadEnd))) : [])
  assert.equal(down.join(''), '2013785496')
})

for (const [file, name] of [['rtp/sipnab/sip-rtp-g711.pcap', 'PCMU'], ['rtp/sipnab/sip-rtp-g711.pcap', 'PCMA'], ['rtp/sipnab/sip-rtp-g722.pcap', 'G722']] as const) {
  test(`Q.24 talk-off, ${file}: what was spoken in ${name} holds no key, is neither silent nor at full scale`, (t) => {
    if (!isThere(t, file)) return
    const codec = codecs[name], heard = streams(file, codec)
    for (const sound of heard) {
      const down = newResampler(codec.sampleRate, 8_000), keys = newInBandKeys()
      const whole = sound.subarray(0, sound.length - sound.length % samplesOf(codec.sampleRate))
      assert.deepEqual(hearKeys(keys, down(whole)), [])
      assert.ok(levelOf(sound) < -6, `${levelOf(sound)} dB`)
    }
    t.diagnostic(heard.map((sound) => `${(sound.length / codec.sampleRate).toFixed(1)} s at ${levelOf(sound).toFixed(1)} dB`).join(', ') || 'none')
    assert.ok(heard.length > 0, 'the capture has no stream of this codec')
  })
}
