import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printBye, printReport, printRtp } from '../../../src/wire/rtp/index.ts'
import { changeReceivingKey, changeSendingKey, isSuite, keyLength, masterKey, maxStreams, newReceiver, newSender, overhead, ownKey, protectRtcp, protectRtp, suites, unprotectRtcp, unprotectRtp, type MasterKey, type Receiver, type Sender, type SuiteName } from '../../../src/wire/rtp/srtp/index.ts'
import { guessIndex, newReplayWindow, remember, replayFault } from '../../../src/wire/rtp/srtp/replay.ts'
import { secret } from '../../../src/kit/secret.ts'

const names = Object.keys(suites).filter(isSuite)
const key = (suite: SuiteName, fill = 7): MasterKey => ownKey(suite, Buffer.alloc(keyLength(suite), fill))
const plain = (sequence: number, ssrc = 1, size = 160) => printRtp({ payloadType: 0, sequence: sequence & 0xffff, timestamp: sequence * 160, ssrc, payload: Buffer.alloc(size, sequence & 255) })
const room = (packet: Buffer, more = 160) => Buffer.concat([packet, Buffer.alloc(more)])

/** The protected packet; it must have been sent. */
function sealed(sender: Sender, packet: Buffer, protect = protectRtp): Buffer {
  const buffer = room(packet), length = protect(sender, buffer, packet.length)
  assert.equal(typeof length, 'number', String(length))
  return buffer.subarray(0, Number(length))
}
/** The plain packet in hex, or why it was refused. */
function opened(receiver: Receiver, packet: Buffer, unprotect = unprotectRtp): string {
  const copy = Buffer.from(packet), result = unprotect(receiver, copy, copy.length)
  return typeof result === 'string' ? result : copy.toString('hex', 0, result)
}

for (const suite of names) {
  test(`RFC 3711 3.1, 3.4 ${suite}: RTP and RTCP of every length there and back; every flipped bit is refused; a copy is refused`, () => {
    const sender = newSender(key(suite)), receiver = newReceiver(key(suite))
    for (let size = 0; size < 70; size++) {
      const packet = plain(size, 1, size), wire = sealed(sender, packet)
      assert.equal(wire.length, packet.length + suites[suite].tag)
      for (let bit = 0; size === 20 && bit < wire.length * 8; bit++) {
        const bent = Buffer.from(wire)
        bent[bit >> 3]! ^= 1 << (bit & 7)
        assert.doesNotMatch(opened(receiver, bent), /^[0-9a-f]+$/, `bit ${bit}`)
      }
      assert.equal(opened(receiver, wire), packet.toString('hex'))
      assert.equal(opened(receiver, wire), 'srtp.replay')
    }
    const report = Buffer.concat([printReport({ is: 'receiver', ssrc: 1, reports: [] }), printBye([1])]), first = sealed(sender, report, protectRtcp)
    assert.ok(overhead(sender) >= first.length - report.length)
    for (let bit = 0; bit < first.length * 8; bit++) {
      const bent = Buffer.from(first)
      bent[bit >> 3]! ^= 1 << (bit & 7)
      assert.doesNotMatch(opened(receiver, bent, unprotectRtcp), /^[0-9a-f]+$/, `RTCP bit ${bit}`)
    }
    assert.equal(opened(receiver, first, unprotectRtcp), report.toString('hex'))
    assert.equal(opened(receiver, first, unprotectRtcp), 'srtp.replay')
  })
}

test('RFC 3711 3.3.1: the index nearest to the highest', () => {
  const guesses: [number, number, number][] = [[-1, 65_535, 65_535], [65_535, 0, 65_536], [65_536, 65_535, 65_535], [65_530, 3, 65_539], [65_539, 65_530, 65_530], [5, 65_530, 65_530], [200_000, 3_400, 200_008], [2 ** 47 + 5, 65_530, 2 ** 47 - 6]]
  assert.deepEqual(guesses.map(([highest, sequence]) => guessIndex(highest, sequence)), guesses.map(([, , index]) => index))
})

test('RFC 3711 3.3.2: a window of 128: each index once, late ones too, older ones not', () => {
  const window = newReplayWindow(), came = new Set<number>()
  let seed = 1
  for (let n = 0; n < 20_000; n++) {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0
    const index = Math.max(0, (n >> 1) + (seed >>> 16) % 300 - 150), highest = Math.max(-1, ...[...came].slice(-400))
    const want = index <= window.highest - 128 ? 'srtp.old' : came.has(index) ? 'srtp.replay' : undefined
    assert.equal(replayFault(window, index), want, `${index} of ${window.highest} (${highest})`)
    if (!want) { remember(window, index); came.add(index) }
  }
})

