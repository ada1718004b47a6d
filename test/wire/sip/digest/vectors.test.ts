/** Responses as the RFCs and the shared vectors compute them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { algorithmOf, ha1, response } from '../../../../src/wire/sip/digest/index.ts'
import { secret } from '../../../../src/kit/secret.ts'
import { folder as vectors, isThere } from '../../../vectors/vectors.ts'

interface Vector {
  algorithm: string; username: string; realm: string; password: string; method: string; uri: string
  nonce: string; nc: string; cnonce: string; qop: string; body?: string; response: string
}

function computed(v: Vector): string {
  const algorithm = algorithmOf(v.algorithm)!
  return response(algorithm, ha1(algorithm.hash, v.username, v.realm, secret(v.password)).reveal(), { ...v, body: v.body ?? '' })
}

const mufasa = { username: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life', method: 'GET', uri: '/dir/index.html', qop: 'auth',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v', nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' }
const old = { ...mufasa, realm: 'testrealm@host.com', password: 'Circle Of Life', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', cnonce: '0a4f113b' }
const jason = { username: 'J\u00e4s\u00f8n Doe', realm: 'api@example.org', password: 'Secret, or not?', method: 'GET', uri: '/doe.json', qop: 'auth',
  nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK', nc: '00000001', cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v' }

const table: [name: string, vector: Vector][] = [
  ['RFC 7616 3.9.1 MD5', { ...mufasa, algorithm: 'MD5', response: '8ca523f5e9506fed4657c9700eebdbec' }],
  ['RFC 7616 3.9.1 SHA-256', { ...mufasa, algorithm: 'SHA-256', response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1' }],
  ['RFC 2617 3.5 MD5, algorithm absent', { ...old, algorithm: 'MD5', response: '6629fae49393a05397450978507c4ef1' }],
  ['RFC 2617 3.2.2.1 without qop', { ...old, qop: '', algorithm: 'MD5', response: '670fd8c2df070c60b045671b8b24ff02' }],
  // RFC 7616 3.9.2 prints the first 256 bits of SHA-512 (errata); SHA-512/256 of FIPS 180-4 gives this, as the shared vectors' README says
  ['RFC 7616 3.9.2 SHA-512-256, computed', { ...jason, algorithm: 'SHA-512-256', response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5' }],
  // the rows below were computed by another implementation (Python's hashlib)
  ['RFC 8760 2.6 point 7: auth-int of an empty body hashes the empty string',
    { ...mufasa, algorithm: 'SHA-256', qop: 'auth-int', response: '8bdf6f15638e260831e905028de5450562816d093c9bfc5c13d3a46adcdde940' }],
  ['RFC 7616 3.4.3: auth-int covers the body octet by octet',
    { ...mufasa, algorithm: 'SHA-256', qop: 'auth-int', body: 'v=0\r\n\xe4', response: 'f4d06fd31bc637e771816c0c8868c9a74016338bcb22bd6b6d84ff63cccf71e4' }],
  ['RFC 7616 3.4.2: a session algorithm, in any case, hashes nonce and cnonce into A1',
    { ...mufasa, algorithm: 'md5-SESS', response: 'e783283f46242139c486a698fec7211d' }],
]
for (const [name, vector] of table) test(name, () => assert.equal(computed(vector), vector.response))

const folder = join(vectors, 'digest')
test('RFC 7616: the shared digest vectors', (t) => {
  if (!isThere(t, 'digest')) return
  const files = readdirSync(folder).filter((f) => f.endsWith('.json'))
  assert.ok(files.length > 0)
  for (const file of files) {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector & { computed_here?: string }
    assert.equal(computed(vector), vector.computed_here ?? vector.response, file)
  }
})
