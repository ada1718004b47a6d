import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hearFrom, lendPorts, newPortLedger, newSourceLock, type PortLedger, returnAll, returnPorts } from '../../src/media/index.ts'

/** Every port is free once or lent once. */
function whole(ledger: PortLedger, ports: readonly number[]): void {
  const free = Array.from({ length: ledger.count }, (_, i) => ledger.free[(ledger.next + i) % ledger.free.length]!)
  assert.deepEqual([...free, ...ledger.lent.keys()].sort((a, b) => a - b), ports)
  assert.equal([...ledger.owners.values()].reduce((sum, { size }) => sum + size, 0), ledger.lent.size)
}

test('A19 RFC 3550 11: whatever calls begin and end in whatever order, no port is lost or lent twice', () => {
  const ports = Array.from({ length: 8 }, (_, i) => 20_000 + i * 2)
  const step = fc.record({ lend: fc.boolean(), call: fc.integer({ min: 0, max: 5 }).map(String), one: fc.boolean() })
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const ledger = newPortLedger(20_000, 20_015)
    for (const { lend, call, one } of steps) {
      const held = ledger.owners.get(call)?.size ?? 0
      if (lend) assert.equal(lendPorts(ledger, call) === undefined, ledger.lent.size === 8 && (ledger.owners.get(call)?.size ?? 0) === held)
      else if (one && held > 0) assert.ok(returnPorts(ledger, [...ledger.owners.get(call)!][0]!))
      else assert.equal(returnAll(ledger, call), held)
      whole(ledger, ports)
    }
  }))
})

test('A19: the last pair is lent, then none; what comes back is lent last; twice given back is once', () => {
  const ledger = newPortLedger(10_001, 10_007)                        // 10,001 and 10,008 have no partner
  assert.deepEqual([lendPorts(ledger, 'a'), lendPorts(ledger, 'b'), lendPorts(ledger, 'b'), lendPorts(ledger, 'b')], [10_002, 10_004, 10_006, undefined])
  assert.deepEqual([returnPorts(ledger, 10_004), returnPorts(ledger, 10_004), returnPorts(ledger, 9)], [true, false, false])
  assert.deepEqual([returnAll(ledger, 'a'), lendPorts(ledger, 'c'), lendPorts(ledger, 'c')], [1, 10_004, 10_002])
  assert.equal(lendPorts(newPortLedger(5, 5), 'x'), undefined)
})

const phone = { address: '192.0.2.7', port: 4_000 }, elsewhere = { address: '192.0.2.7', port: 4_444 }, stranger = { address: '198.51.100.9', port: 4_000 }
const stories: Record<string, [Parameters<typeof newSourceLock>[1], [typeof phone, boolean, string][]]> = {
  'from whom signalling said': ['nothing', [[phone, false, 'taken'], [stranger, false, 'refused'], [elsewhere, false, 'refused'], [phone, false, 'taken']]],
  'a stranger who is first gets nothing': ['nothing', [[stranger, false, 'refused'], [elsewhere, false, 'refused'], [phone, false, 'taken']]],
  'a port behind a router is learned once': ['port', [[stranger, false, 'refused'], [elsewhere, false, 'learned'], [phone, false, 'refused'], [elsewhere, false, 'taken']]],
  'nothing is learned after the first packet': ['port', [[phone, false, 'taken'], [elsewhere, false, 'refused']]],
  'an address is learned where that is allowed, once': ['address', [[stranger, false, 'learned'], [phone, false, 'refused'], [elsewhere, false, 'refused']]],
  'a good tag alone moves a settled source': ['nothing', [[phone, true, 'taken'], [elsewhere, false, 'refused'], [elsewhere, true, 'learned'], [phone, false, 'refused'], [stranger, false, 'refused'], [elsewhere, true, 'taken']]],
}
for (const [name, [learning, heard]] of Object.entries(stories)) {
  test(`A20: ${name}`, () => {
    const lock = newSourceLock(phone, learning)
    assert.deepEqual(heard.map(([from, proven]) => hearFrom(lock, from, proven)), heard.map(([, , verdict]) => verdict))
    assert.equal(lock.refused, heard.filter(([, , verdict]) => verdict === 'refused').length)
  })
}