test('RFC 3711 3.3.1: the sequence goes round thrice, with loss and disorder, and every packet is understood', () => {
  const sender = newSender(key('AES_CM_128_HMAC_SHA1_80')), receiver = newReceiver(key('AES_CM_128_HMAC_SHA1_80'))
  const wires: [number, Buffer][] = []
  for (let n = 40_000; n < 40_000 + 3 * 65_536; n += 37) wires.push([n, sealed(sender, plain(n, 9, 20))])
  for (let i = 0; i + 2 < wires.length; i += 3) [wires[i], wires[i + 2]] = [wires[i + 2]!, wires[i]!]
  for (const [n, wire] of wires) assert.equal(opened(receiver, wire), plain(n, 9, 20).toString('hex'))
})

test('A21: 1,000,000 forged, copied and old packets change nothing but counters: the next good packet is heard, no stream is entered', () => {
  const suite = 'AES_CM_128_HMAC_SHA1_80', sender = newSender(key(suite)), receiver = newReceiver(key(suite)), count = 250_000
  const first = sealed(sender, plain(1)), old = Buffer.from(first), copy = sealed(sender, plain(500))
  for (const wire of [first, copy]) assert.doesNotMatch(opened(receiver, wire), /^srtp/)
  const forged = room(plain(501), 10).subarray(0, 182), strange = Buffer.from(forged)
  for (let n = 0; n < count; n++) {
    strange.writeUInt32BE(n, 8)
    assert.equal(unprotectRtp(receiver, forged, forged.length), 'srtp.tag')
    assert.equal(unprotectRtp(receiver, strange, strange.length), 'srtp.tag')
    assert.equal(unprotectRtp(receiver, copy, copy.length), 'srtp.replay')
    assert.equal(unprotectRtp(receiver, old, old.length), 'srtp.old')
  }
  assert.deepEqual(receiver.refused, { 'srtp.tag': 2 * count, 'srtp.replay': count, 'srtp.old': count })
  assert.equal(opened(receiver, sealed(sender, plain(502))), plain(502).toString('hex'))
  assert.equal(receiver.session.streams.size, 1)
})

for (const suite of names) {
  test(`A20, A22 ${suite}: plain packets, of whatever length, are not heard where SRTP was agreed`, () => {
    const receiver = newReceiver(key(suite))
    for (let size = 0; size < 200; size++) assert.match(opened(receiver, plain(size, 1, size)), /^srtp\.(?:tag|short)$/)
    assert.match(opened(receiver, Buffer.concat([printReport({ is: 'receiver', ssrc: 1, reports: [] }), printBye([1])]), unprotectRtcp), /^srtp\.(?:short|clear|tag)$/)
  })
}

test('RFC 3711 9.1: a keystream is never used twice; a packet of a relay may come late', () => {
  const sender = newSender(key('AEAD_AES_128_GCM'))
  for (const sequence of [5, 7, 6]) sealed(sender, plain(sequence))
  assert.equal(protectRtp(sender, room(plain(6)), 172), 'srtp.reused')
  sealed(sender, plain(1_000))
  assert.equal(protectRtp(sender, room(plain(8)), 172), 'srtp.reused')
})

test('A17: a key holds 64 streams; what is there goes on', () => {
  const sender = newSender(key('AES_CM_128_HMAC_SHA1_32')), receiver = newReceiver(key('AES_CM_128_HMAC_SHA1_32'))
  for (let ssrc = 1; ssrc <= maxStreams; ssrc++) assert.equal(opened(receiver, sealed(sender, plain(1, ssrc))), plain(1, ssrc).toString('hex'))
  assert.equal(protectRtp(sender, room(plain(1, 99)), 172), 'srtp.streams')
  assert.equal(opened(receiver, sealed(newSender(key('AES_CM_128_HMAC_SHA1_32')), plain(1, 99))), 'srtp.streams')
  assert.equal(opened(receiver, sealed(sender, plain(2, 1))), plain(2, 1).toString('hex'))
})

test('RFC 3711 3.3.1: a new key: packets of both are heard, roll-over goes on, also with a sender that begins at 0; the old key ends after 128 packets', () => {
  const old = key('AES_CM_128_HMAC_SHA1_80', 1), next = key('AES_CM_128_HMAC_SHA1_80', 2), sender = newSender(old), late = newSender(old), receiver = newReceiver(old)
  for (let n = 65_000; n < 65_700; n++) assert.equal(opened(receiver, sealed(sender, plain(n))), plain(n).toString('hex'))
  sealed(late, plain(65_000))
  sealed(late, plain(65_699))
  const [delayed, tooLate] = [sealed(late, plain(65_700)), sealed(late, plain(65_790))]
  changeSendingKey(sender, next)
  changeReceivingKey(receiver, next)
  assert.equal(opened(receiver, sealed(sender, plain(65_702))), plain(65_702).toString('hex'))
  assert.equal(opened(receiver, delayed), plain(65_700).toString('hex'))
  for (let n = 65_703; n < 65_703 + 128; n++) if (n !== 65_790) opened(receiver, sealed(sender, plain(n)))
  assert.equal(opened(receiver, tooLate), 'srtp.tag')
  const third = key('AES_CM_128_HMAC_SHA1_80', 3), anew = newSender(third)
  changeReceivingKey(receiver, third)
  assert.equal(opened(receiver, sealed(anew, plain(400))), plain(400).toString('hex'))
})

