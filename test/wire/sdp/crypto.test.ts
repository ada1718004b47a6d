import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { cryptoLines, maxCrypto, offeredCrypto, parseCrypto } from '../../../src/wire/sdp/index.ts'
import { key, medium } from './fixtures.ts'

const cm = `AES_CM_128_HMAC_SHA1_80 inline:${key.a}`
const octets = (n: number) => Buffer.alloc(n, 7).toString('base64')
const line = (suite: string, n: number) => `1 ${suite} inline:${octets(n)}`

/** value, 'strong' | 'weak' | 'invalid'. */
const tables: Record<string, [string, string][]> = {
  'RFC 4568 9.1: tag and suite': [
    [`1 ${cm}`, 'strong'], [`999999999 ${cm}`, 'strong'], [`1000000000 ${cm}`, 'invalid'], [`01 ${cm}`, 'invalid'], [`-1 ${cm}`, 'invalid'], [cm, 'invalid'],
    ['', 'invalid'], ['1', 'invalid'], ['1 AES_CM_128_HMAC_SHA1_80', 'invalid'], [`1  ${cm} `, 'strong'],
  ],
  'RFC 4568 6.2, RFC 6188 4, RFC 7714 14: the key has the length of its suite': [
    [line('AES_CM_128_HMAC_SHA1_80', 30), 'strong'], [line('AES_CM_128_HMAC_SHA1_32', 30), 'strong'], [line('F8_128_HMAC_SHA1_80', 30), 'strong'],
    [line('AES_192_CM_HMAC_SHA1_80', 38), 'strong'], [line('AES_256_CM_HMAC_SHA1_80', 46), 'strong'], [line('AES_256_CM_HMAC_SHA1_32', 46), 'strong'],
    [line('AEAD_AES_128_GCM', 28), 'strong'], [line('AEAD_AES_256_GCM', 44), 'strong'],
    [line('AES_CM_128_HMAC_SHA1_80', 29), 'invalid'], [line('AES_CM_128_HMAC_SHA1_80', 46), 'invalid'], [line('AEAD_AES_256_GCM', 46), 'invalid'],
    [line('AEAD_AES_128_GCM', 28).replaceAll('=', ''), 'strong'], [line('AES_256_CM_HMAC_SHA1_80', 30), 'invalid'],
  ],
  'A22 a suite that we do not know is read and does not count as protection': [
    [line('NULL_HMAC_SHA1_80', 30), 'weak'], [line('SEED_CTR_128_HMAC_SHA1_80', 30), 'weak'], [line('toString', 30), 'weak'], [line('aes_cm_128_hmac_sha1_80', 30), 'weak'],
  ],
  'RFC 4568 6.1: base64 and nothing else': [
    [`1 AES_CM_128_HMAC_SHA1_80 inline:${key.a.replace('d', '*')}`, 'invalid'], ['1 AES_CM_128_HMAC_SHA1_80 inline:', 'invalid'], [`1 AES_CM_128_HMAC_SHA1_80 ${key.a}`, 'invalid'],
    [`1 AES_CM_128_HMAC_SHA1_80 uri:${key.a}`, 'invalid'], [`1 AES_CM_128_HMAC_SHA1_80 inline:=${key.a}`, 'invalid'], [`1 X inline:${'A'.repeat(5)}`, 'invalid'],
    [`1 AES_CM_128_HMAC_SHA1_80 Inline:${key.a}`, 'strong'],
  ],
  'RFC 4568 6.1: lifetime': [
    [`1 ${cm}|2^20`, 'strong'], [`1 ${cm}|2^48`, 'strong'], [`1 ${cm}|2^49`, 'invalid'], [`1 ${cm}|1000`, 'strong'], [`1 ${cm}|0`, 'invalid'], [`1 ${cm}|01`, 'invalid'],
    [`1 ${cm}|2^0`, 'invalid'], [`1 ${cm}|281474976710656`, 'strong'], [`1 ${cm}|281474976710657`, 'invalid'], [`1 ${cm}|`, 'invalid'], [`1 ${cm}|2^20|2^20`, 'invalid'],
  ],
  'RFC 4568 6.1: master key identifier': [
    [`1 ${cm}|1:4`, 'strong'], [`1 ${cm}|2^20|1066:4`, 'strong'], [`1 ${cm}|1:128`, 'strong'], [`1 ${cm}|1:129`, 'invalid'], [`1 ${cm}|1:0`, 'invalid'], [`1 ${cm}|0:4`, 'invalid'],
    [`1 ${cm}|1:`, 'invalid'], [`1 ${cm}|:4`, 'invalid'], [`1 ${cm}|x:4`, 'invalid'], [`1 ${cm}|1:4|2^20`, 'invalid'], [`1 ${cm}|1:04`, 'invalid'],
  ],
  'RFC 4568 6.1: several keys each have an identifier of one length': [
    [`1 ${cm}|1:4;inline:${key.b}|2:4`, 'strong'], [`1 ${cm}|1:4;inline:${key.b}|2:2`, 'invalid'], [`1 ${cm}|1:4;inline:${key.b}`, 'invalid'], [`1 ${cm};inline:${key.b}`, 'invalid'],
    [`1 ${cm}|1:4;`, 'invalid'],
  ],
  'A22 RFC 4568 6.3: a session parameter that takes protection away makes the line weak': [
    [`1 ${cm} KDR=3 WSH=64`, 'strong'], [`1 ${cm} UNENCRYPTED_SRTCP`, 'strong'], [`1 ${cm} UNENCRYPTED_SRTP`, 'weak'], [`1 ${cm} UNAUTHENTICATED_SRTP`, 'weak'],
    [`1 ${cm} KDR=3 UNENCRYPTED_SRTP`, 'weak'], [`1 ${cm} SOMETHING_NEW`, 'weak'], [`1 ${cm} -OPTIONAL`, 'strong'],
  ],
}

