/** G.711: both laws, by table. Standards: ITU-T G.711 tables 1a–2b, with the conventions of G.191. */
/** Octet → linear, 256 entries each. */
const aLinear = new Int16Array(256), muLinear = new Int16Array(256)
/** The upper 12 (A-law) or 14 (µ-law) bits of a sample → octet. */
const aOctet = new Uint8Array(4_096), muOctet = new Uint8Array(16_384)

for (let octet = 0; octet < 256; octet++) {
  aLinear[octet] = expandA(octet)
  muLinear[octet] = expandMu(octet)
}
for (let i = 0; i < 4_096; i++) aOctet[i] = compressA(((i << 20) >> 20) * 16)
for (let i = 0; i < 16_384; i++) muOctet[i] = compressMu(((i << 18) >> 18) * 4)

function expandA(octet: number): number {
  const bits = octet ^ 0x55, exponent = (bits >> 4) & 7, mantissa = (bits & 15) + (exponent > 0 ? 16 : 0)
  const value = ((mantissa << 4) + 8) << Math.max(0, exponent - 1)
  return bits > 127 ? value : -value
}

function expandMu(octet: number): number {
  const bits = ~octet & 255, exponent = (bits >> 4) & 7
  const value = (((bits & 15) << 3) + 0x84 << exponent) - 0x84
  return bits > 127 ? -value : value
}

function compressA(sample: number): number {
  let value = (sample < 0 ? ~sample : sample) >> 4
  if (value > 15) {
    let exponent = 1
    for (; value > 31; exponent++) value >>= 1
    value += (exponent << 4) - 16
  }
  return (sample < 0 ? value : value | 0x80) ^ 0x55
}

function compressMu(sample: number): number {
  const value = Math.min(((sample < 0 ? ~sample : sample) >> 2) + 33, 0x1fff)
  let segment = 1
  for (let rest = value >> 6; rest > 0; rest >>= 1) segment++
  return ((8 - segment) << 4) | (15 - ((value >> segment) & 15)) | (sample < 0 ? 0 : 0x80)
}

/** One octet a sample. */
export function encodeALaw(samples: Int16Array): Buffer {
  const octets = Buffer.allocUnsafe(samples.length)
  for (let i = 0; i < samples.length; i++) octets[i] = aOctet[(samples[i]! >> 4) & 4_095]!
  return octets
}

export function encodeMuLaw(samples: Int16Array): Buffer {
  const octets = Buffer.allocUnsafe(samples.length)
  for (let i = 0; i < samples.length; i++) octets[i] = muOctet[(samples[i]! >> 2) & 16_383]!
  return octets
}

export function decodeALaw(octets: Uint8Array): Int16Array {
  const samples = new Int16Array(octets.length)
  for (let i = 0; i < octets.length; i++) samples[i] = aLinear[octets[i]!]!
  return samples
}

export function decodeMuLaw(octets: Uint8Array): Int16Array {
  const samples = new Int16Array(octets.length)
  for (let i = 0; i < octets.length; i++) samples[i] = muLinear[octets[i]!]!
  return samples
}
