/** Busy lamps through the exchange: who may see what, and what a lamp is told when. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeXml } from '../../src/calls/features/lamps.ts'
import { maxOfPhone } from '../../src/calls/watches.ts'
import { body, header, type SipMessage } from '../../src/wire/sip/index.ts'
import { alice, answer, bob, call, carol, flowFrom, newScene, proxied, register, type Scene, sdp, site, type Sent, write } from '../rfc3263/scene.ts'

interface Asking { readonly number?: string; readonly callId?: string; readonly headers?: readonly string[]; readonly event?: string; readonly expires?: number | undefined; readonly from?: string; readonly to?: string; readonly cseq?: number; readonly flow?: typeof alice }

/** Alice (or who `flow` is) subscribes. */
function subscribe(scene: Scene, { number = '1002', callId = 's1', headers = [], event = 'dialog', expires = 600, from = '1001', to, cseq = 1, flow = alice }: Asking = {}): void {
  scene.hear(flow, write('SUBSCRIBE', `sip:${number}@example.test`, {
    callId, cseq, from: `<sip:${from}@example.test>;tag=s`, ...(to === undefined ? {} : { to }), via: `SIP/2.0/UDP ${flow.remoteAddress}:5060`,
    headers: [`Contact: <sip:${from}@${flow.remoteAddress}:5060>`, ...(event === '' ? [] : [`Event: ${event}`]), ...(expires === undefined ? [] : [`Expires: ${expires}`]), ...headers],
  }))
}

const states = (message: SipMessage): string[] => [...body(message).matchAll(/<state>(\w+)<\/state>/g)].map((match) => match[1]!)
const version = (message: SipMessage): number => Number(/ version="(\d+)"/.exec(body(message))?.[1])

/** The NOTIFY that was sent, answered with 200. */
function told(scene: Scene): Sent {
  const notify = scene.take('NOTIFY')
  scene.hear(alice, answer(notify.message, 200))
  return notify
}

async function watched(): Promise<{ scene: Scene; to: string; first: Sent }> {
  const scene = await newScene()
  register(scene, alice, '1001', '<sip:1001@192.0.2.1>')
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  subscribe(scene)
  const to = header(scene.take('SIP/2.0 200').message, 'To')!
  return { scene, to, first: told(scene) }
}

