/** Reading challenges and credentials: what is taken, what is refused with which code. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseChallenge, parseCredentials } from '../../../../src/wire/sip/digest/index.ts'
import { maxParams, maxValue, quote } from '../../../../src/wire/sip/digest/parse.ts'
import { credentials, value } from './scene.ts'

const least = 'Digest username="a", realm="r", nonce="n", uri="sip:b@c", response="0"'

test('RFC 3261 20.7: the Authorization of the RFC', () => {
  assert.deepEqual(credentials('Digest username="Alice", realm="atlanta.com", nonce="84a4cc6f3082121f32b42a2187831a9e", response="7587245234b3434cc3412213e5f113a5432", uri="sip:bob@biloxi.com"'), {
    is: 'digest', username: 'Alice', realm: 'atlanta.com', nonce: '84a4cc6f3082121f32b42a2187831a9e', uri: 'sip:bob@biloxi.com',
    response: '7587245234b3434cc3412213e5f113a5432', algorithm: 'MD5', qop: '', nc: '', cnonce: '', opaque: '', userhash: false, others: [],
  })
})

test('RFC 3261 20.44: the WWW-Authenticate of the RFC', () => {
  assert.deepEqual(value(parseChallenge('Digest realm="atlanta.com", domain="sip:boxesbybob.com", qop="auth", nonce="f84f1cec41e6cbe5aea9c8e88d359", opaque="", stale=FALSE, algorithm=MD5')), {
    is: 'digest', realm: 'atlanta.com', domain: 'sip:boxesbybob.com', qop: ['auth'], nonce: 'f84f1cec41e6cbe5aea9c8e88d359', opaque: '', stale: false,
    algorithm: 'MD5', userhash: false, charset: '', others: [],
  })
})

const read: [name: string, text: string, field: string, expected: unknown][] = [
  ['names in any case', least.replace('realm', 'REALM').replace('Digest', 'dIGEST'), 'realm', 'r'],
  ['blanks around = and ,', least.replaceAll('=', ' =\t').replaceAll(',', ' ,  '), 'uri', 'sip:b@c'],
  ['escapes in a quoted string', `${least}, opaque="a\\"b\\\\c"`, 'opaque', 'a"b\\c'],
  ['an unknown parameter is kept', `${least}, Extra=1`, 'others', [['extra', '1']]],
  ['qop quoted, as many send it', `${least}, qop="auth", nc="0000000A", cnonce="x"`, 'qop', 'auth'],
  ['RFC 7616 3.4: username* is decoded', least.replace('username="a"', "username*=UTF-8''J%C3%A4s"), 'username', 'J\u00e4s'],
  ['UTF-8 octets in a user name', least.replace('"a"', '"J\xc3\xa4s"'), 'username', 'J\u00e4s'],
  ['latin1 octets in a user name stay', least.replace('"a"', '"J\xe4s"'), 'username', 'J\xe4s'],
  ['RFC 7616 3.4.4: userhash', `${least}, userhash=TRUE`, 'userhash', true],
  ['a name as long as a known one', `${least}, usernami=1`, 'others', [['usernami', '1']]],
]
for (const [name, text, field, expected] of read) {
  test(`RFC 7616 3.4 read: ${name}`, () => assert.deepEqual({ ...credentials(text) }[field as 'realm'], expected))
}

const refused: [name: string, text: string, code: string][] = [
  ['nothing', '', 'sip.digestSyntax'],
  ['a scheme alone', 'Digest', 'sip.digestSyntax'],
  ['no name', 'Digest ="x"', 'sip.digestSyntax'],
  ['no value', 'Digest realm=', 'sip.digestSyntax'],
  ['an open quote', 'Digest realm="x', 'sip.digestSyntax'],
  ['an escaped end', 'Digest realm="x\\', 'sip.digestSyntax'],
  ['a line break inside quotes', least.replace('"r"', '"r\r\nVia: x"'), 'sip.digestSyntax'],
  ['an escaped line break', least.replace('"r"', '"r\\\n"'), 'sip.digestSyntax'],
  ['a NUL', least.replace('"r"', '"r\0"'), 'sip.digestSyntax'],
  ['rubbish behind a value', `${least} x`, 'sip.digestSyntax'],
  ['a comma at the end', `${least},`, 'sip.digestSyntax'],
  ['two challenges in one value', `${least}, Digest realm="x"`, 'sip.digestSyntax'],
  ['a parameter twice', `${least}, Realm="x"`, 'sip.digestTwice'],
  ['an unknown parameter twice', `${least}, x=1, X=2`, 'sip.digestTwice'],
  ['username and username*', `${least}, username*=UTF-8''a`, 'sip.digestTwice'],
  ['username* in another charset', least.replace('username="a"', "username*=latin1''a"), 'sip.digestValue'],
  ['username* with a broken escape', least.replace('username="a"', "username*=UTF-8''%4"), 'sip.digestValue'],
  ['no user', least.replace('username="a", ', ''), 'sip.digestMissing'],
  ['no realm', least.replace('realm="r", ', ''), 'sip.digestMissing'],
  ['no nonce', least.replace('nonce="n", ', ''), 'sip.digestMissing'],
  ['no uri', least.replace('uri="sip:b@c", ', ''), 'sip.digestMissing'],
  ['no response', least.replace(', response="0"', ''), 'sip.digestMissing'],
  ['qop without nc', `${least}, qop=auth, cnonce="x"`, 'sip.digestMissing'],
  ['qop without cnonce', `${least}, qop=auth, nc=00000001`, 'sip.digestMissing'],
  ['nc too short', `${least}, qop=auth, nc=1, cnonce="x"`, 'sip.digestValue'],
  ['nc not hex', `${least}, qop=auth, nc=0000000g, cnonce="x"`, 'sip.digestValue'],
  ['nc zero', `${least}, qop=auth, nc=00000000, cnonce="x"`, 'sip.digestValue'],
  ['more than 4 KiB', `${least}, x="${'x'.repeat(maxValue)}"`, 'sip.digestTooLong'],
  ['more than 32 parameters', `Digest ${Array.from({ length: maxParams + 1 }, (_, i) => `p${i}=1`).join(',')}`, 'sip.digestTooMany'],
]
for (const [name, text, code] of refused) {
  test(`RFC 7616 3.4 refused: ${name}`, () => {
    const result = parseCredentials(text)
    assert.equal(result.ok ? 'ok' : result.problem.code, code)
  })
}

test('RFC 8760 2.6: another scheme is named and kept, not read', () => {
  assert.deepEqual(value(parseCredentials('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')), { is: 'other', scheme: 'Basic', raw: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' })
  assert.equal(value(parseChallenge('Bearer authz_server="https://x"')).is, 'other')
})

test('A4 RFC 7616 3.4: what is quoted is read back, octet for octet', () => {
  const octets = fc.array(fc.integer({ min: 32, max: 255 }).filter((c) => c !== 127), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes))
  fc.assert(fc.property(octets, octets, (realm, uri) => {
    const back = credentials(`Digest username="a", realm=${quote(realm)}, nonce="n", uri=${quote(uri)}, response="0"`)
    assert.deepEqual([back.realm, back.uri], [realm, uri])
  }))
})

test('A1 RFC 7616 3.4: no text throws', () => {
  const piece = fc.oneof(fc.constantFrom('Digest ', 'realm', 'nonce', 'uri', 'nc', 'username*', '=', '"', '\\', ',', ' ', "UTF-8''", '%', 'qop', 'response'), fc.string({ unit: 'binary' }))
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }).map((p) => p.join('')), (text) => {
    for (const result of [parseCredentials(text), parseChallenge(text), parseCredentials(`${least},${text}`)]) assert.equal(typeof result.ok, 'boolean')
  }), { numRuns: 2000 })
})
