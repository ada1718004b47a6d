/** Offers before the call is answered: UPDATE from either side, PRACK from the caller, and what crosses. Standards RFC 3311 5; RFC 3262 5; RFC 3264 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { body, header, type SipMessage } from '../../src/wire/sip/index.ts'
import { alice, answer, bob, newScene, register, type Scene, sdp, site, write } from '../rfc3263/scene.ts'

const allow = 'Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE', port = (text: string): string => /^m=audio (\d+)/m.exec(text)?.[1] ?? ''

interface Early { readonly scene: Scene; readonly invite: SipMessage; readonly to: string; /** Request in the dialog, of alice or of bob. */ readonly hers: (method: string, wire?: Saying) => void; readonly his: (method: string, wire?: Saying) => void }
interface Saying { readonly body?: string; readonly headers?: readonly string[]; readonly cseq?: number }

/** Bob's phone has answered alice's offer in a reliable 183 (port 4000 each); alice's PRACK is still to come if `unacknowledged`. */
async function ringing({ update = true, unacknowledged = false, headers = [] as readonly string[] } = {}): Promise<Early> {
  const scene = await newScene({}, site)
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>', 'Supported: 100rel', ...(update ? [allow] : []), ...headers], body: sdp('192.0.2.1') }))
  scene.takeAll('SIP/2.0 100')
  const invite = scene.take('INVITE').message
  scene.hear(bob, answer(invite, 183, ['Contact: <sip:1002@192.0.2.2:5060>', 'Require: 100rel', 'RSeq: 7', ...(update ? [allow] : [])], sdp('192.0.2.2')))
  scene.hear(bob, answer(scene.take('PRACK').message, 200))
  const to = header(scene.take('SIP/2.0 183').message, 'To')!
  let hers = 1, his = 0
  const early: Early = {
    scene, invite, to,
    hers: (method, { cseq, ...wire } = {}) => { scene.hear(alice, write(method, 'sip:192.0.2.99', { to, cseq: cseq ?? ++hers, headers: ['Contact: <sip:1001@192.0.2.1:5060>', ...wire.headers ?? []], body: wire.body ?? '' })) },
    his: (method, { cseq, ...wire } = {}) => {
      scene.hear(bob, write(method, 'sip:192.0.2.99', {
        from: `${header(invite, 'To')};tag=b1`, to: header(invite, 'From')!, callId: invite.callId, cseq: cseq ?? ++his, via: 'SIP/2.0/UDP 192.0.2.2:5060',
        headers: ['Contact: <sip:1002@192.0.2.2:5060>', ...wire.headers ?? []], body: wire.body ?? '',
      }))
    },
  }
  if (!unacknowledged) { early.hers('PRACK', { headers: [rackOf(early)] }); scene.take('SIP/2.0 200') }
  return early
}

function rackOf({ scene }: Pick<Early, 'scene'>): string {
  const [leg] = [...scene.x.legs.values()].filter((one) => one.side === 'in')
  return `RAck: ${leg!.reliable!.rseq} 1 INVITE`
}

/** Bob takes the call; what alice's 200 holds comes back. */
function accept({ scene, invite, to }: Early): string {
  scene.hear(bob, answer(invite, 200, ['Contact: <sip:1002@192.0.2.2:5060>', allow]))
  scene.take('ACK')
  const ok = scene.take('SIP/2.0 200').message
  assert.equal(header(ok, 'To'), to, 'in the early dialog that was heard')
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to, cseq: 1 }))
  return body(ok)
}

/** Both hang up; nothing is left. */
function close({ scene, hers }: Early): void {
  hers('BYE', { cseq: 99 })
  scene.hear(bob, answer(scene.take('BYE').message, 200))
  scene.takeAll('SIP/2.0')
  scene.pass(40_000)
  const { x } = scene
  assert.deepEqual([x.calls.size, x.legs.size, x.endpoint.layer.clients.size, x.endpoint.layer.servers.size], [0, 0, 0, 0])
}

const call = (scene: Scene) => [...scene.x.calls.values()][0]!

test('RFC 3311 5.1 the caller changes its offer while it rings: the phone gets an UPDATE, the caller its answer; the 200 has none', async () => {
  const early = await ringing(), { scene, hers } = early
  hers('UPDATE', { body: sdp('192.0.2.1', 4100) })
  const update = scene.take('UPDATE')
  assert.deepEqual([update.to, port(body(update.message)), update.message.toTag], ['udp 192.0.2.2 5060', '4100', 'b1'])
  scene.hear(bob, answer(update.message, 200, ['Contact: <sip:1002@192.0.2.2:5061>'], sdp('192.0.2.2', 4200)))
  const ok = scene.take('SIP/2.0 200').message
  assert.deepEqual([ok.method, port(body(ok))], ['UPDATE', '4200'])
  assert.equal(accept(early), '')
  assert.deepEqual([call(scene).state, call(scene).pending], ['connected', undefined])
  close(early)
})

