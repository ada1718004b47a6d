/** Tags, branches and ids: the machine's randomness, taken in large pieces and handed out in small ones. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../kit/machine.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const poolSize = 16_384

export function newRandom(): Random {
  const pool = Buffer.allocUnsafeSlow(poolSize)
  let used = poolSize
  const take = (octets: number): number => {
    if (used + octets > poolSize) { randomFillSync(pool); used = 0 }
    used += octets
    return used - octets
  }
  return {
    token: (octets) => {
      const from = take(octets)
      let text = '', bits = 0, value = 0
      for (let i = 0; i < octets; i++) {
        value = (value << 8 | pool[from + i]!) & 0xfff
        for (bits += 8; bits >= 5; bits -= 5) text += alphabet[value >> (bits - 5) & 31]!
      }
      return bits === 0 ? text : text + alphabet[value << (5 - bits) & 31]!
    },
    below: (below) => {
      const fair = 2 ** 32 - 2 ** 32 % below   // values over it would make small numbers likelier
      for (;;) {
        const drawn = pool.readUInt32LE(take(4))
        if (drawn < fair) return drawn % below
      }
    },
  }
}
