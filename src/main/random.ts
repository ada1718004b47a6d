/** Tags, branches and ids: the machine's randomness, taken in large pieces and handed out in small ones. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../kit/machine.ts'

const alphabet = Buffer.from('abcdefghijklmnopqrstuvwxyz234567')
const poolSize = 16_384

export function newRandom(): Random {
  const letters = newPool((pool) => { for (let i = 0; i < poolSize; i++) pool[i] = alphabet[pool[i]! & 31]! }), numbers = newPool(() => {})
  return {
    token: (octets) => {
      const length = Math.ceil(octets * 8 / 5), from = letters.take(length)   // five bits a letter
      return letters.pool.toString('latin1', from, from + length)
    },
    below: (below) => {
      const fair = 2 ** 32 - 2 ** 32 % below   // values over it would make small numbers likelier
      for (;;) {
        const drawn = numbers.pool.readUInt32LE(numbers.take(4))
        if (drawn < fair) return drawn % below
      }
    },
  }
}

function newPool(shape: (pool: Buffer) => void): { pool: Buffer; take(octets: number): number } {
  const pool = Buffer.allocUnsafeSlow(poolSize)
  let used = poolSize
  return {
    pool,
    take: (octets) => {
      if (used + octets > poolSize) { shape(randomFillSync(pool)); used = 0 }
      used += octets
      return used - octets
    },
  }
}
