/** The guard in fake time: buckets, bounds, overload, quarantine, the life of a watched connection. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Guard, guardReport, makeKnown, newGuard, overloadAt, reportDelay, screenDatagram, suspect, tidy } from '../../src/edge/guard.ts'
import { sourceCount, sourceKey } from '../../src/edge/sources.ts'
import { admit, answered, handshakeDone, isWatch, overdue, proved, received, unwatch, type Watch, watchOutgoing } from '../../src/edge/watch.ts'

const options = Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n')
/** How many of `n` datagrams of one source pass within the same millisecond. */
function flood(guard: Guard, now: number, address: string, n: number): number {
  let passed = 0
  for (let i = 0; i < n; i++) if (screenDatagram(guard, now, address, options) === '') passed++
  return passed
}
function watchOf(guard: Guard, now: number, address = '192.0.2.1', tls = false): Watch {
  const admission = admit(guard, now, address, tls)
  assert.ok(isWatch(admission), JSON.stringify(admission))
  return admission
}
function refusalOf(guard: Guard, now: number, address: string): string {
  const admission = admit(guard, now, address, false)
  return isWatch(admission) ? 'in' : admission.code
}

const screens: [string, Buffer, string][] = [
  ['RFC 3261 7 a request', options, ''],
  ['a response', Buffer.from('SIP/2.0 200 OK\r\n\r\n'), ''],
  ['RFC 5626 4.4.1 a keep-alive', Buffer.from('\r\n\r\n'), 'keepAlive'],
  ['an empty datagram', Buffer.alloc(0), 'keepAlive'],
  ['a NUL keep-alive', Buffer.from([0, 0, 0, 0]), 'keepAlive'],
  ['RFC 3261 7.5 CRLF before the start line', Buffer.from('\r\nOPTIONS sip:a SIP/2.0\r\n'), ''],
  ['RFC 5764 5.1.2 STUN', Buffer.from('000100002112a442000102030405060708090a0b', 'hex'), 'notSip'],
  ['RTP', Buffer.from('80000001000000000000000000000000', 'hex'), 'notSip'],
  ['DNS-like binary', Buffer.from('ffee0100000100000000000003777777', 'hex'), 'notSip'],
  ['a lone word', Buffer.from('PING'), 'notSip'],
  ['a space first', Buffer.from(' OPTIONS sip:a SIP/2.0'), 'notSip'],
]
for (const [name, bytes, verdict] of screens) {
  test(`A17 before any parser: ${name} → ${verdict || 'in'}`, () => assert.equal(screenDatagram(newGuard(), 0, '192.0.2.1', bytes), verdict))
}
test('A2 larger than a datagram may be', () => assert.equal(screenDatagram(newGuard({ maxDatagram: 1_000 }), 0, '192.0.2.1', Buffer.alloc(1_001, 'A')), 'size'))

