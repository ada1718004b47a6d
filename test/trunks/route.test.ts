/** Requests of a trunk's dialog follow its route as the INVITE went: from the same port, to who shows the same certificate. R350, R354; RFC 3261 12.2.1.1; A26. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flow, Hop } from '../../src/kit/flow.ts'
import type { LegHouse, Reaching } from '../../src/calls/legs/sip/leg.ts'
import { nextHop } from '../../src/calls/legs/sip/reach.ts'

const trust = { names: ['carrier.test'], fingerprints: ['ab'], nullCipher: false }
const found: Hop = { transport: 'tls', address: '192.0.2.1', port: 5061 }, destination: Hop = { ...found, name: 'sbc.carrier.test', localPort: 5071, trust }
const flow: Flow = { id: 1, service: 'sip-tls', transport: 'tls', localAddress: '192.0.2.9', localPort: 5071, remoteAddress: '192.0.2.1', remotePort: 40_000 }
const dialog = { routes: ['<sip:192.0.2.1:5061;transport=tls;lr>'], target: 'sip:1001@198.51.100.7' } as unknown as Parameters<typeof nextHop>[2]

/** `way`: what the house knows of the leg's trunk, if it is one. */
function hopOf(to: Flow | Hop, way: Hop | undefined): Flow | Hop | undefined {
  const house = {
    locate: (_leg: unknown, _target: unknown, heard: (all: readonly Hop[]) => void) => { heard([found]) }, through: (_host: string, _from: string, all: readonly Hop[]) => all,
    isOpen: () => false, trunkWay: () => way, strayed: () => { assert.fail('it did not stray') },
  } as unknown as LegHouse
  return nextHop(house, { to, route: undefined, secure: true } as unknown as Reaching, dialog, () => { assert.fail('it was found at once') })
}

test('R350 R354 the route of a call out: the certificate of the trunk is asked for, and its port is left from', () => { assert.deepEqual(hopOf(destination, undefined), destination) })
test('R350 R354 the route of a call in whose connection is gone', () => { assert.deepEqual(hopOf(flow, destination), destination) })
test('RFC 3261 12.2.1.1 the route of a phone is what was found', () => { assert.deepEqual(hopOf({ ...found, name: 'edge.test' }, undefined), found) })