test('RFC 3311 5.1 the phone that rings changes its offer: the caller gets an UPDATE in that early dialog, the phone its answer', async () => {
  const early = await ringing(), { scene, his, to } = early
  his('UPDATE', { body: sdp('192.0.2.2', 4300) })
  const update = scene.take('UPDATE')
  assert.deepEqual([update.to, port(body(update.message)), `<sip:1002@example.test>;tag=${update.message.fromTag}`], ['udp 192.0.2.1 5060', '4300', to])
  scene.hear(alice, answer(update.message, 200, ['Contact: <sip:1001@192.0.2.1:5060>'], sdp('192.0.2.1', 4400)))
  assert.equal(port(body(scene.take('SIP/2.0 200').message)), '4400')
  assert.equal(accept(early), '')
  close(early)
})

test('RFC 3262 5 an offer in PRACK: the phone gets it by UPDATE, its answer is in the 200 to the PRACK', async () => {
  const early = await ringing({ unacknowledged: true }), { scene, hers } = early
  hers('PRACK', { headers: [rackOf(early)], body: sdp('192.0.2.1', 4100) })
  assert.deepEqual(scene.takeAll('SIP/2.0'), [])
  const update = scene.take('UPDATE')
  assert.equal(port(body(update.message)), '4100')
  scene.pass(5_000)
  assert.deepEqual(scene.takeAll('SIP/2.0 183'), [], 'the response is acknowledged')
  scene.hear(bob, answer(update.message, 200, ['Contact: <sip:1002@192.0.2.2:5060>'], sdp('192.0.2.2', 4200)))
  const ok = scene.take('SIP/2.0 200').message
  assert.deepEqual([ok.method, port(body(ok))], ['PRACK', '4200'])
  assert.equal(accept(early), '')
  close(early)
})

test('RFC 3262 5 an offer in PRACK that the phone refuses, or cannot be told of: 488, and the response is acknowledged all the same', async () => {
  for (const update of [true, false]) {
    const early = await ringing({ unacknowledged: true, update }), { scene, hers } = early
    hers('PRACK', { headers: [rackOf(early)], body: sdp('192.0.2.1', 4100) })
    if (update) scene.hear(bob, answer(scene.take('UPDATE').message, 488))
    assert.equal(scene.take('SIP/2.0 488').message.method, 'PRACK')
    scene.pass(5_000)
    assert.deepEqual([scene.takeAll('SIP/2.0 183'), scene.takeAll('UPDATE')], [[], []])
    assert.equal(accept(early), '')
    close(early)
  }
})

for (const [by, status] of [['hers', 488], ['his', 488], ['hers', 491], ['his', 500]] as const) {
  test(`RFC 3311 5.2 an UPDATE that the other side answers ${status} (offered by ${by === 'hers' ? 'the caller' : 'the phone'}): so is the one who offered; what was agreed stays, and it may be tried again`, async () => {
    const early = await ringing(), { scene } = early, [them, us] = by === 'hers' ? [bob, '192.0.2.1'] : [alice, '192.0.2.2']
    early[by]('UPDATE', { body: sdp(us, 4100) })
    scene.hear(them, answer(scene.take('UPDATE').message, status))
    const refused = scene.take(`SIP/2.0 ${status}`).message
    assert.equal(header(refused, 'Retry-After') !== undefined, status === 500)
    early[by]('UPDATE', { body: sdp(us, 4102) })
    scene.hear(them, answer(scene.take('UPDATE').message, 200, ['Contact: <sip:x@192.0.2.2:5060>'], sdp(them.remoteAddress, 4200)))
    assert.equal(port(body(scene.take('SIP/2.0 200').message)), '4200')
    assert.equal(accept(early), '')
    close(early)
  })
}

test('RFC 3311 5.2 glare: an offer while ours is on its way is 491, while theirs waits is 500 with Retry-After', async () => {
  const early = await ringing(), { scene, hers, his } = early
  hers('UPDATE', { body: sdp('192.0.2.1', 4100) })
  const update = scene.take('UPDATE').message
  his('UPDATE', { body: sdp('192.0.2.2', 4300) })
  assert.equal(scene.take('SIP/2.0').message.status, 491)
  hers('UPDATE', { body: sdp('192.0.2.1', 4102) })
  const late = scene.take('SIP/2.0').message
  assert.deepEqual([late.status, header(late, 'Retry-After') === undefined], [500, false])
  scene.hear(bob, answer(update, 200, ['Contact: <sip:1002@192.0.2.2:5060>'], sdp('192.0.2.2', 4200)))
  assert.equal(port(body(scene.take('SIP/2.0 200').message)), '4200')
  assert.equal(accept(early), '')
  close(early)
})

