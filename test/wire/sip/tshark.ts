/** A second reader of SIP: tshark, over a capture of one raw-IPv4 UDP datagram a text. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Says which version it is; where there is none, the test counts as skipped, with the reason. */
export function tshark(t: TestContext): boolean {
  try {
    t.diagnostic(execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? '')
    return true
  } catch {
    t.skip('tshark is not installed: nothing was compared')
    return false
  }
}

/** What tshark reads of each text: the values of a field in order of appearance; none where it sees no such field. */
export function readByTshark(texts: readonly string[], fields: readonly string[]): ReadonlyMap<string, readonly string[]>[] {
  const folder = mkdtempSync(join(tmpdir(), 'ringfort-tshark-')), file = join(folder, 'sip.pcap')
  try {
    writeFileSync(file, capture(texts))
    const out = execFileSync('tshark', ['-n', '-r', file, '-T', 'json', ...fields.flatMap((f) => ['-e', f])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 512 << 20 })
    const packets = JSON.parse(out) as { _source: { layers: Record<string, string[]> } }[]
    return packets.map((one) => new Map(Object.entries(one._source.layers)))
  } finally { rmSync(folder, { recursive: true }) }
}

function capture(texts: readonly string[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0); header.writeUInt16LE(2, 4); header.writeUInt16LE(4, 6); header.writeUInt32LE(65_535, 16); header.writeUInt32LE(228, 20)
  return Buffer.concat([header, ...texts.map(packet)])
}

function packet(text: string): Buffer {
  const body = Buffer.from(text, 'latin1'), head = Buffer.alloc(16 + 28)
  head.writeUInt32LE(28 + body.length, 8); head.writeUInt32LE(28 + body.length, 12)
  head[16] = 0x45; head.writeUInt16BE(28 + body.length, 18); head[24] = 64; head[25] = 17
  head.set([192, 0, 2, 1], 28); head.set([192, 0, 2, 9], 32)
  head.writeUInt16BE(5060, 36); head.writeUInt16BE(5060, 38); head.writeUInt16BE(8 + body.length, 40)
  return Buffer.concat([head, body])
}
