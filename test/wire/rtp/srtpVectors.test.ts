/** The published vectors of SRTP: those of the RFCs stand here, those of libsrtp lie in the folder of shared material. */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { printRtp } from '../../../src/wire/rtp/index.ts'
import { secret } from '../../../src/kit/secret.ts'
import { newCounterMode } from '../../../src/wire/rtp/srtp/counterMode.ts'
import { deriveKeys, expand } from '../../../src/wire/rtp/srtp/derive.ts'
import { newGalois } from '../../../src/wire/rtp/srtp/galois.ts'
import { authenticate, newHmacSha1 } from '../../../src/wire/rtp/srtp/hmacSha1.ts'
import { keyLength, newReceiver, newSender, ownKey, protectRtcp, protectRtp, type SuiteName, unprotectRtcp, unprotectRtp } from '../../../src/wire/rtp/srtp/index.ts'
import { layOut, type Place } from '../../../src/wire/rtp/srtp/transform.ts'
import { folder, isThere } from '../../vectors/vectors.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const at = (place: Partial<Place>): Place => ({ head: 12, end: 0, tagAt: 0, total: 0, indexAt: 0, mkiAt: 0, ssrc: 0, index: 0, ...place })

const keystreams: Record<string, [key: string, [block: number, stream: string][]]> = {
  'RFC 3711 B.2 AES-128': ['2B7E151628AED2A6ABF7158809CF4F3C', [[0, 'E03EAD0935C95E80E166B16DD92B4EB4'], [1, 'D23513162B02D0F72A43A2FE4A5F97AB'], [2, '41E95B3BB0A2E8DD477901E4FCA894C0']]],
  'RFC 6188 7.1 AES-256': ['57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98', [[0, '92bdd28a93c3f52511c677d08b5515a4'], [1, '9da71b2378a854f67050756ded165bac'], [2, '63c4868b7096d88421b563b8c94c9a31']]],
  'RFC 6188 7.3 AES-192': ['eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7', [[0, '35096cba4610028dc1b57503804ce37c'], [1, '5de986291dcce161d5165ec4568f5c9a'], [2, '474a40c77894bc17180202272a4c264d']]],
}
for (const [name, [key, blocks]] of Object.entries(keystreams)) {
  test(`${name}: the keystream`, () => {
    const packet = Buffer.alloc(48 + 10)
    newCounterMode({ key: hex(key), salt: hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd'), authentication: Buffer.alloc(20) }, 10, false).seal(packet, at({ head: 0, end: 48, tagAt: 48 }))
    for (const [block, stream] of blocks) assert.equal(packet.toString('hex', block * 16, block * 16 + 16), stream.toLowerCase())
  })
}

const derivations: Record<string, { key: string, salt: string, cipherKey: string, cipherSalt: string, authentication: string }> = {
  'RFC 3711 B.3 AES-128': {
    key: 'E1F97A0D3E018BE0D64FA32C06DE4139', salt: '0EC675AD498AFEEBB6960B3AABE6', cipherKey: 'C61E7A93744F39EE10734AFE3FF7A087', cipherSalt: '30CBBC08863D8C85D49DB34A9AE1',
    authentication: 'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2',
  },
  'RFC 6188 7.2 AES-256': {
    key: 'f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6', salt: '3b04803de51ee7c96423ab5b78d2',
    cipherKey: '5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4', cipherSalt: 'fa31791685ca444a9e07c6c64e93', authentication: 'fd9c32d39ed5fbb5a9dc96b30818454d1313dc05',
  },
  'RFC 6188 7.4 AES-192': {
    key: '73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1', salt: 'c8522f3acd4ce86d5add78edbb11',
    cipherKey: '31874736a8f1143870c26e4857d8a5b2c4a354407faadabb', cipherSalt: '2372b82d639b6d8503a47adc0a6c', authentication: '355b10973cd95b9eacf4061c7e1a7151e7cfbfcb',
  },
}
for (const [name, { key, salt, cipherKey, cipherSalt, authentication }] of Object.entries(derivations)) {
  test(`${name}: the session keys`, () => {
    for (const [label, want] of [[0, cipherKey], [1, authentication], [2, cipherSalt]] as const) assert.equal(expand(hex(key), hex(salt), label, want.length / 2).toString('hex'), want.toLowerCase())
  })
}

test('RFC 3711 8.2, B.3: the keys of RTP and RTCP of one master key are all different', () => {
  const key = { suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: secret(hex('E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6').toString('base64')) } as const
  const [rtp, rtcp] = [deriveKeys(key, false), deriveKeys(key, true)]
  assert.equal(rtp.key.toString('hex'), 'c61e7a93744f39ee10734afe3ff7a087')
  assert.equal(new Set([rtp, rtcp].flatMap((keys) => [keys.key, keys.authentication.subarray(0, 14), keys.salt]).map((octets) => octets.toString('hex', 0, 14))).size, 6)
})

const gallia = '8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573'
const packets: Record<string, { octets: 16 | 32, plain: string, sealed: string }> = {
  'RFC 7714 16.1.1, 16.1.2 AES-128': { octets: 16, plain: gallia, sealed: '8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce' },
  'RFC 7714 16.2.1, 16.2.2 AES-256': { octets: 32, plain: gallia, sealed: '8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13' },
}
const quidProQuo = hex('51756964 2070726f 2071756f'), count = (octets: number) => Buffer.from(Array.from({ length: octets }, (_, i) => i))
for (const [name, { octets, plain, sealed }] of Object.entries(packets)) {
  test(`${name}: RTP sealed and opened`, () => {
    const transform = newGalois({ key: count(octets), salt: quidProQuo, authentication: Buffer.alloc(0) }, false), packet = Buffer.concat([hex(plain), Buffer.alloc(16)])
    const place = at({ end: 50, ssrc: 0x5501a0b2, index: 0xf17b })
    layOut(place, true, 16, 0, false)
    transform.seal(packet, place)
    assert.deepEqual(packet, hex(sealed))
    assert.equal(transform.open(packet, place), true)
    assert.deepEqual(packet.subarray(0, 50), hex(plain))
    packet[3]! ^= 1
    assert.equal(transform.open(packet, place), false)
  })
}

const mars = '81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef'
const reports: Record<string, { octets: 16 | 32, sealed: string }> = {
  'RFC 7714 17.1 AES-128': { octets: 16, sealed: '81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4' },
  'RFC 7714 17.2 AES-256': { octets: 32, sealed: '81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4' },
}
for (const [name, { octets, sealed }] of Object.entries(reports)) {
  test(`${name}: RTCP sealed and opened`, () => {
    const transform = newGalois({ key: count(octets), salt: quidProQuo, authentication: Buffer.alloc(0) }, true), packet = Buffer.concat([hex(mars), Buffer.alloc(16), hex('800005d4')])
    const place = at({ head: 8, end: 52, ssrc: 0x4d617273, index: 0x5d4 })
    layOut(place, true, 16, 0, true)
    transform.seal(packet, place)
    assert.deepEqual(packet, hex(sealed))
    assert.equal(transform.open(packet, place), true)
    assert.deepEqual(packet.subarray(0, 52), hex(mars))
  })
}

test('RFC 2104 4, FIPS 180-4 6.1: HMAC-SHA1 of every length equals node:crypto\'s', () => {
  for (let length = 0; length < 400; length++) {
    const key = Buffer.alloc(1 + length % 64, length * 7 + 1), octets = Buffer.from(Array.from({ length }, (_, i) => i * length + 3)), mac = newHmacSha1(key)
    for (let again = 0; again < 2; again++) assert.equal(Buffer.from(Array.from(authenticate(mac, octets, length), (word) => [word >> 24, word >> 16, word >> 8, word]).flat()).toString('hex'), createHmac('sha1', key).update(octets).digest('hex'), `${length} octets`)
  }
})

interface Driver { readonly arrays: Readonly<Record<string, string>>, readonly test_key: string, readonly test_key_gcm: string }
const drivers: Record<string, { suite: SuiteName, key: (driver: Driver) => string, plain: string, control: boolean }> = {
  'libsrtp-srtp_validate.json': { suite: 'AES_CM_128_HMAC_SHA1_80', key: (d) => d.test_key.slice(0, 60), plain: 'srtp_plaintext_ref', control: true },
  'libsrtp-srtp_validate_aes_192.json': { suite: 'AES_192_CM_HMAC_SHA1_80', key: (d) => d.arrays.aes_192_test_key!, plain: 'srtp_plaintext_ref', control: false },
  'libsrtp-srtp_validate_aes_256.json': { suite: 'AES_256_CM_HMAC_SHA1_80', key: (d) => d.arrays.aes_256_test_key!, plain: 'srtp_plaintext_ref', control: false },
  'libsrtp-srtp_validate_gcm.json': { suite: 'AEAD_AES_128_GCM', key: (d) => d.test_key_gcm, plain: 'rtp_plaintext_ref', control: true },
}
for (const [file, { suite, key, plain, control }] of Object.entries(drivers)) {
  test(`RFC 3711 3.1, RFC 7714 8: libsrtp's ${file}`, (t) => {
    if (!isThere(t, join('srtp', file))) return
    const driver = JSON.parse(readFileSync(join(folder, 'srtp', file), 'utf8')) as Driver, octets = (name: string) => hex(driver.arrays[name] ?? '')
    const master = { suite, keySalt: secret(hex(key(driver)).toString('base64')) }, sender = newSender(master), receiver = newReceiver(master)
    const wire = Buffer.concat([octets(plain), Buffer.alloc(40)]), length = Number(protectRtp(sender, wire, octets(plain).length))
    assert.deepEqual(wire.subarray(0, length), octets('srtp_ciphertext'))
    assert.equal(unprotectRtp(receiver, wire, length), octets(plain).length)
    assert.deepEqual(wire.subarray(0, octets(plain).length), octets(plain))
    if (!control) return
    const before = Buffer.concat([octets('rtcp_plaintext_ref'), Buffer.alloc(40)]), report = Buffer.from(before), end = octets('rtcp_plaintext_ref').length
    protectRtcp(sender, before, end)                                  // libsrtp counts from 1, RFC 3711 3.4 from 0
    const total = Number(protectRtcp(sender, report, end))
    assert.deepEqual(report.subarray(0, total), octets('srtcp_ciphertext'))
    assert.equal(unprotectRtcp(receiver, report, total), end)
    assert.deepEqual(report.subarray(0, end), octets('rtcp_plaintext_ref'))
  })
}

/** What libsrtp 2.5.0 makes of 700 packets of one stream, across two rounds of its sequence numbers, and of five reports: SHA-256 of all octets. */
const longRuns: Partial<Record<SuiteName, string>> = {
  AES_CM_128_HMAC_SHA1_80: '0e7e7a6eccba0d9b3155fd5fdda29b5c5e2cd28710930a9bc029af3d0281d9dc',
  AES_CM_128_HMAC_SHA1_32: '458dde607e273b0899d7eaa6871f9bccb7f74ad51208c7661b3d3d8b29645a15',
  AES_256_CM_HMAC_SHA1_32: '0a8de87284c6a88678f4bc1574fd53e99df2cbc43306ec9ae4be89613e44512a',
  AEAD_AES_128_GCM: 'bf2f4154b27204d7988fcd5268c314a538f3949b6dfce72e7911d47c919f0036',
  AEAD_AES_256_GCM: 'bb623410d216a975578b3c64d84caa3ded138c334716479059f51478b5516fb7',
}
for (const [suite, digest] of Object.entries(longRuns) as [SuiteName, string][]) {
  test(`RFC 3711 3.3.1, 3.4 ${suite}: a long stream and its reports are octet for octet libsrtp's`, () => {
    const sender = newSender(ownKey(suite, Uint8Array.from({ length: keyLength(suite) }, (_, i) => i * 3 + 1))), all = createHash('sha256')
    for (let n = 65_000; n < 135_000; n += 100) {
      const length = 12 + n % 177, packet = Buffer.alloc(length + 20)
      printRtp({ payloadType: 8, sequence: n & 0xffff, timestamp: 0x0100_0000, ssrc: 0xcafe_babe, payload: Uint8Array.from({ length: length - 12 }, (_, i) => (i + 12) * n) }).copy(packet)
      all.update(packet.subarray(0, Number(protectRtp(sender, packet, length))))
    }
    for (let n = -1; n < 5; n++) {                                    // libsrtp counts reports from 1, RFC 3711 3.4 from 0
      const report = Buffer.concat([hex('81c80006 cafebabe'), Buffer.alloc(20, n), Buffer.alloc(30)]), length = Number(protectRtcp(sender, report, 28))
      if (n >= 0) all.update(report.subarray(0, length))
    }
    assert.equal(all.digest('hex'), digest)
  })
}
