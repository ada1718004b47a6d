/** Fuzz target of digest authentication: any octets in; nothing throws, nothing is let in, what is read is bounded and can be written again. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { answer, newClientMemory, newClientState, newDigestServer, parseChallenge, parseCredentials, verify, type DigestCredentials } from '../src/wire/sip/digest/index.ts'
import { secret } from '../src/kit/secret.ts'
import type { FuzzTarget } from './target.ts'

const corpus = join(import.meta.dirname, 'corpus', 'sipDigest')
const random = { token: (bytes: number) => 'a'.repeat(Math.ceil(bytes * 8 / 5)), below: () => 0 }
const server = newDigestServer({ keys: [secret('a key that no input of a fuzzer can know')], random })
const users = { md5: secret('0'.repeat(32)), sha256: secret('0'.repeat(64)) }

export const target: FuzzTarget = {
  name: 'sipDigest',
  seeds: () => readdirSync(corpus).sort().map((file) => readFileSync(join(corpus, file))),
  dictionary: [
    'Digest ', 'Basic ', 'username="', "username*=UTF-8''", 'realm="', 'nonce="', 'uri="', 'response="', 'algorithm=', 'MD5', 'MD5-sess', 'SHA-256', 'SHA-512-256-sess',
    'qop=auth', 'qop="auth,auth-int"', 'nc=00000001', 'nc=ffffffff', 'cnonce="', 'opaque="', 'stale=true', 'userhash=true', 'domain="', '\\"', '\\', '%C3%A4', ', ', '"',
  ],
  run: (input) => {
    const text = input.toString('latin1'), credentials = parseCredentials(text), challenge = parseChallenge(text)
    if (credentials.ok && credentials.value.is === 'digest') judged(credentials.value)
    if (!challenge.ok || challenge.value.is !== 'digest') return
    const { realm } = challenge.value
    const sent = answer(newClientState(), newClientMemory(), [challenge.value], [{ realm, user: 'u', password: secret('p') }],
      { method: 'INVITE', uri: 'sip:a@b', body: '', peer: 'p' }, random)
    if (!sent.ok) return
    assert.ok(!/[\r\n\0]/.test(sent.value[0]!), 'a challenge broke the line we answer with')
    const back = parseCredentials(sent.value[0]!)
    if (sent.value[0]!.length <= 4096) assert.ok(back.ok && back.value.is === 'digest' && back.value.realm === realm && back.value.nonce === challenge.value.nonce)
  },
}

/** Without the key no nonce is good: whatever else the credentials say, nobody is let in. */
function judged(credentials: DigestCredentials): void {
  const asking = { realm: credentials.realm, algorithms: ['SHA-256', 'MD5', 'MD5-sess'] as const, withoutQop: true, integrity: true }
  const verdict = verify(server, asking, 1_700_000_000_000, { method: 'INVITE', uri: credentials.uri, body: '', credentials, user: users, source: '192.0.2.1' })
  assert.notEqual(verdict.is, 'ok')
  assert.equal(server.counts.seen.size, 0)
}
