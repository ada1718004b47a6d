import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  activeOffer, asOurs, direction, heldOffer, inactiveOffer, newOrigin, origin, parseSdp, printSdp, sameMedia, setDirection, setOrigin, type OriginState, type Sdp,
} from '../../../src/wire/sdp/index.ts'
import { sdp, tail } from './fixtures.ts'

const random = { token: () => 'unused', below: () => 4710 }
const audio = 'm=audio 49170 RTP/AVP 0'
const said = (state: OriginState, value: Sdp) => { const o = origin(asOurs(state, value)); return `${o.user} ${o.sessionId} ${o.version} ${o.address}` }

test('RFC 3264 8: the version grows by one exactly when the rest changed', () => {
  let state = newOrigin(random, '198.51.100.1')
  const first = sdp(audio), held = sdp(audio, 'a=sendonly')
  const rows: [string, Sdp, string][] = [
    ['first', first, '1'],
    ['the same again', first, '1'],
    ['another o= line of the far end alone', setOrigin(first, 'bob', '99', '100', '203.0.113.7'), '1'],
    ['held', held, '2'],
    ['held again', held, '2'],
    ['back: what was said before last is a change too', first, '3'],
    ['another phone answers', sdp('m=audio 2000 RTP/AVP 8'), '4'],
  ]
  for (const [what, value, version] of rows) {
    assert.equal(said(state, value), `- 4711 ${version} 198.51.100.1`, what)
    state = structuredClone(state)   // it can be stored, or moved to another node, between any two rows
  }
})

test('RFC 3264 8: what is said is what is kept, and it can be read', () => {
  const state = newOrigin(random, '2001:db8::1')
  const ours = asOurs(state, sdp(audio))
  assert.equal(printSdp(ours), state.lastText)
  assert.match(state.lastText, /^v=0\r\no=- 4711 1 IN IP6 2001:db8::1\r\ns=-\r\n/)
  assert.ok(parseSdp(state.lastText).ok)
})

test('RFC 8866 5.2: nothing of the far end stays in the o= line', () => {
  assert.doesNotMatch(printSdp(asOurs(newOrigin(random, '198.51.100.1'), sdp(audio))), /alice|2890844526/)
})

test('RFC 3264 8.4, RFC 3725 7: offers that hold, that wait, that go on', () => {
  const all = sdp('a=recvonly', audio, audio, 'a=sendrecv', audio, 'a=sendonly', audio, 'a=inactive', 'm=video 0 RTP/AVP 31', 'a=sendrecv')
  const directions = (value: Sdp) => value.media.map(direction).join(' ')
  assert.equal(directions(heldOffer(all)), 'inactive sendonly sendonly inactive sendrecv')
  assert.equal(directions(inactiveOffer(all)), 'inactive inactive inactive inactive sendrecv')
  assert.equal(directions(activeOffer(all)), 'sendrecv sendrecv sendrecv sendrecv sendrecv')
  assert.deepEqual(tail(inactiveOffer(sdp(audio, 'a=ptime:20'))), [audio, 'a=ptime:20', 'a=inactive'])
})

test('RFC 4028 7.4: a session refresh is the same in all but its o= line', () => {
  const a = sdp(audio, 'a=sendrecv')
  assert.ok(sameMedia(a, setOrigin(a, 'x', '9', '9', '192.0.2.99')))
  assert.ok(!sameMedia(a, setDirection(a, 0, 'inactive')))
  assert.ok(!sameMedia(a, sdp(audio, 'a=sendrecv', audio)))
  assert.ok(!sameMedia(a, sdp('b=AS:64', audio, 'a=sendrecv')))
})
