/** Mutations, from a seed: bytes, words of the grammar, lines, numbers, lengths that lie, pieces of another input. */
import type { Random } from '../../src/kit/machine.ts'

export const maxInput = 70_000   // a little more than a datagram holds
type Mutation = (random: Random, input: Buffer, other: Buffer, dictionary: readonly string[]) => Buffer

const interesting = Buffer.from('\0\t\n\r !"%&\'()*+,-./:;<=>?@[\\]^_`{|}~\x7f\x80\xc0\xe2\xff', 'latin1')
const numbers = ['0', '-1', '1', '00', '255', '256', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296', '9007199254740993', '99999999999999999999', '1e3', '0x10', '+5', '']

const place = (random: Random, input: Buffer) => random.below(input.length + 1)
function splice(input: Buffer, at: number, remove: number, insert: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), insert, input.subarray(Math.min(input.length, at + remove))])
}

function flipBytes(random: Random, input: Buffer): Buffer {
  const changed = Buffer.from(input)
  for (let n = 1 + random.below(4); n > 0 && changed.length > 0; n--) changed[random.below(changed.length)] = random.below(256)
  return changed
}

function putInteresting(random: Random, input: Buffer): Buffer {
  const from = random.below(interesting.length)
  return splice(input, place(random, input), random.below(2), interesting.subarray(from, from + 1))
}

function removeRange(random: Random, input: Buffer): Buffer {
  return splice(input, place(random, input), 1 + random.below(1 + Math.min(40, input.length)), Buffer.alloc(0))
}

function repeatRange(random: Random, input: Buffer): Buffer {
  const at = place(random, input), piece = input.subarray(at, at + 1 + random.below(60))
  const times = random.below(20) === 0 ? 200 : 1 + random.below(6)
  return splice(input, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)))
}

function putWord(random: Random, input: Buffer, _other: Buffer, dictionary: readonly string[]): Buffer {
  if (dictionary.length === 0) return putInteresting(random, input)
  const word = Buffer.from(dictionary[random.below(dictionary.length)]!, 'latin1')
  return splice(input, place(random, input), random.below(3) === 0 ? word.length : 0, word)
}

/** Duplicates, drops, swaps or moves a line. */
function changeLine(random: Random, input: Buffer): Buffer {
  const lines = input.toString('latin1').split('\n')
  const at = random.below(lines.length), to = random.below(lines.length + 1), line = lines[at]!
  const way = random.below(4)
  if (way === 0) lines.splice(to, 0, line)
  else if (way === 1) lines.splice(at, 1)
  else if (way === 2) lines.splice(at, 1, line.replace(/\r$/, ''), ` ${line}`)
  else lines.splice(to, 0, ...lines.splice(at, 1))
  return Buffer.from(lines.join('\n'), 'latin1')
}

/** Another number where one stands: limits of the usual types, lengths that lie. */
function changeNumber(random: Random, input: Buffer): Buffer {
  const start = place(random, input)
  let at = start
  while (at < input.length && !isDigit(input[at]!)) at++
  if (at === input.length) at = input.findIndex(isDigit)
  if (at < 0) return putInteresting(random, input)
  let end = at
  while (end < input.length && isDigit(input[end]!)) end++
  const value = Number(input.toString('latin1', at, Math.min(end, at + 12)))
  const near = [value + 1, value - 1, value * 2, value + 256].map(String)
  const pool = random.below(2) ? numbers : near
  return splice(input, at, end - at, Buffer.from(pool[random.below(pool.length)]!, 'latin1'))
}
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39

/** A length in two or four bytes that says more, less or nothing (binary protocols). */
function lieAboutLength(random: Random, input: Buffer): Buffer {
  const size = random.below(2) ? 2 : 4
  if (input.length < size) return input
  const changed = Buffer.from(input), at = random.below(input.length - size + 1)
  const value = [0, 1, input.length - at, input.length - at + 1, 0x7fff, 0xffff][random.below(6)]!
  if (size === 2) changed.writeUInt16BE(value & 0xffff, at)
  else if (random.below(2)) changed.writeUInt32BE(random.below(2) ? value : 0xffffffff, at)
  else changed.writeUInt32LE(random.below(2) ? value : 0x7fffffff, at)
  return changed
}

function cross(random: Random, input: Buffer, other: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, place(random, input)), other.subarray(place(random, other))])
}

function insertPiece(random: Random, input: Buffer, other: Buffer): Buffer {
  const from = place(random, other)
  return splice(input, place(random, input), random.below(20), other.subarray(from, from + 1 + random.below(80)))
}

function truncate(random: Random, input: Buffer): Buffer { return input.subarray(0, place(random, input)) }

/** Deep and long things: what a recursion or a quadratic scan would not survive. */
function pump(random: Random, input: Buffer): Buffer {
  const pieces = ['(', '<', '"', '\\"', ';a', ',', ' ', '\r\n ', '%41', ':', '[', 'a', '0', '=', '&a=b']
  const many = Buffer.from(pieces[random.below(pieces.length)]!.repeat(1 + random.below(random.below(8) ? 40 : 4_000)), 'latin1')
  return splice(input, place(random, input), 0, many)
}

const mutations: readonly Mutation[] = [
  flipBytes, putInteresting, removeRange, repeatRange, putWord, putWord, changeLine, changeLine, changeNumber, changeNumber, lieAboutLength, cross, insertPiece, truncate, pump,
]

/** One to four mutations of an input. */
export function mutate(random: Random, input: Buffer, other: Buffer, dictionary: readonly string[]): Buffer {
  let changed = input
  for (let n = 1 + random.below(4); n > 0; n--) changed = mutations[random.below(mutations.length)]!(random, changed, other, dictionary)
  return changed.length > maxInput ? changed.subarray(0, maxInput) : changed
}
