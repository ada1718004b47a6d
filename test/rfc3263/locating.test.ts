/** Who waits for the address of a name, in virtual time: questions shared, patience, bounds, and hops that failed of late. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DnsRecord, DnsReply } from '../../src/kit/dns.ts'
import type { Hop } from '../../src/kit/flow.ts'
import { type Ask, locate, type Locatings, maxSeekers, newLocatings, patience, replied, wake } from '../../src/calls/locating.ts'
import { hopFailed } from '../../src/wire/sip/locate/index.ts'
import { seededRandom } from '../../src/main/simulation/random.ts'

const a = (address: string): DnsRecord => ({ type: 'A', address })
const answer = (records: DnsRecord[], ttl = 60): DnsReply => ({ is: 'answer', records, ttl })
const nothing: DnsReply = { is: 'noAnswer', why: 'notFound' }
const target = { host: 'desk.example.test', port: 5070, transport: 'udp' as const, secure: false }

interface Seen { readonly asks: Ask[]; readonly got: string[] }

function seek(l: Locatings, seen: Seen, now = 0, wanted = target): void {
  seen.asks.push(...locate(l, now, wanted, (hops, problem) => { seen.got.push(problem ? problem.code : hops.map((h: Hop) => `${h.transport} ${h.address} ${h.port}`).join(', ')) }))
}
const scene = (): { l: Locatings; seen: Seen } => ({ l: newLocatings(seededRandom(1)), seen: { asks: [], got: [] } })

test('RFC 3263 4.2 many who want one name ask once, and all of them hear', () => {
  const { l, seen } = scene()
  for (let i = 0; i < 10; i++) seek(l, seen)
  assert.deepEqual(seen.asks.map(({ type, name }) => `${type} ${name}`), ['A desk.example.test', 'AAAA desk.example.test'])
  replied(l, 1, seen.asks[0]!.id, answer([a('192.0.2.1')]))
  assert.deepEqual(seen.got, [])
  replied(l, 1, seen.asks[1]!.id, nothing)
  assert.deepEqual(seen.got, Array(10).fill('udp 192.0.2.1 5070'))
  assert.deepEqual([l.seekers.size, l.questions.size, l.keys.size, l.wakeAt], [0, 0, 0, undefined])
})

test('RFC 3263 4.2 what was answered is kept for its time, and then asked for again', () => {
  const { l, seen } = scene()
  seek(l, seen)
  for (const ask of [...seen.asks]) replied(l, 0, ask.id, ask.type === 'A' ? answer([a('192.0.2.1')], 5) : nothing)
  seek(l, seen, 4_000)
  assert.deepEqual([seen.asks.length, seen.got.length], [2, 2])
  seek(l, seen, 6_000)
  assert.equal(seen.asks.length, 3)
})

test('RFC 3263 4.3 a hop that failed of late is tried last', () => {
  const { l, seen } = scene()
  hopFailed(l.failed, 0, { transport: 'udp', address: '192.0.2.1', port: 5070 })
  seek(l, seen)
  for (const ask of seen.asks) replied(l, 1, ask.id, ask.type === 'A' ? answer([a('192.0.2.1'), a('192.0.2.2')]) : nothing)
  assert.deepEqual(seen.got, ['udp 192.0.2.2 5070, udp 192.0.2.1 5070'])
})

test('A25 name servers that are silent cost three seconds and leave nothing behind', () => {
  const { l, seen } = scene()
  seek(l, seen, 100)
  seek(l, seen, 200, { ...target, host: 'other.example.test' })
  assert.equal(l.wakeAt, 100 + patience)
  wake(l, 100 + patience)
  assert.deepEqual(seen.got, ['calls.locatingLate'])
  assert.equal(l.wakeAt, 200 + patience)
  wake(l, 200 + patience)
  assert.deepEqual([seen.got.length, l.wakeAt, l.questions.size, l.keys.size], [2, undefined, 0, 0])
  assert.deepEqual(replied(l, 5_000, seen.asks[0]!.id, answer([a('192.0.2.1')])), [])
  assert.equal(seen.got.length, 2)
})

test('A25 no more than maxSeekers wait at one time', () => {
  const { l, seen } = scene()
  for (let i = 0; i < maxSeekers + 3; i++) seek(l, seen, 0, { ...target, host: `h${i}.example.test` })
  assert.deepEqual(seen.got, Array(3).fill('calls.locatingBusy'))
  assert.equal(l.seekers.size, maxSeekers)
})

test('A25 replies that nobody asked for, twice or of the wrong type change nothing', () => {
  const { l, seen } = scene()
  replied(l, 0, 77, answer([a('192.0.2.66')]))
  seek(l, seen)
  replied(l, 0, seen.asks[0]!.id, answer([{ type: 'AAAA', address: '2001:db8::66' }]))
  replied(l, 0, seen.asks[0]!.id, answer([a('192.0.2.66')]))
  replied(l, 0, seen.asks[1]!.id, nothing)
  assert.deepEqual(seen.got, ['sip.locateNotFound'])
})
