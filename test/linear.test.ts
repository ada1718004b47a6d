import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Make, most, ratioOf } from './linear.ts'

test('A5 the measure itself finds what is quadratic, and lets pass what is linear', () => {
  const text = (n: number) => 'ab'.repeat(n / 2)
  const quadratic: Make = (n) => { const s = text(n); return () => { let found = 0; for (let i = 0; i < s.length; i += 2) found += s.indexOf('c', i); return found } }
  const walk: Make = (n) => { const s = text(n); return () => { let sum = 0; for (let i = 0; i < s.length; i++) sum = Math.imul(sum, 31) + s.charCodeAt(i) | 0; return sum } }
  assert.ok(ratioOf(walk, 16_000) <= most)
  assert.ok(ratioOf(quadratic, 16_000, { looks: 1, rounds: 30 }) > most)
})
