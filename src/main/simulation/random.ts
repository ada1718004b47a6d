/** Seeded randomness for simulations: the same seed gives the same run. Never for keys or tags of a real system. */
import type { Random } from '../../kit/machine.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'   // RFC 4648 6, lower case

export function seededRandom(seed: number): Random {
  const next = generator(seed)
  return {
    below: (below) => next() % below,
    token(bytes) {
      let text = ''
      for (let bits = bytes * 8; bits > 0; bits -= 5) text += alphabet[next() & 31]
      return text
    },
  }
}

/** sfc32: 32 bits a turn, period about 2^128, passes PractRand. */
function generator(seed: number): () => number {
  let a = seed >>> 0, b = 0x9e3779b9, c = 0x243f6a88, counter = 1
  const next = () => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
