/** Short ways to write session descriptions in the tables of this folder. */
import { parseSdp, printSdp, type Media, type Sdp } from '../../../src/wire/sdp/index.ts'

export const head = ['v=0', 'o=alice 2890844526 2890844526 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0']
export const key = {
  a: 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj',
  b: 'NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj',
  gcm: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==',
}
const octets = (n: number) => Array.from({ length: n }, (_, i) => (i * 7 % 256).toString(16).padStart(2, '0').toUpperCase()).join(':')
export const sha256 = `a=fingerprint:sha-256 ${octets(32)}`
export const sha1 = `a=fingerprint:sha-1 ${octets(20)}`
export const md5 = `a=fingerprint:md5 ${octets(16)}`

export const text = (...lines: string[]) => `${lines.join('\r\n')}\r\n`

/** The head above and these lines; throws where that is no SDP. */
export function sdp(...lines: string[]): Sdp { return parsed(text(...head, ...lines)) }

export function parsed(words: string): Sdp {
  const result = parseSdp(words)
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.where}`)
  return result.value
}

/** The first medium of the head and these lines. */
export function medium(...lines: string[]): Media { return sdp(...lines).media[0]! }

/** What is printed after the head. */
export function tail(value: Sdp): string[] {
  const printed = printSdp(value).split('\r\n')
  return printed.slice(head.length, -1)
}

export function code(words: string): string {
  const result = parseSdp(words)
  return result.ok ? 'ok' : result.problem.code
}
