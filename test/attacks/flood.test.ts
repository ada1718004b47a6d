/** A17 for a real system: a namespace of its own, forged sources, the kernel's rules. The 15 minutes of it are `npm run bench -- flood`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runFlood } from '../../bench/load/flood.ts'
import { whyNoWorld } from '../../bench/load/world.ts'

test('A17 12 s of a flood that is more than can be refused, from forged sources, behind our own rules: calls go on, memory is bounded, and it is over when it is over', async (t) => {
  const why = whyNoWorld()
  if (why !== undefined) { t.diagnostic(`nothing shown here: ${why}`); return }
  const { inDialog, memory, recovery, flood, capacity } = await runFlood({ seconds: 12, firewall: true, calls: 3 })
  t.diagnostic(`${Math.round(flood)} packets a second, ${(flood / capacity).toFixed(1)} times the capacity; ${inDialog.answered} of ${inDialog.sent} requests within calls answered; recovered in ${recovery} ms`)
  assert.ok(inDialog.sent >= 12 * 3, 'there were calls')
  assert.ok(inDialog.answered / inDialog.sent >= 0.95, `${inDialog.answered} of ${inDialog.sent}`)
  assert.ok(memory.late < memory.calm + 100 * 2 ** 20, `${memory.calm} ${memory.early} ${memory.late}`)
  assert.ok(recovery < 5_000, `${recovery} ms`)
})
