/** Spellings of addresses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical } from '../../src/directory/formats.ts'

const rows: [string, string][] = [['2001:DB8:0::1', '2001:db8::1'], ['::ffff:192.0.2.7', '::ffff:c000:207'], ['192.0.2.7', '192.0.2.7'], ['sbc.test', 'sbc.test'], ['fe80::1%eth0', 'fe80::1%eth0']]
for (const [address, expected] of rows) test(`A1 RFC 5952 ${address} is ${expected}: a datagram from a link-local address, which has a zone, throws nothing`, () => { assert.equal(canonical(address), expected) })
