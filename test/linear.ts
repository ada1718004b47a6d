/**
 * A5: does twice the text cost more than about twice the work? Both sizes are timed in turn, in short pieces, and the least of many counts:
 * whatever else the machine does only ever adds.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'

/** Gives a text of about n octets, and what reads it. */
export type Make = (n: number) => () => unknown

export const most = 2.5
const pieceMillis = 0.25, rounds = 10, warmMillis = 15
/** Looks at other texts, and rounds of each, until what seems too slow is. */
const patience = { looks: 8, rounds: 1_000 }

function timed(run: () => unknown, times: number): number {
  const started = performance.now()
  for (let i = 0; i < times; i++) run()
  return performance.now() - started
}

/** Time for twice as much by time for so much: the least of each. What seems too slow is looked at again, with other texts in other places of the memory. */
export function ratioOf(make: Make, n: number, { looks, rounds } = patience): number {
  let least = Infinity
  for (let look = 0; look < looks && least > most; look++) least = Math.min(least, looked(make, n, rounds))
  return least
}

/** Ends as soon as it is below what is allowed. */
function looked(make: Make, n: number, maxRounds: number): number {
  const small = make(n), large = make(2 * n)
  for (const until = performance.now() + warmMillis; performance.now() < until;) { small(); large() }
  const once = Math.max(0.0005, Math.min(...Array.from({ length: 9 }, () => timed(small, 3) / 3))), times = Math.max(1, Math.round(pieceMillis / once))
  let [least, leastOfTwice] = [Infinity, Infinity]
  for (let round = 0; round < maxRounds && (round < rounds || leastOfTwice / least > most); round++) {
    least = Math.min(least, timed(small, times))
    leastOfTwice = Math.min(leastOfTwice, timed(large, times))
  }
  return leastOfTwice / least
}

/** One test a kind of text. */
export function linear(title: string, n: number, kinds: Readonly<Record<string, Make>>): void {
  for (const [name, make] of Object.entries(kinds)) {
    test(`${title} ${name}: twice the text, at most ${most} times the work`, () => {
      const ratio = ratioOf(make, n)
      assert.ok(ratio <= most, `twice the text took ${ratio.toFixed(2)} times as long`)
    })
  }
}

/** What a stranger repeats to make a parser go back and forth. */
export const repeated: Readonly<Record<string, string>> = {
  blanks: ' ', tabs: '\t', quotes: '"', 'escaped quotes': '\\"', backslashes: '\\', semicolons: ';', commas: ',', colons: ':', 'opening brackets': '<', 'closing brackets': '>',
  'parameters': ';a=b', 'equals signs': '=', 'at signs': '@', folds: '\r\n ', 'escaped octets': '%41', 'opening square brackets': '[', 'question marks': '?', digits: '0', letters: 'a', hyphens: '-', NULs: '\0', 'octets above 127': '\xa0',
}

/** Every repetition, put between what begins and what ends a value. */
export function everywhere(read: (text: string) => unknown, around: Readonly<Record<string, readonly [string, string]>>): Record<string, Make> {
  const kinds: Record<string, Make> = {}
  for (const [place, [before, after]] of Object.entries(around)) {
    for (const [what, piece] of Object.entries(repeated)) {
      kinds[`${place} ${what}`] = (n) => { const text = before + piece.repeat(Math.ceil(n / piece.length)) + after; return () => read(text) }
    }
  }
  return kinds
}
