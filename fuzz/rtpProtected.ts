/** Fuzz target of SRTP: whatever comes is refused, and the next good packet is heard all the same. */
import assert from 'node:assert/strict'
import { printRtp } from '../src/wire/rtp/index.ts'
import { keyLength, maxStreams, newReceiver, newSender, ownKey, protectRtcp, protectRtp, type SuiteName, unprotectRtcp, unprotectRtp } from '../src/wire/rtp/srtp/index.ts'
import type { FuzzTarget } from './target.ts'

const names: readonly SuiteName[] = ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_128_GCM']
const key = (suite: SuiteName) => ownKey(suite, Buffer.alloc(keyLength(suite), 9))
const suites = names.map((name) => ({ receiver: newReceiver(key(name)), sender: newSender(key(name)), sequence: 0 }))
const bye = Buffer.from('81cb000100000001', 'hex')

/** Protected under a key of the target but by another sender, so that its mutations come near. */
function seeds(): Buffer[] {
  return names.flatMap((name) => {
    const sender = newSender(key(name)), packet = printRtp({ payloadType: 0, sequence: 60_000, timestamp: 1, ssrc: 77, csrcs: [1], payload: Buffer.alloc(20) })
    return [[protectRtp, packet] as const, [protectRtcp, bye] as const].map(([protect, plain]) => {
      const wire = Buffer.concat([plain, Buffer.alloc(24)])
      return wire.subarray(0, Number(protect(sender, wire, plain.length)))
    })
  })
}

export const target: FuzzTarget = {
  name: 'rtp-protected',
  seeds,
  run: (input) => {
    for (const each of suites) {
      for (const unprotect of [unprotectRtp, unprotectRtcp]) {
        const packet = Buffer.from(input), length = unprotect(each.receiver, packet, packet.length)
        assert.ok(typeof length === 'string' || length <= packet.length)
        assert.ok(each.receiver.session.streams.size <= maxStreams)
      }
      goesOn(each)
    }
  },
}

function goesOn(each: (typeof suites)[number]): void {
  const plain = printRtp({ payloadType: 0, sequence: each.sequence++ & 0xffff, timestamp: 0, ssrc: 1, payload: bye }), wire = Buffer.concat([plain, Buffer.alloc(20)])
  const length = Number(protectRtp(each.sender, wire, plain.length))
  assert.equal(unprotectRtp(each.receiver, wire, length), plain.length, 'a good packet is no longer heard')
  assert.deepEqual(wire.subarray(0, plain.length), plain)
}
