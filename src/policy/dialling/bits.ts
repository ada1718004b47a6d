/** Sets of partitions as bits, each kept once, so that equal sets are one number and a union is looked up. */

export interface BitSets {
  /** The set of these members. */
  of(members: readonly number[]): number
  union(a: number, b: number): number
  /** Has the set a member among these bits? */
  meets(set: number, bits: Int32Array): boolean
  count(): number
  /** Keeps the first so many sets alone. */
  forget(count: number): void
}

/** Bits of the members, enough for `size` of them. */
export function bitsOf(members: readonly number[], size: number): Int32Array {
  const bits = new Int32Array((size + 31) >> 5)
  for (const member of members) bits[member >> 5]! |= 1 << (member & 31)
  return bits
}

/** Set 0 is the empty one. */
export function newBitSets(size: number): BitSets {
  const sets: Int32Array[] = [], known = new Map<string, number>(), unions = new Map<number, number>()
  const keep = (bits: Int32Array): number => {
    const key = bits.join(), there = known.get(key)
    if (there !== undefined) return there
    known.set(key, sets.length)
    return sets.push(bits) - 1
  }
  keep(bitsOf([], size))
  return {
    of: (members) => keep(bitsOf(members, size)),
    union: (a, b) => {
      if (a === b || b === 0) return a
      if (a === 0) return b
      const key = Math.min(a, b) * 0x400_0000 + Math.max(a, b), there = unions.get(key)
      if (there !== undefined) return there
      const other = sets[b]!, union = keep(sets[a]!.map((word, at) => word | other[at]!))
      unions.set(key, union)
      return union
    },
    meets: (set, bits) => {
      const words = sets[set]!
      for (let at = 0; at < words.length; at++) if (words[at]! & bits[at]!) return true
      return false
    },
    count: () => sets.length,
    forget: (count) => {
      for (const bits of sets.splice(count)) known.delete(bits.join())
      unions.clear()
    },
  }
}