for (const [name, rows] of Object.entries(tables)) {
  test(name, () => {
    for (const [value, expected] of rows) {
      const crypto = parseCrypto(value)
      assert.deepEqual([value, crypto === undefined ? 'invalid' : crypto.strong ? 'strong' : 'weak'], [value, expected])
    }
  })
}

test('RFC 4568 9: all parts of a crypto line', () => {
  const crypto = parseCrypto(`7 ${cm}|2^20|1066:4;inline:${key.b}|2^31|2:4 KDR=3`)!
  assert.deepEqual([crypto.tag, crypto.suite, crypto.parameters], [7, 'AES_CM_128_HMAC_SHA1_80', ['KDR=3']])
  assert.deepEqual(crypto.keys.map((k) => [k.keySalt.reveal(), k.lifetime, k.mki]), [[key.a, 2 ** 20, { value: '1066', octets: 4 }], [key.b, 2 ** 31, { value: '2', octets: 4 }]])
})

test('R254 a key does not print', () => {
  const crypto = parseCrypto(`1 ${cm}`)!
  for (const printed of [JSON.stringify(crypto), inspect(crypto, { depth: 9 }), String(crypto.keys[0]!.keySalt)]) assert.ok(!printed.includes(key.a.slice(0, 12)), printed)
})

test('RFC 4568 5.1: lines in order of preference; invalid ones and repeated tags are passed over', () => {
  const media = medium('m=audio 1 RTP/SAVP 0', `a=crypto:2 AEAD_AES_128_GCM inline:${key.gcm}`, 'a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:short', `a=crypto:1 ${cm}`, `a=crypto:2 ${cm}`)
  assert.deepEqual(cryptoLines(media).map((c) => `${c.tag} ${c.suite}`), ['2 AEAD_AES_128_GCM', '1 AES_CM_128_HMAC_SHA1_80'])
})

test('RFC 5939 3.4.2: crypto of a potential configuration is offered too', () => {
  const media = medium(`a=acap:2 crypto:2 ${cm}`, 'm=audio 1 RTP/AVP 0', `a=acap:1 crypto:1 ${cm}`, 'a=acap:3 key-mgmt:mikey AAAA')
  assert.deepEqual(cryptoLines(media), [])
  assert.deepEqual(offeredCrypto(media).map((c) => c.tag), [1, 2])
})

test('A8 RFC 5939: no more potential crypto lines are read than a medium may have', () => {
  const media = medium('m=audio 1 RTP/AVP 0', ...Array.from({ length: 150 }, (_, i) => `a=acap:${i + 1} crypto:${i + 1} ${cm}`))
  assert.deepEqual(offeredCrypto(media).map((c) => c.tag), Array.from({ length: maxCrypto }, (_, i) => i + 1))
})
