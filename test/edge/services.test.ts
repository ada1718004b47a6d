/** The port table: every row of the seed, what may be bound, what conflicts, firewall text, live check. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BindingConfig, planBindings } from '../../src/edge/bindings.ts'
import { firewallRules, verify } from '../../src/edge/firewall.ts'
import { accounts, type ServiceRow, serviceRow, services } from '../../src/edge/services.ts'

const loop = { listen: '127.0.0.1' }
function plan(config: BindingConfig) {
  const result = planBindings(config)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
function codes(config: BindingConfig): string[] {
  const result = planBindings(config)
  return result.ok ? [] : result.problem.map((p) => `${p.code} ${p.where}`)
}
const row = (name: string): ServiceRow => serviceRow(name) ?? assert.fail(name)

test('R001–R047 every port of the seed has a row, with its protocol, number and reach', () => {
  const told = new Set(services.flatMap((s) => s.requirements))
  const missing = Array.from({ length: 47 }, (_, i) => `R0${String(i + 1).padStart(2, '0')}`).filter((r) => !told.has(r))
  assert.deepEqual(missing, [])
})

/** requirement, service, transports, ports, reach, on by default. */
const seed: [string, string, string, string, string, boolean][] = [
  ['R001', 'conversation-peer', 'tls', '20500-20502', 'cluster', false],
  ['R002', 'conversation-reserved', 'tcp', '19003', 'cluster', false],
  ['R003', 'media-control', 'tcp', '1935', 'local', false],
  ['R004', 'phone-sessions', 'tcp', '21000-21512', 'open', false],
  ['R006', 'port-status', 'tcp', '5000', 'open', false],
  ['R007', 'sip-udp', 'udp', '5060', 'open', true],
  ['R007', 'sip-tcp', 'tcp', '5060', 'open', true],
  ['R103', 'sip-tls', 'tls', '5061', 'open', true],
  ['R036', 'sip-wss', 'wss', '8443', 'open', true],
  ['R008', 'licence', 'tcp', '20055', 'local', false],
  ['R009', 'database', 'tls', '1502-1503', 'cluster', false],
  ['R010', 'imap', 'tcp', '143', 'open', false],
  ['R011', 'imaps', 'tls', '993', 'open', false],
  ['R013', 'smtp', 'tcp', '25', 'open', false],
  ['R017', 'rtp', 'udp', '16384-21511', 'open', false],
  ['R018', 'speech-rtp', 'udp', '7774-7900', 'local', false],
  ['R019', 'role-manager', 'tls,udp', '22000', 'cluster', false],
  ['R020', 'heartbeat', 'udp,tcp', '22001', 'cluster', false],
  ['R022', 'database-proxy', 'tcp', '20532', 'open', false],
  ['R023', 'ssh', 'tcp', '22', 'open', false],
  ['R024', 'snmp', 'udp', '161', 'open', false],
  ['R025', 'ipsec', 'udp', '500', 'cluster', false],
  ['R026', 'cluster', 'tls,udp', '8500', 'cluster', false],
  ['R027', 'ntp', 'udp', '123', 'cluster', false],
  ['R030', 'serviceability', 'tcp', '5007', 'local', false],
  ['R036', 'https', 'tls', '8443', 'open', false],
  ['R039', 'network-https', 'tls', '8444', 'open', false],
  ['R043', 'notify', 'tls', '7443', 'open', false],
  ['R046', 'exchange-webdav', 'udp', '9291', 'off', false],
  ['R102', 'submission', 'tcp', '587', 'open', false],
  ['R409', 'sccp', 'tcp', '2000', 'open', false],
  ['R409', 'sccps', 'tls', '2443', 'open', false],
]
test('R001–R051 rows say what the seed says', () => {
  for (const [requirement, name, transports, ports, reach, on] of seed) {
    const s = row(name)
    const numbers = s.lastPort ? `${s.port}-${s.lastPort}` : String(s.port)
    assert.deepEqual([name, s.transports.join(), numbers, s.reach, s.enabledByDefault], [name, transports, ports, reach, on])
    assert.ok(s.requirements.includes(requirement), `${name} shows ${requirement}`)
  }
})

