/**
 * Keys pressed as tones in the audio, at 8,000 samples a second: each key once, speech is none.
 *
 * Standards  ITU-T Q.23, Q.24 (40 ms of tone and 40 ms of pause at least; twist to 8 dB; ±1.5 % of frequency)
 * Security   fed by strangers' audio; keys are personal data and leave as values
 */
import type { Frame } from './frame.ts'
import { newProbe, power, powerAt, type Probe } from './goertzel.ts'
import { keyPad } from './tone.ts'

/** 12.75 ms: the bins are as wide as the keys' frequencies are apart. Blocks overlap by half: 40 ms of tone hold four of them. */
const block = 102, hop = 51
const rate = 8_000
/** A frequency, 1.2 % to either side of it, and 3.5 %, where it is no key any more: of columns, a block is too short to tell that of rows. */
interface Group { readonly probe: Probe, readonly beside: readonly Probe[], readonly outside: readonly Probe[] }
const probes = (frequency: number, ...parts: number[]) => parts.map((part) => newProbe(frequency * part, rate))
const group = (frequency: number): Group => ({ probe: newProbe(frequency, rate), beside: probes(frequency, 0.988, 1.012), outside: frequency > 1_000 ? probes(frequency, 0.965, 1.035) : [] })
const rows = [697, 770, 852, 941].map(group), columns = [1_209, 1_336, 1_477, 1_633].map(group)

/** Each of the two at least -36 dB of full scale; the high-pass halves what it lets through. */
const quietest = 2.5e-4 / 4
/** Rows and columns may be 8 dB apart, as far as 12.75 ms can tell: Q.24 asks for 4 dB where the column is stronger, telephones do send more. */
const twist = 7.5
/** The two together hold this part of all power, 1.5 % off frequency as well: speech hardly ever does, it has overtones. */
const purity = 0.88
/** The strongest of a group over each other one. */
const clear = 6.3
/** Blocks that must agree: a key is 32 ms at least, a pause as well. */
const blocksDown = 4, blocksUp = 4
/** A key is steady: from block to block each of its sines stays within 3 dB. A voice glides and swells. */
const steady = 1.9

export interface InBandKeys {
  readonly samples: Int16Array
  filled: number
  current: string | undefined
  candidate: string | undefined
  blocks: number
  /** Power of row and column in the block before. */
  row: number
  column: number
  /** The high-pass: what came in and went out last. */
  last: number
  high: number
}

export function newInBandKeys(): InBandKeys { return { samples: new Int16Array(block), filled: 0, current: undefined, candidate: undefined, blocks: 0, row: 0, column: 0, last: 0, high: 0 } }

/** Keys that go down within these samples, in order. */
export function hearKeys(state: InBandKeys, frame: Frame): string[] {
  const down: string[] = []
  for (let at = 0; at < frame.length;) {
    const count = Math.min(block - state.filled, frame.length - at)
    for (let i = 0; i < count; i++) state.samples[state.filled + i] = withoutRumble(state, frame[at + i]!)
    state.filled += count
    at += count
    if (state.filled < block) break
    const key = judge(state, keyIn(state.samples))
    state.samples.copyWithin(0, hop)
    state.filled = block - hop
    if (key !== undefined) down.push(key)
  }
  return down
}

/** A key counts once four steady blocks say it, and ends once four do not: a gap of 10 ms is a fault of the line, not a second key. */
function judge(state: InBandKeys, found: Pair | undefined): string | undefined {
  const swings = found !== undefined && (apart(state.row, found.row) || apart(state.column, found.column)), key = found?.key
  state.row = found?.row ?? 0
  state.column = found?.column ?? 0
  state.blocks = key === state.candidate && !swings ? state.blocks + 1 : 1
  state.candidate = key
  if (key === state.current || state.blocks < (key === undefined ? blocksUp : blocksDown)) return undefined
  state.current = key
  return key
}

function apart(one: number, two: number): boolean { return one > two * steady || two > one * steady }

/** A high-pass at 130 Hz: a line's rumble may be louder than a key. */
function withoutRumble(state: InBandKeys, sample: number): number {
  state.high = sample - state.last + 0.9 * state.high
  state.last = sample
  return state.high / 2                                               // a step of the whole scale still fits
}

interface Pair { readonly key: string, readonly row: number, readonly column: number }

function keyIn(samples: Int16Array): Pair | undefined {
  const all = power(samples)
  if (all < 2 * quietest) return undefined
  const row = strongest(rows, samples), column = strongest(columns, samples)
  if (!row || !column || row.power < quietest || column.power < quietest) return undefined
  if (column.power * twist < row.power || row.power * twist < column.power) return undefined
  return row.power + column.power < purity * all ? undefined : { key: keyPad[row.at * 4 + column.at]!, row: row.power, column: column.power }
}

/** The loudest of four, with its power where it is off frequency a little; undefined where another is nearly as loud. */
function strongest(group: readonly Group[], samples: Int16Array): { at: number, power: number } | undefined {
  const powers = group.map(({ probe }) => powerAt(probe, samples, 0, block)), best = Math.max(...powers), at = powers.indexOf(best)
  if (!powers.every((other, i) => i === at || other * clear < best)) return undefined
  const { beside, outside } = group[at]!, found = Math.max(best, ...beside.map((probe) => powerAt(probe, samples, 0, block)))
  return outside.some((probe) => powerAt(probe, samples, 0, block) > found) ? undefined : { at, power: found }
}
