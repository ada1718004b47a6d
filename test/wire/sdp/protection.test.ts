import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyMediumProtected, isProtected, protectionOffered, redactKeys } from '../../../src/wire/sdp/index.ts'
import { head, key, md5, medium, sdp, sha256, text } from './fixtures.ts'

const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key.a}`

test('RFC 8643, 5939, 5763: what is offered', () => {
  const rows: [string[], string][] = [
    [['m=audio 1 RTP/AVP 0'], 'none'],
    [['m=audio 1 RTP/AVPF 0'], 'none'],
    [['m=audio 1 RTP/AVP 0', crypto], 'optional'],
    [['m=audio 1 RTP/AVP 0', sha256], 'optional'],
    [[sha256, 'm=audio 1 RTP/AVP 0'], 'optional'],
    [['m=audio 1 RTP/AVP 0', 'a=tcap:1 RTP/SAVP', 'a=pcfg:1 t=1'], 'optional'],
    [['a=tcap:1 RTP/AVPF UDP/TLS/RTP/SAVP', 'm=audio 1 RTP/AVP 0', 'a=pcfg:1 t=2'], 'optional'],
    [['m=audio 1 RTP/AVP 0', 'a=tcap:1 RTP/AVPF'], 'none'],
    [['m=audio 1 RTP/SAVP 0'], 'required'],
    [['m=audio 1 RTP/SAVPF 0'], 'required'],
    [['m=audio 1 UDP/TLS/RTP/SAVP 0'], 'required'],
    [['m=audio 1 UDP/TLS/RTP/SAVPF 0'], 'required'],
    [['m=audio 1 rtp/savp 0'], 'required'],
    [['m=audio 1 TCP/DTLS/RTP/SAVPF 0'], 'required'],
    [['m=message 1 TCP/TLS/MSRP *'], 'required'],
    [['m=message 1 TCP/MSRP *'], 'none'],
    [['m=image 1 udptl t38'], 'none'],
    [['m=audio 1 toString 0'], 'none'],
    [['m=audio 1 XRTP/SAVPX 0'], 'none'],
  ]
  for (const [lines, expected] of rows) assert.deepEqual([lines, protectionOffered(medium(...lines))], [lines, expected])
})

test('A22 R253 a medium is protected by a secure transport with a key that can be judged', () => {
  const rows: [string[], boolean][] = [
    [['m=audio 1 RTP/SAVP 0', crypto], true],
    [['m=audio 1 RTP/SAVP 0'], false],
    [['m=audio 1 RTP/SAVP 0', crypto.slice(0, -4)], false],
    [['m=audio 1 RTP/SAVP 0', `${crypto} UNENCRYPTED_SRTP`], false],
    [['m=audio 1 RTP/SAVP 0', `${crypto} UNAUTHENTICATED_SRTP`], false],
    [['m=audio 1 RTP/SAVP 0', crypto.replace('AES_CM', 'NULL_CM')], false],
    [['m=audio 1 RTP/SAVP 0', `${crypto} UNENCRYPTED_SRTP`, crypto.replace(':1', ':2')], true],
    [['m=audio 1 RTP/SAVP 0', sha256], true],
    [['m=audio 1 RTP/AVP 0', crypto], false],
    [['m=audio 1 UDP/TLS/RTP/SAVPF 0', sha256], true],
    [[sha256, 'm=audio 1 UDP/TLS/RTP/SAVPF 0'], true],
    [['m=audio 1 UDP/TLS/RTP/SAVPF 0', crypto], false],
    [['m=audio 1 UDP/TLS/RTP/SAVPF 0', md5], false],
  ]
  for (const [lines, expected] of rows) assert.deepEqual([lines, isProtected(medium(...lines))], [lines, expected])
})

test('A22 every open medium counts, of any kind; closed ones do not', () => {
  const good = ['m=audio 1 RTP/SAVP 0', crypto]
  assert.equal(everyMediumProtected(sdp(...good)), true)
  assert.equal(everyMediumProtected(sdp(...good, 'm=video 1 RTP/AVP 31')), false)
  assert.equal(everyMediumProtected(sdp(...good, 'm=image 1 udptl t38')), false)
  assert.equal(everyMediumProtected(sdp(...good, 'm=x-anything 1 TCP any')), false)
  assert.equal(everyMediumProtected(sdp(...good, 'm=video 0 RTP/AVP 31')), true)
  assert.equal(everyMediumProtected(sdp(...good, 'm=video 0 RTP/AVP 31', 'a=bundle-only')), false)
})

test('R254 keys of every kind go from what is logged, the rest stays', () => {
  const rows: [string, string][] = [
    [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key.a}|2^20|1:4 KDR=3`, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[key]|2^20|1:4 KDR=3'],
    [`a=crypto:1 AEAD_AES_128_GCM inline:${key.gcm} UNENCRYPTED_SRTCP`, 'a=crypto:1 AEAD_AES_128_GCM inline:[key] UNENCRYPTED_SRTCP'],
    [`a=crypto:1 X_Y inline:${key.a}|1:4;inline:${key.b}|2:4`, 'a=crypto:1 X_Y inline:[key]|1:4;inline:[key]|2:4'],
    [`a=crypto:1 X_Y inline:${key.a} FEC_KEY=inline:${key.b}`, 'a=crypto:1 X_Y inline:[key] [key]'],
    [`a=acap:1 crypto:1 X_Y inline:${key.a}|2^20|1:32`, 'a=acap:1 crypto:1 X_Y inline:[key]|2^20|1:32'],
    [`a=CRYPTO:1 X_Y INLINE:${key.a}`, 'a=CRYPTO:1 X_Y INLINE:[key]'],
    [`a=crypto:1 X_Y ${key.a}`, 'a=crypto:1 X_Y [key]'],
    [`a=crypto:1 ${key.a}`, 'a=crypto:1 [key]'],
    [`a=crypto:1 X_Y inline: ${key.a}`, 'a=crypto:1 X_Y inline:[key] [key]'],
    [`a=crypto:1\tX_Y\tinline:${key.a}`, 'a=crypto:1 X_Y inline:[key]'],
    [`a=crypto:1 X_Y inline:${key.a}|${key.b}`, 'a=crypto:1 X_Y inline:[key]|[key]'],
    [`a=x-mine:inline:${key.a}|2^20`, 'a=x-mine:inline:[key]|2^20'],
    [`a=acap:1 line:${key.a}crypto:1 X_Y inline:${key.a}`, 'a=acap:1 line:[key]crypto:1 X_Y inline:[key]'],
    ['k=clear:secret', 'k=[key]'],
    ['K=base64:secret', 'k=[key]'],
    ['a=key-mgmt:mikey AQAFgM0Xfl', 'a=key-mgmt:[key]'],
    ['a=acap:3 key-mgmt:mikey AQAFgM0Xfl', 'a=acap:3 key-mgmt:[key]'],
    ['a=ice-pwd:asd88fgpdd777uzjYhagZg', 'a=ice-pwd:[key]'],
    [sha256, sha256],
    ['a=x-k=1', 'a=x-k=1'],
  ]
  for (const [line, expected] of rows) assert.equal(redactKeys(line), expected)
})

test('R254 a whole message keeps its form', () => {
  const message = text('INVITE sip:1002@example.test SIP/2.0', 'k: timer', 'Content-Type: application/sdp', '', ...head, 'm=audio 1 RTP/SAVP 0', crypto, sha256)
  assert.equal(redactKeys(message), message.replace(key.a, '[key]'))
  assert.equal(redactKeys(message.replaceAll('\r', '')), message.replace(key.a, '[key]').replaceAll('\r', ''))
})
