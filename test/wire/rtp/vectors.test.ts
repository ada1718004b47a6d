/** RTP that others recorded, with what tshark made of each frame; and seeds that others feed their fuzzers. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { datagramKind, hearEvent, type KeyHeard, newKeysHeard, newRtpHeader, readEvent, readRtcp, readRtp, wakeKeys } from '../../../src/wire/rtp/index.ts'
import { framesOf } from '../../vectors/capture.ts'
import { entries, files, folder, isThere } from '../../vectors/vectors.ts'

interface Row { number: number, type: string, sequence: number, timestamp: number, ssrc: number, marker: string, event: string, end: string, duration: string, rtcp: string }

function rows(file: string): Row[] {
  const [head = '', ...lines] = readFileSync(join(folder, file), 'latin1').trimEnd().split('\n'), names = head.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t'), cell = (name: string) => cells[names.indexOf(name)] ?? ''
    return {
      number: Number(cell('frame.number')), type: cell('rtp.p_type'), sequence: Number(cell('rtp.seq')), timestamp: Number(cell('rtp.timestamp')), ssrc: Number(cell('rtp.ssrc')),
      marker: cell('rtp.marker'), event: cell('rtpevent.event_id'), end: cell('rtpevent.end_of_event'), duration: cell('rtpevent.duration'), rtcp: cell('rtcp.pt'),
    }
  })
}

test('RFC 3550 5.1, RFC 4733 2.3: recorded streams are read as tshark reads them', (t) => {
  let compared = 0
  for (const entry of entries(t, 'rtp')) {
    const [file = '', table] = files(entry)
    if (!table) continue
    const frames = new Map(framesOf(readFileSync(join(folder, file))).map((frame) => [frame.number, frame.payload])), header = newRtpHeader()
    for (const row of rows(table)) {
      const packet = frames.get(row.number)
      if (!packet || row.type === '' || row.type.includes(',')) continue
      assert.equal(readRtp(packet, header), undefined, `${file} ${row.number}`)
      assert.deepEqual([header.payloadType, header.sequence, header.timestamp, header.ssrc, header.marker], [Number(row.type), row.sequence, row.timestamp, row.ssrc, /^(?:1|True)$/.test(row.marker)], `${file} ${row.number}`)
      if (row.event !== '') {
        const said = readEvent(packet, header.payloadAt, header.payloadEnd)
        assert.deepEqual([said?.event, said?.end, said?.duration], [Number(row.event), /^(?:1|True)$/.test(row.end), Number(row.duration)], `${file} ${row.number}`)
      }
      compared++
    }
  }
  t.diagnostic(`${compared} packets compared`)
  assert.ok(compared > 1_000 || compared === 0)
})

test('RFC 4733 2.5.2: the recorded keys of SIPp are heard once each', (t) => {
  if (!isThere(t, 'rtp/sipp')) return
  for (const name of readdirSync(join(folder, 'rtp/sipp')).filter((file) => /^dtmf_.*\.pcap$/.test(file))) {
    const state = newKeysHeard(), header = newRtpHeader(), out: KeyHeard[] = []
    for (const { payload } of framesOf(readFileSync(join(folder, 'rtp/sipp', name)))) {
      if (readRtp(payload, header) === undefined) out.push(...hearEvent(state, 0, header.timestamp, readEvent(payload, header.payloadAt, header.payloadEnd)!))
    }
    out.push(...wakeKeys(state, 1_000))
    const key = name.slice('dtmf_2833_'.length, -'.pcap'.length).replace('star', '*').replace('pound', '#')
    assert.deepEqual(out.map(({ is, key: pressed }) => `${is} ${pressed}`), [`down ${key}`, `up ${key}`], name)
  }
})

test('A1: captures and seeds that made others crash are read or refused', (t) => {
  let fed = 0
  for (const topic of ['rtp', 'sip-fuzz']) {
    for (const entry of entries(t, topic)) {
      const [file = ''] = files(entry)
      if (topic === 'sip-fuzz' && !/\/pjsip-s?rtc?p\//.test(file)) continue
      const octets = readFileSync(join(folder, file)), packets = topic === 'rtp' ? framesOf(octets).map(({ payload }) => payload) : [octets]
      for (const packet of packets) { datagramKind(packet); readRtp(packet, newRtpHeader()); readRtcp(packet); readRtcp(packet, true); fed++ }
    }
  }
  t.diagnostic(`${fed} packets fed`)
})
