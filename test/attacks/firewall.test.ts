/** The kernel takes the rules that we make: for every way of listening, with and without known sources. R051, R425, R423 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { openWorld, whyNoWorld } from '../../bench/load/world.ts'
import { planBindings } from '../../src/edge/bindings.ts'
import { firewallRules, type FirewallOptions, knownRules } from '../../src/edge/firewall.ts'
import { serviceRow } from '../../src/edge/services.ts'
import { newHouse } from '../admin/house.ts'
import { twoPhones } from '../main/running.ts'
import { newPhone, statusOf } from '../main/speak.ts'

const heartbeat = { ...serviceRow('heartbeat')!, provided: true as const }
const listens: [string, string | string[]][] = [['every IPv4 address', '0.0.0.0'], ['every address', ['0.0.0.0', '::']], ['one address', '192.0.2.1'], ['one of each', ['192.0.2.1', '2001:db8::1']], ['loopback', '127.0.0.1']]
const options: FirewallOptions[] = [{}, { others: 'drop', strangersTogether: 5, known: ['192.0.2.7', '2001:db8::7', '192.0.2.7'], clusterPeers: ['10.0.0.2', 'fd00::2'] }]

test('R051 R423 R425 nft loads the rules of every way of listening, loads them again over themselves, and renews the known set', (t) => {
  const why = whyNoWorld()
  if (why !== undefined) { t.diagnostic(`nothing shown here: ${why}`); return }
  const world = openWorld()
  try {
    for (const [name, listen] of listens) {
      for (const option of options) {
        const plan = planBindings({ listen })
        assert.ok(plan.ok, name)
        const members = ['10.0.0.1', 'fd00::1'].map((address) => ({ name: 'heartbeat', transport: 'udp' as const, address, port: 22_001, row: heartbeat }))
        const rules = firewallRules([...plan.value.bindings, ...members], option)
        assert.doesNotThrow(() => { world.load(rules); world.load(rules) }, `${name}: ${rules}`)
        for (const known of [['192.0.2.8', '2001:db8::8'], ['192.0.2.8', '192.0.2.9', '192.0.2.9'], []]) world.load(knownRules(known))
      }
    }
    world.load(knownRules(['192.0.2.8']))
    assert.match(execFileSync(...world.atServer('nft', 'list', 'set', 'inet', 'ringfort', 'known4'), { encoding: 'utf8' }), /elements = \{ 192\.0\.2\.8 /)
  } finally { world.close() }
})

test('R051 each family meets its limits before anything of its port is accepted', () => {
  const plan = planBindings({ listen: ['0.0.0.0', '::'] })
  assert.ok(plan.ok)
  const lines = firewallRules(plan.value.bindings, { strangersTogether: 1_000 }).split('\n').filter((line) => line.includes('udp dport 5060'))
  assert.deepEqual(lines.map((line) => line.trim().replace(/ \{.*\}| rate over .*packets/, '')), [4, 6].flatMap((n) => [
    `meta nfproto ipv${n} udp dport 5060 ${n === 4 ? 'ip' : 'ip6'} saddr @known${n} accept`, `meta nfproto ipv${n} udp dport 5060 update @datagrams${n} drop`,
    `meta nfproto ipv${n} udp dport 5060 limit drop`, `meta nfproto ipv${n} udp dport 5060 accept`,
  ]))
})

test('R425 ringfort show firewall: the rules of what is bound, with the addresses of phones as known; --known renews that set alone', async () => {
  const house = await newHouse(`${twoPhones}  - { name: gate, lines: ["1100"], address: "192.0.2.7:5060", deviceSecurityMode: nonSecure, mediaSecurity: off }\n`)
  const before = await house.document<{ nft: string; known: string[] }>('show firewall')
  assert.deepEqual(before.known, ['192.0.2.7'])
  assert.match(before.nft, /^table inet ringfort\ndelete table inet ringfort\n[\s\S]*set known4 .*elements = \{ 192\.0\.2\.7 \}/)
  const phone = await newPhone(house.system.bound().find((b) => b.name === 'sip-udp')!.port)
  assert.equal(statusOf(await phone.register('alice-desk', 'battery-staple-1', '1001')), 200)
  phone.close()
  const after = await house.document<{ nft: string }>('show firewall', { known: true })
  assert.equal(after.nft, 'flush set inet ringfort known4\nadd element inet ringfort known4 { 192.0.2.7, 127.0.0.1 }\nflush set inet ringfort known6\n')
  assert.match((await house.document<{ nft: string }>('show firewall', { strangers: 700 })).nft, /^table inet ringfort/)
  await house.close()
})