test('A17 a stranger has its rate and no more, however calm the loop; who has proved who it is loses nothing below the hard rate while it is calm', () => {
  const guard = newGuard({ strangerRate: 10, strangerBurst: 20, strangerHardRate: 1_000, knownRate: 10, knownBurst: 20 })
  assert.ok(flood(guard, 0, '192.0.2.1', 500) <= 21)
  makeKnown(guard, '192.0.2.9', 60_000)
  assert.equal(flood(guard, 0, '192.0.2.9', 500), 500)
  assert.ok(guard.counters.overRate >= 479)
})
test('A17 over the hard rate a source loses, another one does not', () => {
  const guard = newGuard({ strangerHardRate: 1_000 })
  const passed = flood(guard, 0, '192.0.2.1', 5_000)
  assert.ok(passed >= 1_000 && passed <= 1_002, `${passed}`)
  assert.equal(flood(guard, 0, '192.0.2.2', 100), 100)
  assert.equal(flood(guard, 10_000, '192.0.2.1', 900), 900, 'and it is full again later')
})
test('A17 under pressure a stranger keeps its rate, a known source has the larger bucket', () => {
  const guard = newGuard({ strangerRate: 10, strangerBurst: 20, knownRate: 1_000, knownBurst: 1_000 })
  makeKnown(guard, '192.0.2.9', 60_000)
  reportDelay(guard, 0, 60)
  assert.equal(overloadAt(guard, 0), 'pressed')
  assert.ok(Math.abs(flood(guard, 0, '192.0.2.1', 200) - 21) <= 1)
  assert.equal(flood(guard, 0, '192.0.2.9', 200), 200)
  assert.equal(guard.counters.droppedRate, 200 - flood(newPressed(), 0, '192.0.2.1', 200))
})
function newPressed(): Guard {
  const guard = newGuard({ strangerRate: 10, strangerBurst: 20 })
  reportDelay(guard, 0, 60)
  return guard
}
test('A17 spoofed sources together are bounded while shedding; known sources pass', () => {
  const guard = newGuard({ strangersTogether: 1_000 })
  makeKnown(guard, '192.0.2.9', 60_000)
  reportDelay(guard, 0, 600)
  let passed = 0
  for (let i = 0; i < 5_000; i++) if (screenDatagram(guard, 0, `10.${i >> 8}.${i & 255}.1`, options) === '') passed++
  assert.ok(passed <= 202, `${passed} strangers in one moment`)
  assert.equal(flood(guard, 0, '192.0.2.9', 100), 100)
})
test('A17 shedding that goes on lets fewer and fewer strangers in, never none; once it is over they come back', () => {
  const guard = newGuard({ strangersTogether: 5_000, strangersAtLeast: 50 })
  const passedIn = (from: number, delay: number) => {
    let passed = 0
    for (let now = from; now < from + 1_000; now += 10) {
      reportDelay(guard, now, delay)
      for (let i = 0; i < 100; i++) if (screenDatagram(guard, now, `10.${i}.${now % 250}.${now >> 8 & 255}`, options) === '') passed++
    }
    return passed
  }
  const seconds = [0, 1, 2, 3, 4].map((n) => passedIn(n * 1_000, 600))
  assert.ok(seconds[0]! > 1_000 && seconds[0]! < 4_000, `${seconds}`)
  assert.ok(seconds[4]! >= 50 && seconds[4]! <= 62, `${seconds}`)
  for (let now = 5_000; now < 12_000; now += 100) reportDelay(guard, now, 0)
  assert.equal(guard.allowance, 5_000)
})
test('A17 the known time ends', () => {
  const guard = newPressed()
  makeKnown(guard, '192.0.2.9', 100)
  reportDelay(guard, 200, 60)
  assert.ok(flood(guard, 200, '192.0.2.9', 200) < 30)
})

test('A17 memory is bounded: a million forged sources leave at most maxSources behind, known ones stay', () => {
  const guard = newGuard({ maxSources: 1_024 })
  makeKnown(guard, '192.0.2.9', 1e12)
  for (let i = 0; i < 1_000_000; i++) screenDatagram(guard, i / 1_000, `${i & 255}.${(i >> 8) & 255}.${i >> 16}.7`, options)
  assert.ok(sourceCount(guard.sources) <= 1_024 + 3, `${sourceCount(guard.sources)}`)
  assert.ok((guard.sources.kept.get('192.0.2.9')?.knownUntil ?? 0) > 0)
})
test('A17 what is no longer known, connected or suspect is forgotten', () => {
  const guard = newGuard()
  const before = guard.sources.kept.size
  for (let i = 0; i < 100; i++) makeKnown(guard, `192.0.2.${i}`, 5_000)
  tidy(guard, 60_000)
  assert.equal(guard.sources.kept.size, before)
})

const keys: [string, string][] = [
  ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'], ['::1', '0:0:0:0'], ['2001:db8::1', '2001:db8:0:0'], ['2001:db8:0:1::5', '2001:db8:0:1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001::5:6:7:8:9:a', '2001:0:5:6'], ['1:2:3::8', '1:2:3:0'], ['::3:4:5:6:7:8', '0:0:3:4'], ['1:0:0:4:5::', '1:0:0:4'], ['fe80::1%eth0', 'fe80:0:0:0'],
]
for (const [address, key] of keys) test(`A17 the source of ${address} is ${key}`, () => assert.equal(sourceKey(address), key))