test('RFC 3311 5.1, 5.2 too soon: before the first offer is answered reliably and acknowledged: the caller gets 500, the phone 491', async () => {
  const scene = await newScene({}, site)
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>', 'Supported: 100rel', allow], body: sdp('192.0.2.1') }))
  scene.takeAll('SIP/2.0 100')
  const invite = scene.take('INVITE').message
  scene.hear(bob, answer(invite, 183, ['Contact: <sip:1002@192.0.2.2:5060>', allow], sdp('192.0.2.2')))              // not reliable
  const to = header(scene.take('SIP/2.0 183').message, 'To')!
  scene.hear(alice, write('UPDATE', 'sip:192.0.2.99', { to, cseq: 2, headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body: sdp('192.0.2.1', 4100) }))
  assert.equal(scene.take('SIP/2.0').message.status, 500)
  scene.hear(bob, write('UPDATE', 'sip:192.0.2.99', { from: `${header(invite, 'To')};tag=b1`, to: header(invite, 'From')!, callId: invite.callId, cseq: 1, via: 'SIP/2.0/UDP 192.0.2.2:5060', headers: ['Contact: <sip:1002@192.0.2.2:5060>'], body: sdp('192.0.2.2', 4300) }))
  assert.equal(scene.take('SIP/2.0').message.status, 491)
  assert.deepEqual(scene.takeAll('UPDATE'), [])

  const early = await ringing({ unacknowledged: true })
  early.his('UPDATE', { body: sdp('192.0.2.2', 4300) })
  assert.equal(early.scene.take('SIP/2.0 491').message.method, 'UPDATE', 'the caller has not acknowledged yet')
})

test('RFC 3311 a side that takes no UPDATE: the offer is refused with 488, the call goes on', async () => {
  const early = await ringing({ update: false }), { scene, hers, his } = early
  hers('UPDATE', { body: sdp('192.0.2.1', 4100) })
  assert.equal(scene.take('SIP/2.0').message.status, 488)
  his('UPDATE', { body: sdp('192.0.2.2', 4300) })
  assert.equal(scene.take('SIP/2.0').message.status, 488)
  assert.deepEqual(scene.takeAll('UPDATE'), [])
  assert.equal(accept(early), '')
  close(early)
})

test('RFC 6337 2 the phone takes the call before it answers the UPDATE: the caller\'s 200 waits until both know the same', async () => {
  for (const status of [200, 488]) {
    const early = await ringing(), { scene, hers, invite, to } = early
    hers('UPDATE', { body: sdp('192.0.2.1', 4100) })
    const update = scene.take('UPDATE').message
    scene.hear(bob, answer(invite, 200, ['Contact: <sip:1002@192.0.2.2:5060>', allow]))
    scene.take('ACK')
    assert.deepEqual(scene.takeAll('SIP/2.0 200'), [])
    scene.hear(bob, answer(update, status, ['Contact: <sip:1002@192.0.2.2:5060>'], status === 200 ? sdp('192.0.2.2', 4200) : ''))
    const said = scene.takeAll('SIP/2.0')
    assert.deepEqual(said.map(({ message }) => [message.status, message.method, port(body(message))]), [[status, 'UPDATE', status === 200 ? '4200' : ''], [200, 'INVITE', '']])
    scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to, cseq: 1 }))
    assert.equal(call(scene).state, 'connected')
    close(early)
  }
})

test('RFC 6337 2 the phone takes the call before the caller has answered the phone\'s own UPDATE', async () => {
  const early = await ringing(), { scene, his, invite, to } = early
  his('UPDATE', { body: sdp('192.0.2.2', 4300) })
  const update = scene.take('UPDATE').message
  scene.hear(bob, answer(invite, 200, ['Contact: <sip:1002@192.0.2.2:5060>', allow]))
  scene.take('ACK')
  scene.hear(alice, answer(update, 200, ['Contact: <sip:1001@192.0.2.1:5060>'], sdp('192.0.2.1', 4400)))
  assert.deepEqual(scene.takeAll('SIP/2.0').map(({ message }) => [message.status, message.method, port(body(message))]), [[200, 'UPDATE', '4400'], [200, 'INVITE', '']])
  scene.hear(alice, write('ACK', 'sip:192.0.2.99', { to, cseq: 1 }))
  close(early)
})

