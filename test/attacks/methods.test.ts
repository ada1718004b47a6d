/** A11: every method, from everybody, over every transport, before every kind of phone. Nothing but OPTIONS is answered to who has not shown who he is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transport } from '../../src/kit/flow.ts'
import { secret } from '../../src/kit/secret.ts'
import { town } from '../calls/town.ts'

/** What a stranger hears, a phone, and a phone that may signal over TLS alone and came in the clear. */
const methods: [method: string, stranger: number, phone: number, weak: number][] = [
  ['REGISTER', 401, 403, 403], ['INVITE', 401, 415, 403], ['MESSAGE', 401, 200, 403], ['SUBSCRIBE', 401, 489, 403], ['NOTIFY', 401, 481, 403], ['PUBLISH', 401, 489, 403], ['REFER', 401, 403, 403],
  ['OPTIONS', 200, 200, 200], ['INFO', 481, 481, 481], ['BYE', 481, 481, 481], ['PRACK', 481, 481, 481], ['UPDATE', 481, 481, 481], ['WALK', 501, 501, 501], ['invite', 501, 501, 501],
]
const cases: [transport: Transport, encrypted: boolean][] = [['udp', false], ['tcp', false], ['tls', false], ['wss', false], ['udp', true], ['tcp', true], ['tls', true], ['wss', true]]

for (const [transport, encrypted] of cases) {
  test(`A11 every method over ${transport} to a system of ${encrypted ? 'encrypted' : 'nonSecure'} phones, from a registered phone, an unregistered one, a wrong password, an unknown user, a stranger`, async () => {
    const inTheClear = transport === 'udp' || transport === 'tcp'
    const here = { registers: false, transport } as const
    const t = await town(encrypted ? { secure: ['alice', 'carol', 'dave', 'erin', 'frank'] } : {}, { alice: { transport, registers: !(encrypted && inTheClear) }, carol: here, dave: { ...here, password: 'not the password' }, erin: here, frank: here })
    const as = (user: string | undefined, phone: typeof t.erin) => { Object.assign(phone.state.settings, { credentials: user === undefined ? [] : [{ ...phone.state.settings.credentials[0]!, user, password: secret('battery-staple-erin') }] }) }
    as('nobody', t.erin)
    as(undefined, t.frank)
    const known = t.system.exchange.locations.count, received = t.bob.state.messages.length
    let passed = 0
    for (const [method, stranger, phone, weak] of methods) {
      const uri = method === 'REGISTER' ? 'sip:example.test' : 'sip:1002@example.test'
      const said = [t.alice, t.carol, t.dave, t.erin, t.frank].map((one) => one.send(method, uri, 'Event: presence\r\nContent-Type: text/plain\r\n', 'x'))
      t.tick(2_000)
      const proven = encrypted && inTheClear ? weak : phone
      assert.deepEqual(said.map((one) => one.at(-1)), [proven, proven, stranger, stranger, stranger], method)
      if (method === 'MESSAGE' && proven === 200) passed += 2
    }
    assert.equal(t.bob.state.messages.length - received, passed)
    assert.deepEqual([t.bob.talks.length, t.system.calls.size, t.system.exchange.locations.count], [0, 0, known])
    for (const one of [t.dave, t.erin, t.frank]) one.state.registration.wanted = false
    t.close()
  })
}