test('RFC 4568 6.1: a lifetime is kept to: the packet after it is not sent', () => {
  const sender = newSender({ ...key('AES_CM_128_HMAC_SHA1_80'), lifetime: 3 }), bye = printBye([1])
  for (let n = 0; n < 3; n++) { sealed(sender, plain(n)); sealed(sender, bye, protectRtcp) }
  assert.equal(protectRtp(sender, room(plain(3)), 172), 'srtp.spent')
  assert.equal(protectRtcp(sender, room(bye), bye.length), 'srtp.spent')
})

test('RFC 3711 3.1, RFC 4568 6.1, RFC 7714 8.2: an MKI is carried and asked for', () => {
  for (const suite of ['AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_256_GCM'] as const) {
    const named = { ...key(suite), mki: Buffer.from('0102', 'hex') }, sender = newSender(named), bye = printBye([1])
    const wire = sealed(sender, plain(1)), control = sealed(sender, bye, protectRtcp)
    assert.equal(wire.length, 172 + suites[suite].tag + 2)
    const receiver = newReceiver(named), other = newReceiver({ ...named, mki: Buffer.from('0103', 'hex') })
    assert.deepEqual([opened(other, wire), opened(other, control, unprotectRtcp)], ['srtp.key', 'srtp.key'])
    assert.deepEqual([opened(receiver, wire), opened(receiver, control, unprotectRtcp)], [plain(1).toString('hex'), bye.toString('hex')])
  }
})

test('RFC 3711 3.4, A22: control in the clear is refused', () => {
  const clear = Buffer.concat([printBye([1]), Buffer.from('00000001', 'hex'), Buffer.alloc(10)])
  assert.equal(opened(newReceiver(key('AES_CM_128_HMAC_SHA1_80')), clear, unprotectRtcp), 'srtp.clear')
})

test('A1: what is no packet is refused, and no buffer is written past its end', () => {
  const receiver = newReceiver(key('AES_CM_128_HMAC_SHA1_80')), sender = newSender(key('AES_CM_128_HMAC_SHA1_80'))
  for (let length = 0; length < 22; length++) assert.match(opened(receiver, Buffer.alloc(length, 0x80)), /^srtp\.short$/)
  assert.equal(opened(receiver, Buffer.alloc(3_000, 0x80)), 'rtp.long')
  assert.equal(opened(receiver, Buffer.alloc(60)), 'rtp.version')
  assert.equal(opened(receiver, Buffer.alloc(60), unprotectRtcp), 'rtcp.version')
  assert.equal(protectRtp(sender, room(plain(1), 9), 172), 'srtp.room')
  assert.equal(protectRtp(sender, Buffer.alloc(11, 0x80), 11), 'srtp.short')
})

const line = (suite: string, length: number, more: object = {}) => ({ suite, parameters: [], keys: [{ keySalt: secret(Buffer.alloc(length, 1).toString('base64')), ...more }] })
test('RFC 4568 6: a crypto line as a key: lifetime and MKI are honoured', () => {
  const made = masterKey(line('AES_CM_128_HMAC_SHA1_80', 30, { lifetime: 2 ** 20, mki: { value: '258', octets: 4 } }))
  assert.ok(made.ok)
  assert.deepEqual([made.value.lifetime, Buffer.from(made.value.mki ?? []).toString('hex')], [2 ** 20, '00000102'])
  assert.doesNotMatch(JSON.stringify(made), /AQEB/)
})
const refusals: Record<string, [string, Parameters<typeof masterKey>[0]]> = {
  'a suite that we do not speak': ['srtp.suite', line('F8_128_HMAC_SHA1_80', 30)],
  'a name that every object has': ['srtp.suite', line('toString', 30)],
  'a key too short': ['srtp.keyLength', line('AEAD_AES_256_GCM', 30)],
  'two keys': ['srtp.keys', { ...line('AES_CM_128_HMAC_SHA1_80', 30), keys: [...line('x', 30).keys, ...line('x', 30).keys] }],
  'a key derivation rate': ['srtp.parameter', { ...line('AES_CM_128_HMAC_SHA1_80', 30), parameters: ['KDR=4'] }],
  'unencrypted control': ['srtp.parameter', { ...line('AES_CM_128_HMAC_SHA1_80', 30), parameters: ['UNENCRYPTED_SRTCP'] }],
  'an MKI that does not fit its length': ['srtp.mki', line('AES_CM_128_HMAC_SHA1_80', 30, { mki: { value: '256', octets: 1 } })],
}
for (const [name, [code, given]] of Object.entries(refusals)) {
  test(`RFC 4568 6.1, 6.3, A22 refused: ${name}`, () => {
    const made = masterKey(given)
    assert.equal(made.ok ? '' : made.problem.code, code)
  })
}
