/** Captures of real SIP that others took, with what tshark made of every frame: we find the same messages in them, and read the same fields. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { edited, type Framing, frame, header, newFraming, parseMessage, type SipMessage } from '../../src/wire/sip/index.ts'
import { newDesk } from '../wire/sip/desk.ts'
import { type Frame, framesOf } from './capture.ts'
import { entries, files, folder } from './vectors.ts'

/** What tshark says of a frame; several messages of one frame stand in one cell, with commas. */
interface Decoded { readonly number: number; readonly method: string; readonly status: string; readonly cseq: string; readonly callId: string; readonly uri: string }

function decodedOf(table: string): Decoded[] {
  const [head = '', ...rows] = table.split('\n'), columns = head.split('\t')
  return rows.filter((row) => row !== '').map((row) => {
    const cells = row.split('\t'), cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    return { number: Number(cell('frame.number')), method: cell('sip.Method'), status: cell('sip.Status-Code'), cseq: cell('sip.CSeq'), callId: cell('sip.Call-ID'), uri: cell('sip.r-uri') }
  })
}

interface Stream { readonly framing: Framing; next: number; broken: boolean }

/** The messages that end in each frame: a datagram is one, a connection's octets are framed. */
function textsOf(frames: readonly Frame[]): Map<number, string[]> {
  const streams = new Map<string, Stream>(), found = new Map<number, string[]>()
  for (const one of frames) {
    const text = one.payload.toString('latin1')
    if (one.protocol === 'udp') { found.set(one.number, [text]); continue }
    const name = `${one.from} ${one.to}`, stream = streams.get(name) ?? { framing: newFraming(), next: one.sequence, broken: false }
    streams.set(name, stream)
    if (text === '' || stream.broken) { stream.next = Math.max(stream.next, one.sequence + 1); continue }
    if (one.sequence < stream.next && stream.next - one.sequence >= text.length) continue                                        // sent again
    const said = frame(stream.framing, text)
    stream.next = one.sequence + text.length
    stream.broken = said.some(({ is }) => is === 'broken')
    found.set(one.number, said.flatMap((each) => each.is === 'message' ? [each.text] : []))
  }
  return found
}

/** Frames that are read by tshark and refused by us: with what, and why that is right. */
const refused: Record<string, string> = {
  'sip-pcap/PcapPlusPlus/sip_reqs.pcap frame 4': 'sip.lineEnd',                    // cut in the middle of Content-Length; tshark says malformed as well
  'sip-pcap/suricata-verify/sdp.pcap frame 1': 'sip.address',                      // From: \\"arik\\" <…: a backslash outside quotes (25.1)
  'sip-pcap/suricata-verify/sdp.pcap frame 2': 'sip.address',
  'sip-pcap/suricata-verify/sip_header_multi_val.pcap frame 1': 'sip.twice',       // t and To (7.3.1)
  'sip-pcap/suricata-verify/sip-body-large.pcap frame 9': 'no message found',      // 65,793 octets: our limit is 65,535
}

/** What is wrong with our reading of a frame, in words. */
function compared(where: string, decoded: Decoded, texts: readonly string[]): string | undefined {
  if (texts.length === 0) return 'no message found'
  const read = texts.map((text) => parseMessage(text)), bad = read.find(({ ok }) => !ok)
  if (bad && !bad.ok) return bad.problem.code
  const messages = read.flatMap((one) => one.ok ? [one.message] : [])
  for (const message of messages) printed(where, message)
  const all = (of: (m: SipMessage) => string) => messages.map(of).filter((value) => value !== '').join(',')
  const ours = { number: decoded.number, method: all((m) => m.is === 'request' ? m.method : ''), status: all((m) => m.is === 'response' ? String(m.status) : ''), cseq: all((m) => header(m, 'CSeq') ?? ''), callId: all((m) => m.callId), uri: all((m) => m.uri) }
  return isDeepStrictEqual(ours, decoded) ? undefined : `${JSON.stringify(ours)} where tshark has ${JSON.stringify(decoded)}`
}

function printed(where: string, message: SipMessage): void {
  const again = parseMessage(edited(message, []))
  assert.ok(again.ok, where)
  assert.deepEqual([again.message.callId, again.message.cseq, again.message.fromTag, again.message.toTag, again.message.via, again.message.index.length],
    [message.callId, message.cseq, message.fromTag, message.toTag, message.via, message.index.length], where)
}

test('RFC 3261 7, 18.3 sip-pcap: every frame that tshark decodes as SIP is read with the same method, status, CSeq, Call-ID and Request-URI, and printed again', (t) => {
  const wrong: string[] = []
  let count = 0
  for (const entry of entries(t, 'sip-pcap')) {
    const [capture, table] = files(entry)
    if (!table?.endsWith('.tsv')) continue
    const texts = textsOf(framesOf(readFileSync(join(folder, capture!))))
    for (const decoded of decodedOf(readFileSync(join(folder, table), 'latin1')).filter(({ cseq, callId }) => cseq + callId !== '')) {   // else what tshark calls a continuation
      const where = `${entry.id} frame ${decoded.number}`, why = compared(where, decoded, texts.get(decoded.number) ?? [])
      if (why !== refused[where]) wrong.push(`${where}: ${why}`)
      count++
    }
  }
  t.diagnostic(`${count} frames compared`)
  assert.deepEqual(wrong, [])
})

test('A1 sip-pcap: every payload of every capture, SIP or not, at an endpoint: nothing breaks, the next OPTIONS is answered', (t) => {
  for (const entry of entries(t, 'sip-pcap')) {
    const file = readFileSync(join(folder, files(entry)[0]!)), texts = files(entry).length > 1 ? framesOf(file).map(({ payload }) => payload.toString('latin1')) : file.toString('latin1').split(/\n(?=\S+ SIP|SIP)/)
    const desk = newDesk()
    for (const text of texts) desk.send(text)
    desk.alive()
  }
})