test('RFC 3311 the phone refuses the call, or the caller gives up, with an UPDATE on its way: every request is answered, nothing is left', async () => {
  for (const how of ['486', 'BYE', 'silence'] as const) for (const by of ['hers', 'his'] as const) {
    const early = await ringing(), { scene, hers, invite } = early
    early[by]('UPDATE', { body: sdp(by === 'hers' ? '192.0.2.1' : '192.0.2.2', 4100) })
    const update = scene.take('UPDATE').message
    if (how === '486') { scene.hear(bob, answer(invite, 486)); scene.take('ACK') }
    else if (how === 'BYE') {
      hers('BYE')
      const cancel = scene.take('CANCEL').message
      scene.hear(bob, answer(cancel, 200))
      scene.hear(bob, answer(invite, 487))
      scene.take('ACK')
    } else scene.pass(33_000)
    if (how !== 'silence') scene.hear(by === 'hers' ? bob : alice, answer(update, 481))
    scene.pass(200_000)
    const finals = scene.takeAll('SIP/2.0').filter(({ message }) => message.method === 'UPDATE')
    assert.deepEqual([finals.length, finals.every(({ message }) => message.status >= 400)], [how === 'silence' ? 0 : 1, true], `${how} ${by}`)           // RFC 4320 4.2: too late is never
    const { x } = scene
    assert.deepEqual([x.calls.size, x.legs.size, x.endpoint.layer.clients.size, x.endpoint.layer.servers.size], [0, 0, 0, 0], `${how} ${by}`)
  }
})

test('A22 RFC 3311 plain RTP in an early UPDATE of or to a phone that insists on SRTP: 488, it never goes further', async () => {
  const secure = (address: string, at = 4000) => `${sdp(address, at).replace('RTP/AVP', 'RTP/SAVP')}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${address.endsWith('1') ? 'A' : 'B'}${'AAAA'.repeat(9)}AAA\r\n`
  const scene = await newScene({}, site.replaceAll('mediaSecurity: "off", address: 192.0.2.1 }', 'mediaSecurity: required, address: 192.0.2.1 }').replaceAll('mediaSecurity: "off", address: 192.0.2.2 }', 'mediaSecurity: preferred, address: 192.0.2.2 }'))
  register(scene, bob, '1002', '<sip:1002@192.0.2.2:5060>')
  scene.hear(alice, write('INVITE', 'sip:1002@example.test', { headers: ['Contact: <sip:1001@192.0.2.1:5060>', 'Supported: 100rel', allow], body: secure('192.0.2.1') }))
  scene.takeAll('SIP/2.0 100')
  const invite = scene.take('INVITE').message
  scene.hear(bob, answer(invite, 183, ['Contact: <sip:1002@192.0.2.2:5060>', 'Require: 100rel', 'RSeq: 7', allow], secure('192.0.2.2')))
  scene.hear(bob, answer(scene.take('PRACK').message, 200))
  const to = header(scene.take('SIP/2.0 183').message, 'To')!
  scene.hear(alice, write('PRACK', 'sip:192.0.2.99', { to, cseq: 2, headers: [rackOf({ scene })] }))
  scene.take('SIP/2.0 200')
  scene.hear(alice, write('UPDATE', 'sip:192.0.2.99', { to, cseq: 3, headers: ['Contact: <sip:1001@192.0.2.1:5060>'], body: sdp('192.0.2.1', 4100) }))
  assert.match(header(scene.take('SIP/2.0 488').message, 'Warning')!, /SRTP/)
  scene.hear(bob, write('UPDATE', 'sip:192.0.2.99', { from: `${header(invite, 'To')};tag=b1`, to: header(invite, 'From')!, callId: invite.callId, cseq: 1, via: 'SIP/2.0/UDP 192.0.2.2:5060', headers: ['Contact: <sip:1002@192.0.2.2:5060>'], body: sdp('192.0.2.2', 4300) }))
  assert.match(header(scene.take('SIP/2.0 488').message, 'Warning')!, /SRTP/)
  assert.deepEqual(scene.takeAll('UPDATE'), [])
})

test('RFC 3262 5 RFC 3261 13.2.2.4 a phone that forks: the 200 without a description belongs to what its own early dialog said', async () => {
  const early = await ringing(), { scene, invite } = early
  scene.hear(bob, answer(invite, 183, ['Contact: <sip:1002@192.0.2.2:5062>', 'Require: 100rel', 'RSeq: 1', allow], sdp('192.0.2.2', 4900), 'b2'))
  scene.hear(bob, answer(scene.take('PRACK').message, 200))
  scene.take('SIP/2.0 183')
  early.hers('PRACK', { headers: [rackOf(early)] })
  scene.takeAll('SIP/2.0')
  scene.hear(bob, answer(invite, 200, ['Contact: <sip:1002@192.0.2.2:5060>', allow]))
  const leg = [...scene.x.legs.values()].find((one) => one.side === 'out')!
  assert.equal(port(leg.remoteSdp), '4000')
})