test('R048 R049 each row names its process and an account of its own that is not root', () => {
  for (const s of services) assert.match(accounts[s.process], /^ringfort-/)
  assert.equal(new Set(Object.values(accounts)).size, Object.keys(accounts).length)
})

test('R050 what devices connect to directly is marked, what stays inside is not', () => {
  for (const s of services) if (s.reach === 'cluster' || s.reach === 'local') assert.equal(s.offBox, false, s.name)
  assert.ok(row('sip-tls').offBox)
})

test('names are unique, a row that is off by nature says why', () => {
  assert.equal(new Set(services.map((s) => s.name)).size, services.length)
  for (const s of services) assert.ok(s.provided === true || s.provided.length > 10, s.name)
  for (const s of services) assert.ok(!s.enabledByDefault || s.provided === true, s.name)
})

test('R008 R003 a local service keeps to loopback whatever is listened on; R009 a cluster service needs a cluster address', () => {
  const { bindings } = plan({ listen: '0.0.0.0' })
  assert.deepEqual(bindings.map((b) => `${b.name} ${b.transport} ${b.address}:${b.port}`), [
    'sip-udp udp 0.0.0.0:5060', 'sip-tcp tcp 0.0.0.0:5060', 'sip-tls tls 0.0.0.0:5061', 'sip-wss wss 0.0.0.0:8443', 'metrics tcp 127.0.0.1:9464',
  ])
})

test('R037 IPv6 is bound where it is named; R356 R359 incoming ports of trunks have listeners of their own, but where phones have one', () => {
  const { bindings } = plan({ listen: ['127.0.0.1', '::1'], trunkPorts: [{ family: 'tls', port: 5071, suites: 'encrypting' }, { family: 'tls', port: 5061, suites: 'either' }, { family: 'clear', port: 5072, suites: 'encrypting' }] })
  const shown = bindings.filter((b) => b.trunks).map((b) => `${b.name} ${b.transport} ${b.address} ${b.port} ${b.trunks?.only ? 'trunks alone' : 'phones too'} ${b.trunks?.suites}`)
  assert.deepEqual(shown.filter((row) => row.includes('127.0.0.1')), [
    'sip-tls tls 127.0.0.1 5061 phones too either', 'sip-trunk-5071 tls 127.0.0.1 5071 trunks alone encrypting',
    'sip-trunk-5072 udp 127.0.0.1 5072 trunks alone encrypting', 'sip-trunk-5072 tcp 127.0.0.1 5072 trunks alone encrypting',
  ])
  assert.equal(shown.length, 8)
})

test('R359 the port of a service that is off is the trunks\' alone', () => {
  const { bindings } = plan({ listen: '127.0.0.1', services: { 'sip-udp': { enabled: false } }, trunkPorts: [{ family: 'clear', port: 5060, suites: 'encrypting' }] })
  assert.deepEqual(bindings.filter((b) => b.port === 5060).map((b) => `${b.name} ${b.transport} ${b.trunks?.only}`), ['sip-tcp tcp false', 'sip-trunk-5060 udp true'])
})

test('R360 TLS of trunks and clear signalling never share a port', () => {
  const result = planBindings({ listen: '127.0.0.1', trunkPorts: [{ family: 'tls', port: 5060, suites: 'encrypting' }] })
  assert.deepEqual(!result.ok && result.problem.map(({ code }) => code), ['edge.tlsConflict', 'edge.tlsConflict'])
})