test('RFC 6665 4.2.1.2 RFC 4235 3.6 accepted: 200 with Expires and Contact, then the full state at once, to where the phone is', async () => {
  const scene = await newScene()
  subscribe(scene, { event: 'dialog;id=7' })
  const ok = scene.take('SIP/2.0 200').message, notify = told(scene)
  assert.deepEqual([header(ok, 'Expires'), header(ok, 'Contact')], ['600', '<sip:1002@192.0.2.99:5060>'])
  assert.deepEqual([notify.to, notify.message.uri, notify.message.cseq, notify.message.toTag], ['udp 192.0.2.1 5060', 'sip:1001@192.0.2.1:5060', 1, 's'])
  assert.deepEqual([header(notify.message, 'Event'), header(notify.message, 'Subscription-State'), header(notify.message, 'Content-Type')], ['dialog;id=7', 'active;expires=600', 'application/dialog-info+xml'])
  assert.match(body(notify.message), /^<\?xml version="1.0" encoding="UTF-8"\?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:1002@example.test">\r\n<\/dialog-info>\r\n$/)
})

const refusals: [title: string, asking: Asking, status: number, name?: 'Allow-Events' | 'Min-Expires' | 'Accept', value?: string][] = [
  ['6665 4.2.1.1 an unknown package: 489 and what there is', { event: 'presence' }, 489, 'Allow-Events', 'dialog, refer'],
  ['6665 4.2.1.1 no Event', { event: '' }, 489, 'Allow-Events', 'dialog, refer'],
  ['6665 4.2.1.1 too brief: 423 with Min-Expires', { expires: 10 }, 423, 'Min-Expires', '60'],
  ['6665 4.2.1.1 a body that we do not make: 406', { headers: ['Accept: application/pidf+xml'] }, 406, 'Accept', 'application/dialog-info+xml'],
  ['4235 A9 A10 a line outside the pickup group: 403', { number: '1003' }, 403],
  ['4235 a number that is no line: 404', { number: '1900' }, 404],
  ['4235 A11 somebody else\'s From: 403', { from: '1003' }, 403],
]
for (const [title, asking, status, name, value] of refusals) {
  test(`RFC ${title}`, async () => {
    const scene = await newScene()
    subscribe(scene, asking)
    const refused = scene.take(`SIP/2.0 ${status}`).message
    if (name) assert.equal(header(refused, name), value)
    assert.deepEqual([scene.takeAll('NOTIFY'), scene.x.watches.byTag.size], [[], 0])
  })
}

test('RFC 4235 3.7.1 a call rings, is answered and ends: early, confirmed, nothing; versions count up, one NOTIFY a second, the latest state wins', async () => {
  const { scene } = await watched()
  scene.pass(2_000)
  register(scene, carol, '1003', '<sip:1003@192.0.2.3>')
  scene.hear(carol, write('INVITE', 'sip:1002@example.test', { from: '<sip:1003@example.test>;tag=c', via: 'SIP/2.0/UDP 192.0.2.3:5060', headers: ['Contact: <sip:1003@192.0.2.3>'], body: sdp('192.0.2.3') }))
  const invite = scene.take('INVITE'), trying = told(scene)
  assert.deepEqual([states(trying.message), version(trying.message)], [['trying'], 1])
  assert.match(body(trying.message), /direction="recipient"/)
  assert.match(body(trying.message), /<remote><identity display="Carol">sip:1003@example.test<\/identity><\/remote>/)
  scene.hear(bob, answer(invite.message, 180, ['Contact: <sip:1002@192.0.2.2>']))
  scene.hear(bob, answer(invite.message, 200, ['Contact: <sip:1002@192.0.2.2>'], sdp('192.0.2.2')))
  assert.deepEqual(scene.takeAll('NOTIFY'), [], 'within the second nothing is said')
  scene.pass(1_000)
  const up = told(scene)
  assert.deepEqual([states(up.message), version(up.message)], [['confirmed'], 2])
  const leg = [...scene.x.legs.values()].find((one) => one.side === 'out')!
  assert.match(body(up.message), new RegExp(`call-id="${leg.dialog.callId}" local-tag="b1" remote-tag="${leg.dialog.localTag}"`), 'what a Replaces needs (RFC 3891)')
  scene.pass(5_000)
  scene.hear(bob, write('BYE', 'sip:192.0.2.99', { from: `<sip:1002@example.test>;tag=b1`, to: `<sip:1003@example.test>;tag=${leg.dialog.localTag}`, callId: leg.dialog.callId, via: 'SIP/2.0/UDP 192.0.2.2:5060' }))
  const down = told(scene)
  assert.deepEqual([states(down.message), version(down.message)], [[], 3])
  scene.pass(30_000)
  assert.deepEqual(scene.takeAll('NOTIFY'), [], 'nothing changed, nothing is said')
})

test('RFC 4235 a call of the watched line itself: initiator; a caller who hides is not shown', async () => {
  const { scene } = await watched()
  scene.pass(2_000)
  scene.hear(bob, write('INVITE', 'sip:1001@example.test', { from: '<sip:1002@example.test>;tag=b', via: 'SIP/2.0/UDP 192.0.2.2:5060', headers: ['Contact: <sip:1002@192.0.2.2>'], body: sdp('192.0.2.2') }))
  const shown = body(told(scene).message)
  assert.match(shown, /direction="initiator"/)
  assert.match(shown, /<remote><identity display="Alice">/)
  const other = (await watched()).scene
  other.hear(carol, write('INVITE', 'sip:1002@example.test', { from: '<sip:1003@example.test>;tag=c', via: 'SIP/2.0/UDP 192.0.2.3:5060', headers: ['Contact: <sip:1003@192.0.2.3>', 'Privacy: id'], body: sdp('192.0.2.3') }))
  other.pass(1_000)
  const hidden = body(told(other).message)
  assert.ok(hidden.includes('recipient') && !hidden.includes('Carol') && !hidden.includes('1003'), hidden)
})

test('RFC 6665 4.2.1.2 refreshed and ended inside the dialog; an old sequence number and another event are refused', async () => {
  const { scene, to } = await watched()
  scene.pass(100_000)
  subscribe(scene, { to, cseq: 2, expires: 300 })
  assert.equal(header(scene.take('SIP/2.0 200').message, 'Expires'), '300')
  assert.equal(header(told(scene).message, 'Subscription-State'), 'active;expires=300')
  subscribe(scene, { to, cseq: 2 })
  scene.take('SIP/2.0 500')
  subscribe(scene, { to, cseq: 3, event: 'dialog;id=9' })
  scene.take('SIP/2.0 489')
  subscribe(scene, { to, cseq: 4, expires: 5 })
  scene.take('SIP/2.0 423')
  subscribe(scene, { to, cseq: 5, expires: 0 })
  scene.take('SIP/2.0 200')
  assert.equal(header(told(scene).message, 'Subscription-State'), 'terminated;reason=timeout')
  subscribe(scene, { to, cseq: 6 })
  scene.take('SIP/2.0 481')
  assert.deepEqual([scene.x.watches.byTag.size, scene.x.watches.ofLine.size, scene.x.watches.ofPhone.size], [0, 0, 0])
})

test('RFC 6665 4.2.2 nobody refreshes: it ends with its time and leaves nothing', async () => {
  const { scene } = await watched()
  scene.pass(600_000)
  assert.equal(header(told(scene).message, 'Subscription-State'), 'terminated;reason=timeout')
  assert.equal(scene.x.watches.byTag.size, 0)
})

test('RFC 6665 4.2.2 a phone that knows of no subscription any more (481), or is silent, is not told again', async () => {
  for (const how of ['481', 'silent']) {
    const scene = await newScene()
    subscribe(scene)
    const notify = scene.take('NOTIFY')
    if (how === '481') scene.hear(alice, answer(notify.message, 481))
    else scene.pass(33_000)
    assert.equal(scene.x.watches.byTag.size, 0, how)
  }
})

test('A10 a SUBSCRIBE in somebody else\'s dialog from another address is not believed', async () => {
  const { scene, to } = await watched()
  subscribe(scene, { to, cseq: 2, expires: 0, flow: flowFrom('203.0.113.66') })
  scene.take('SIP/2.0 401')
  scene.hear(flowFrom('192.0.2.3'), write('SUBSCRIBE', 'sip:192.0.2.99', { to, cseq: 3, from: '<sip:1003@example.test>;tag=a1', headers: ['Contact: <sip:1003@192.0.2.3>', 'Event: dialog', 'Expires: 0'] }))
  assert.notEqual(scene.take('SIP/2.0').message.status, 200)
  assert.equal(scene.x.watches.byTag.size, 1)
})

test('A24 A42 NOTIFYs go to where the phone sends from, whatever its Contact says', async () => {
  const scene = await newScene({ 'A victim.example': [{ type: 'A', address: '203.0.113.66' }] })
  for (const contact of ['203.0.113.66:5060', 'victim.example']) {
    scene.hear(alice, write('SUBSCRIBE', 'sip:1002@example.test', { callId: contact, headers: [`Contact: <sip:1001@${contact}>`, 'Event: dialog', 'Expires: 600'] }))
    assert.equal(told(scene).to, 'udp 192.0.2.1 5060', contact)
  }
})

test('RFC 3261 12.2.1.1 RFC 6665 a phone behind a proxy is told through its Record-Route, by name', async () => {
  const scene = await newScene({ 'A edge.example.test': [{ type: 'A', address: '198.51.100.5' }] }, proxied)
  subscribe(scene, { headers: ['Record-Route: <sip:edge.example.test:5090;lr>'] })
  const notify = told(scene)
  assert.deepEqual([notify.to, header(notify.message, 'Route')], ['udp 198.51.100.5 5090', '<sip:edge.example.test:5090;lr>'])
})

test('A24 A42 RFC 6665 a Record-Route that is neither the phone\'s own nor a trusted proxy\'s is not followed', async () => {
  const scene = await newScene({ 'A evil.example.test': [{ type: 'A', address: '203.0.113.66' }] }, proxied)
  subscribe(scene, { headers: ['Record-Route: <sip:evil.example.test:5090;lr>'] })
  assert.equal(told(scene).to, 'udp 192.0.2.1 5060')
  assert.deepEqual([...scene.x.strayed], ['alice-desk'])
})

test('RFC 3263 4.3 RFC 6665 a NOTIFY: 503, silence and a broken way lead to the next address of the route, which is asked first from then on', async () => {
  for (const how of ['503', 'silence', 'failed'] as const) {
    const scene = await newScene({ 'A edge.example.test': [{ type: 'A', address: '198.51.100.5' }, { type: 'A', address: '198.51.100.6' }] }, proxied)
    subscribe(scene, { headers: ['Record-Route: <sip:edge.example.test:5090;lr>'] })
    scene.takeAll('SIP/2.0 200')
    const first = scene.take('NOTIFY')
    if (how === 'failed') scene.give({ is: 'failed', ref: first.ref, to: { transport: 'udp', address: '198.51.100.5', port: 5090 }, why: { code: 'edge.unreachable', text: '' } })
    else if (how === 'silence') { scene.pass(31_000); scene.takeAll('NOTIFY'); scene.pass(1_500) } else scene.hear(flowFrom('198.51.100.5'), answer(first.message, 503))
    const second = scene.takeAll('NOTIFY').at(-1)!
    assert.deepEqual([second.to, second.message.cseq], ['udp 198.51.100.6 5090', first.message.cseq], how)
    scene.hear(flowFrom('198.51.100.6'), answer(second.message, 200))
    register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
    scene.hear(flowFrom('192.0.2.3'), write('INVITE', 'sip:1002@example.test', { from: '<sip:1003@example.test>;tag=c', callId: 'next', headers: ['Contact: <sip:1003@192.0.2.3:5060>'], body: sdp('192.0.2.3'), via: 'SIP/2.0/UDP 192.0.2.3:5060' }))
    scene.pass(1_000)
    assert.equal(scene.takeAll('NOTIFY')[0]?.to, 'udp 198.51.100.6 5090', how)
  }
})

test('RFC 6665 4.1.3 the phone unregisters: its subscriptions end', async () => {
  const { scene } = await watched()
  scene.hear(alice, write('REGISTER', 'sip:example.test', { to: '<sip:1001@example.test>', callId: 'gone', cseq: 9, headers: ['Contact: *', 'Expires: 0'] }))
  assert.equal(header(scene.take('NOTIFY').message, 'Subscription-State'), 'terminated;reason=deactivated')
  assert.equal(scene.x.watches.byTag.size, 0)
})

test('RFC 5626 7 RFC 6665 the connection is gone: so is what was subscribed over it, without a word', async () => {
  const scene = await newScene(), flow = flowFrom('192.0.2.1', 40_000, 'tcp')
  scene.give({ is: 'opened', flow })
  register(scene, flow, '1001', '<sip:1001@192.0.2.1:5060;transport=tcp>')
  subscribe(scene, { flow })
  assert.equal(told(scene).to, 'flow 7 192.0.2.1 40000')
  scene.give({ is: 'closed', flow, why: undefined })
  assert.deepEqual([scene.takeAll('NOTIFY'), scene.x.watches.byTag.size], [[], 0])
})

test('A17 a phone that starts anew replaces what it had; it watches no more than maxOfPhone lines at once', async () => {
  const lines = Array.from({ length: maxOfPhone + 1 }, (_, i) => `  - { number: "${5_000 + i}", pickupGroup: "1900" }`).join('\n')
  const scene = await newScene({}, site.replace('  - { number: "1003" }', `  - { number: "1003" }\n${lines}`))
  for (let i = 0; i < maxOfPhone; i++) subscribe(scene, { number: String(5_000 + i), callId: `n${i}` })
  assert.equal(scene.takeAll('SIP/2.0 200').length, maxOfPhone)
  subscribe(scene, { number: '5000', callId: 'again' })
  scene.take('SIP/2.0 200')
  subscribe(scene, { number: String(5_000 + maxOfPhone), callId: 'more' })
  scene.take('SIP/2.0 403')
  assert.equal(scene.x.watches.byTag.size, maxOfPhone)
})

test('A32 names are escaped: no element, attribute or broken octet comes out of them', async () => {
  const rows: [string, string][] = [
    ['Bob & "Co" <x/>', 'Bob &#38; &#34;Co&#34; &#60;x/&#62;'], ["O'Hara", 'O&#39;Hara'], ['Zo\u00eb', 'Zo&#235;'], ['\u{1f600}', '&#128512;'], ['a\u0000b\u001bc\r\n', 'abc'], ['\ud800x', 'x'], ['\uffff', ''], ['1+1=2 ~!', '1+1=2 ~!'],
  ]
  for (const [name, expected] of rows) assert.equal(escapeXml(name), expected)
  const scene = await newScene({}, site.replace('displayName: Carol', `displayName: '"><dialog id="x"><state>confirmed</state>'`))
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  subscribe(scene)
  told(scene)
  scene.pass(2_000)
  scene.hear(carol, write('INVITE', 'sip:1002@example.test', { from: '<sip:1003@example.test>;tag=c', via: 'SIP/2.0/UDP 192.0.2.3:5060', headers: ['Contact: <sip:1003@192.0.2.3>'], body: sdp('192.0.2.3') }))
  const { message } = told(scene)
  assert.deepEqual([states(message), body(message).match(/<dialog /g)?.length], [['trying'], 1])
})

test('RFC 3515 2.4.6 RFC 6665 4.4.1 the phone that asked for a transfer may end its NOTIFYs; the transfer goes on', async () => {
  const scene = await newScene()
  register(scene, bob, '1002', '<sip:1002@192.0.2.2>')
  register(scene, carol, '1003', '<sip:1003@192.0.2.3>')
  call(scene, '1002')
  scene.hear(bob, answer(scene.take('INVITE').message, 200, ['Contact: <sip:1002@192.0.2.2>'], sdp('192.0.2.2')))
  const to = header(scene.take('SIP/2.0 200').message, 'To')!
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to }))
  scene.hear(alice, write('REFER', 'sip:192.0.2.99', { to, cseq: 2, headers: ['Contact: <sip:1001@192.0.2.1>', 'Refer-To: <sip:1003@example.test>'] }))
  scene.take('SIP/2.0 202')
  const first = scene.take('NOTIFY').message
  assert.equal(header(first, 'Event'), 'refer;id=2')
  const inCall = (event: string, cseq: number) => { scene.hear(alice, write('SUBSCRIBE', 'sip:192.0.2.99', { to, cseq, headers: ['Contact: <sip:1001@192.0.2.1>', `Event: ${event}`, 'Expires: 0'] })) }
  inCall('refer;id=99', 3)
  scene.take('SIP/2.0 481')
  inCall('dialog', 4)
  scene.take('SIP/2.0 489')
  inCall('refer;id=2', 5)
  scene.take('SIP/2.0 200')
  assert.equal(header(scene.take('NOTIFY').message, 'Subscription-State'), 'terminated;reason=timeout')
  scene.hear(carol, answer(scene.take('INVITE').message, 200, ['Contact: <sip:1003@192.0.2.3>'], sdp('192.0.2.3')))
  assert.deepEqual([scene.takeAll('NOTIFY'), scene.takeAll('BYE').map((one) => one.to)], [[], ['udp 192.0.2.1 5060']])
})

test('RFC 6665 4.2.2 a message that changes nothing of the state is no news', async () => {
  const { scene } = await watched()
  call(scene, '1002')
  const invite = scene.take('INVITE').message, ringing = answer(invite, 180, ['Contact: <sip:1002@192.0.2.2>'])
  scene.hear(bob, ringing)
  scene.pass(1_000)
  assert.deepEqual(states(told(scene).message), ['early'])
  scene.pass(5_000)
  scene.hear(bob, ringing)
  scene.pass(5_000)
  assert.deepEqual(scene.takeAll('NOTIFY'), [])
})