/** delay, state after: the states begin at their limit and end below the next lower one. */
test('overload: calm, pressed, shedding, and back without flutter; a verdict nobody confirms ends', () => {
  const guard = newGuard()
  const rows: [number, number, string][] = [[0, 15, 'calm'], [10, 60, 'pressed'], [15, 490, 'pressed'], [20, 30, 'pressed'], [30, 510, 'shedding'], [40, 80, 'shedding'], [50, 40, 'pressed'], [60, 19, 'calm'], [70, 600, 'shedding']]
  for (const [at, delay, state] of rows) assert.equal(reportDelay(guard, at, delay), state, `${at} ms`)
  assert.equal(overloadAt(guard, 319), 'shedding')
  assert.equal(overloadAt(guard, 320), 'calm')
})

test('A18 quarantine: fed by streams alone, fades, ends, never a known source', () => {
  const guard = newGuard({ quarantineTime: 1_000 })
  for (let i = 0; i < 50; i++) assert.equal(suspect(guard, 0, '192.0.2.1', 'udp', 100), false, 'anybody can send in that name')
  assert.equal(refusalOf(guard, 0, '192.0.2.1'), 'in')
  assert.equal(suspect(guard, 0, '192.0.2.2', 'tcp', 60), false)
  assert.equal(suspect(guard, 120_000, '192.0.2.2', 'tcp', 60), false, 'two half-lives later 15 of 60 are left')
  assert.equal(suspect(guard, 120_000, '192.0.2.2', 'tls', 60), true)
  assert.equal(refusalOf(guard, 120_500, '192.0.2.2'), 'edge.quarantined')
  assert.equal(screenDatagram(guard, 120_500, '192.0.2.2', options), 'quarantine')
  assert.equal(refusalOf(guard, 121_001, '192.0.2.2'), 'in')
  makeKnown(guard, '192.0.2.3', 1e9)
  for (let i = 0; i < 5; i++) assert.equal(suspect(guard, 0, '192.0.2.3', 'tls', 100), false)
  assert.equal(guardReport(guard, 0).quarantines, 1)
})

test('A18 caps: connections of a source, half-open ones, the total; the last tenth is for known sources', () => {
  const perSource = newGuard({ maxConnectionsPerSource: 3 })
  const held = [1, 2, 3].map(() => watchOf(perSource, 0))
  assert.equal(refusalOf(perSource, 0, '192.0.2.1'), 'edge.tooManyFromSource')
  unwatch(perSource, held[0]!, 0)
  unwatch(perSource, held[0]!, 0)
  assert.equal(refusalOf(perSource, 0, '192.0.2.1'), 'in')
  const half = newGuard({ maxHalfOpenPerSource: 2 })
  const first = watchOf(half, 0)
  watchOf(half, 0)
  assert.equal(refusalOf(half, 0, '192.0.2.1'), 'edge.tooManyHalfOpen')
  answered(half, first, 1)
  assert.equal(refusalOf(half, 1, '192.0.2.1'), 'in')
  const total = newGuard({ maxConnections: 10 })
  for (let i = 0; i < 9; i++) watchOf(total, 0, `10.0.0.${i}`)
  assert.equal(refusalOf(total, 0, '10.0.1.1'), 'edge.tooManyConnections')
  makeKnown(total, '10.0.1.1', 1_000)
  assert.equal(refusalOf(total, 0, '10.0.1.1'), 'in')
})