const overrides: [string, BindingConfig, string[], string[]][] = [
  ['R007 5199 is usual', { services: { 'sip-udp': { port: 5199 } } }, [], []],
  ['R007 5200 works and is warned about', { services: { 'sip-udp': { port: 5200 } } }, [], ['edge.unusualPort services.sip-udp.port']],
  ['R103 5060 for TLS is warned about once the clear rows are off', { services: { 'sip-tls': { port: 5060 }, 'sip-udp': { enabled: false }, 'sip-tcp': { enabled: false } } }, [], ['edge.unusualPort services.sip-tls.port']],
  ['0 is any free port', { services: { 'sip-udp': { port: 0 }, 'sip-tcp': { port: 0 }, 'sip-tls': { port: 0 } } }, [], []],
  ['R356 65536 is refused', { services: { 'sip-udp': { port: 65_536 } } }, ['edge.portRange services.sip-udp.port'], []],
  ['half a port', { services: { 'sip-udp': { port: 5060.5 } } }, ['edge.portRange services.sip-udp.port'], []],
  ['an unknown name', { services: { 'sip-quic': {} } }, ['edge.unknownService services.sip-quic'], []],
  ['R046 what is not provided cannot be enabled', { services: { 'exchange-webdav': { enabled: true } } }, ['edge.notProvided services.exchange-webdav'], []],
  ['not an address', { listen: 'localhost' }, ['edge.listenAddress system.listen'], []],
  ['R359 TLS and clear SIP never share a number', { services: { 'sip-tls': { port: 5060 } } }, ['edge.tlsConflict services.sip-tls.port', 'edge.tlsConflict services.sip-tls.port'], []],
  ['R359 TCP and UDP share a number', { services: { 'sip-udp': { port: 5070 }, 'sip-tcp': { port: 5070 } } }, [], []],
  ['two services on one port', { services: { metrics: { port: 5061 } } }, ['edge.portConflict services.metrics.port'], []],
]
for (const [name, config, errors, warnings] of overrides) {
  test(`services: ${name}`, () => {
    assert.deepEqual(codes({ ...loop, ...config }), errors)
    if (errors.length === 0) assert.deepEqual(plan({ ...loop, ...config }).warnings.map((w) => `${w.code} ${w.where}`), warnings)
  })
}

test('R051 R425 the firewall text names each open port, keeps local ones in, limits by source and never limits SYN or UDP as a whole', () => {
  const text = firewallRules(plan({ listen: ['0.0.0.0', '::'] }).bindings, { clusterPeers: ['10.0.0.2', 'fd00::2'] })
  for (const wanted of ['udp dport 5060 accept', 'tcp dport 5061 accept', 'ip daddr 127.0.0.1 tcp dport 9464 drop', 'elements = { 10.0.0.2 }', 'elements = { fd00::2 }']) assert.ok(text.includes(wanted), wanted)
  for (const line of text.split('\n')) if (/dport .*limit rate/.test(line)) assert.match(line, /update @\w+[46] \{ ip6? saddr/, 'every limit is per source')
  for (const n of [4, 6]) assert.ok(text.indexOf(`@known${n} accept`) < text.indexOf(`update @datagrams${n}`), 'known sources pass before strangers are limited')
  assert.ok(text.startsWith('table inet ringfort\ndelete table inet ringfort\n'), 'one atomic replacement of our table alone')
})

test('R423 a cluster port is open to members alone', () => {
  const heartbeat = { ...row('heartbeat'), provided: true as const }
  const text = firewallRules([{ name: 'heartbeat', transport: 'udp', address: '10.0.0.1', port: 22_001, row: heartbeat }])
  assert.match(text, /udp dport 22001 ip saddr @members4 accept\n.*udp dport 22001 drop/)
})

test('R051 verify: nothing differs when all is as declared; a missing, an undeclared and a too wide socket are told', () => {
  const { bindings } = plan(loop)
  const bound = bindings.map((b) => ({ transport: b.transport === 'udp' ? 'udp' as const : 'tcp' as const, address: b.address, port: b.port }))
  assert.deepEqual(verify(bindings, bound), [])
  const changed = [...bound.slice(1).map((b) => b.port === 9464 ? { ...b, address: '0.0.0.0' } : b), { transport: 'tcp' as const, address: '127.0.0.1', port: 1935 }]
  assert.deepEqual(verify(bindings, changed).map((d) => `${d.is} ${d.service ?? ''} ${d.transport}/${d.port}`),
    ['tooWide metrics tcp/9464', 'undeclared  tcp/1935', 'missing sip-udp udp/5060'])
})