/** What happens to a connection, in milliseconds, and why it goes. */
const lives: [string, (guard: Guard) => Watch, number, string | undefined][] = [
  ['A18 a TLS handshake that stalls', (g) => watchOf(g, 0, '192.0.2.1', true), 5_001, 'edge.handshakeTimeout'],
  ['a handshake in time', (g) => watchOf(g, 0, '192.0.2.1', true), 4_999, undefined],
  ['A18 silence after the handshake', (g) => { const w = watchOf(g, 0, '192.0.2.1', true); handshakeDone(w, 4_000); return w }, 9_001, 'edge.firstFrame'],
  ['A18 silence after connecting', (g) => watchOf(g, 0), 5_001, 'edge.firstFrame'],
  ['A18 slow-loris: an octet a second', (g) => { const w = watchOf(g, 0); for (let t = 0; t < 6; t++) received(g, w, t * 1_000, 1); return w }, 5_010, 'edge.slowSender'],
  ['a slow line with a large first message', (g) => { const w = watchOf(g, 0); for (let t = 0; t < 10; t++) received(g, w, t * 1_000, 1_000); return w }, 10_000, undefined],
  ['A18 a slow line does not earn more than a minute', (g) => { const w = watchOf(g, 0); for (let t = 0; t < 61; t++) received(g, w, t * 1_000, 1_500); return w }, 60_001, 'edge.slowSender'],
  ['A18 a trickle after the first message', (g) => { const w = watchOf(g, 0); answered(g, w, 0); for (let t = 1; t < 10; t++) received(g, w, t * 1_000, 3); return w }, 9_000, 'edge.slowSender'],
  ['an ACK that nobody answers', (g) => { const w = watchOf(g, 0); answered(g, w, 0); received(g, w, 10, 300); return w }, 60_000, undefined],
  ['a stranger that was answered and is idle', (g) => { const w = watchOf(g, 0); answered(g, w, 0); return w }, 180_001, 'edge.idle'],
  ['a known phone is idle longer', (g) => { const w = watchOf(g, 0); answered(g, w, 0); proved(g, w, 0); return w }, 1_700_000, undefined],
  ['a known phone that went silently', (g) => { const w = watchOf(g, 0); proved(g, w, 0); return w }, 1_800_001, 'edge.idle'],
  ['a connection of ours', (g) => watchOutgoing(g, 0, '192.0.2.1'), 100_000, undefined],
]
for (const [name, make, at, why] of lives) {
  test(`watch: ${name} → ${why ?? 'stays'}`, () => {
    const guard = newGuard()
    assert.equal(overdue(guard, make(guard), at)?.code, why)
  })
}

test('A17 a stream over its share waits while the loop is behind, and only then', () => {
  const guard = newGuard({ strangerRate: 10, strangerBurst: 10 })
  const watch = watchOf(guard, 0)
  assert.equal(received(guard, watch, 0, 60_000), 0)
  reportDelay(guard, 0, 60)
  assert.ok(received(guard, watch, 0, 60_000) > 0)
})

test('A18 whatever happens, the counts of open and half-open connections are those that are there', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(9), fc.boolean()), { maxLength: 200 }), (steps) => {
    const guard = newGuard({ maxConnections: 8, maxConnectionsPerSource: 4, maxHalfOpenPerSource: 2 })
    const all: Watch[] = []
    steps.forEach(([what, which, flag], now) => {
      const watch = all[which % Math.max(all.length, 1)]
      if (what === 0 || !watch) {
        const admission = admit(guard, now, `10.0.0.${which}`, flag)
        if (isWatch(admission)) all.push(admission)
      } else if (what === 1) answered(guard, watch, now)
      else if (what === 2) unwatch(guard, watch, now)
      else if (what === 3) handshakeDone(watch, now)
      else if (what === 4) proved(guard, watch, now)
      else received(guard, watch, now, 1 + which)
    })
    const alive = all.filter((w) => w.state !== 'ended')
    assert.equal(guard.open, alive.length)
    assert.equal(guard.halfOpen, alive.filter((w) => w.state === 'handshake' || w.state === 'fresh').length)
  }))
})

test('A17 a flood that is turned away does not make the loop refuse new work of known sources', () => {
  const guard = newGuard(), invite = Buffer.from('INVITE sip:1@example.test SIP/2.0\r\n')
  for (let i = 0; i < 400; i++) screenDatagram(guard, i, '192.0.2.7', invite)
  reportDelay(guard, 400, 500)
  assert.equal(guard.flooded, false)
  for (let round = 1; round < 12; round++) {
    for (let i = 0; i < 5_000; i++) screenDatagram(guard, 400 + round, '192.0.2.7', invite)
    reportDelay(guard, 400 + round, 500)
  }
  assert.equal(guard.flooded, true)
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 100; i++) screenDatagram(guard, 20_000 + round * 1_000 + i * 10, '127.0.0.1', invite)
    reportDelay(guard, 20_000 + round * 1_000, 500)
  }
  assert.equal(guard.flooded, false)
})
