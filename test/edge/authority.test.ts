/** The certificate authority and the files of the pki directory, good and bad. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { certificates, ensureAuthority, issue, writeIssued } from '../../src/edge/authority.ts'
import { alternativeNames, carriesName, secureContexts } from '../../src/edge/tls.ts'
import { makePki, type Pki } from './harness.ts'

const day = 86_400_000
const all: Pki[] = []
after(() => { for (const pki of all) pki.remove() })
async function fresh(names?: string[], now?: number): Promise<Pki> {
  const pki = await makePki(names, now)
  all.push(pki)
  return pki
}
const read = (pki: Pki, file: string) => new X509Certificate(readFileSync(join(pki.directory, file)))

test('the first start makes an authority and a server certificate that it signed; keys are for the owner alone', async () => {
  const pki = await fresh(['example.test', '192.0.2.4'])
  const ca = read(pki, 'ca.pem'), server = read(pki, 'server.pem')
  assert.ok(ca.ca && ca.verify(ca.publicKey) && server.verify(ca.publicKey) && server.checkIssued(ca))
  for (const name of ['example.test', 'localhost', '127.0.0.1', '::1', '192.0.2.4']) assert.ok(carriesName(server, name), name)
  assert.equal(server.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  assert.ok(ca.validToDate.getTime() - Date.now() > 3_600 * day && server.validToDate.getTime() - Date.now() < 366 * day)
  assert.equal(statSync(pki.directory).mode & 0o777, 0o700)
  for (const file of ['ca.key', 'server.key']) assert.equal(statSync(join(pki.directory, file)).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(pki.directory).sort(), ['ca.key', 'ca.pem', 'server.key', 'server.pem'])
})

test('a second start changes nothing; a new name, damage or 30 days to go renew the server certificate, never the authority', async () => {
  const pki = await fresh()
  const ca = read(pki, 'ca.pem').fingerprint256
  const again = async (names: string[], now = Date.now()) => {
    const state = await ensureAuthority(pki.directory, names, now)
    assert.ok(state.ok)
    assert.equal(read(pki, 'ca.pem').fingerprint256, ca)
    return state.value
  }
  assert.deepEqual((await again(['example.test'])).made, [])
  assert.deepEqual((await again(['example.test'], Date.now() + 330 * day)).made, [])
  assert.deepEqual((await again(['example.test'], Date.now() + 336 * day)).made, ['server'])
  assert.deepEqual((await again(['example.test', 'new.test'])).made, ['server'])
  writeFileSync(join(pki.directory, 'server.pem'), 'rubbish')
  assert.deepEqual((await again(['example.test'])).notices.map((p) => p.code), ['edge.certificateReissued'])
  rmSync(join(pki.directory, 'server.key'))
  assert.deepEqual((await again(['example.test'])).made, ['server'])
})

/** What somebody did to the pki directory, and what a start says. */
const damages: [string, (directory: string) => void, string][] = [
  ['the authority lost its key', (d) => rmSync(join(d, 'ca.key')), 'edge.caKeyMissing'],
  ['its certificate is rubbish', (d) => writeFileSync(join(d, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), 'edge.caDamaged'],
  ['its certificate is empty', (d) => writeFileSync(join(d, 'ca.pem'), ''), 'edge.caDamaged'],
  ['its key is rubbish', (d) => writeFileSync(join(d, 'ca.key'), 'x'), 'edge.caDamaged'],
  ['its key is the server\'s', (d) => writeFileSync(join(d, 'ca.key'), readFileSync(join(d, 'server.key'))), 'edge.caDamaged'],
]
for (const [name, damage, code] of damages) {
  test(`a start after damage: ${name} → ${code}, with what to do, and nothing is overwritten`, async () => {
    const pki = await fresh()
    damage(pki.directory)
    const before = readFileSync(join(pki.directory, 'ca.pem'))
    const state = await ensureAuthority(pki.directory, ['example.test'], Date.now())
    assert.ok(!state.ok)
    assert.equal(state.problem.code, code)
    assert.match(state.problem.remedy ?? '', /Restore/)
    assert.deepEqual(readFileSync(join(pki.directory, 'ca.pem')), before)
  })
}
test('A48 after ten years the authority has expired and says so', async () => {
  const pki = await fresh()
  const state = await ensureAuthority(pki.directory, ['example.test'], Date.now() + 3_660 * day)
  assert.equal(state.ok ? '' : state.problem.code, 'edge.caExpired')
})
test('a first start that was cut short after the key begins again', async () => {
  const pki = await fresh()
  rmSync(join(pki.directory, 'ca.pem'))
  const state = await ensureAuthority(pki.directory, ['example.test'], Date.now())
  assert.deepEqual(state.ok && state.value.made, ['authority', 'server'])
})
test('a pki path that is a file is a problem, not an exception', async () => {
  const pki = await fresh()
  const state = await ensureAuthority(join(pki.directory, 'ca.pem'), [], Date.now())
  assert.equal(state.ok ? '' : state.problem.code, 'edge.directoryUnwritable')
})

test('the administrator\'s own certificate: each mistake has its word', async () => {
  const pki = await fresh(), { directory } = pki
  const file = (name: string, text: string | Buffer, mode = 0o600) => { const path = join(directory, '..', name); writeFileSync(path, text); chmodSync(path, mode); return path }
  const cert = file('own.pem', readFileSync(join(directory, 'server.pem'))), key = file('own.key', readFileSync(join(directory, 'server.key')))
  const rows: [string, string, number, string][] = [
    [cert, key, 0, 'fine'],
    [join(directory, 'none'), key, 0, 'edge.certificateMissing'],
    [cert, join(directory, 'none'), 0, 'edge.keyMissing'],
    [key, key, 0, 'edge.certificateGarbage'],
    [file('bad.pem', Buffer.from([0, 255, 1])), key, 0, 'edge.certificateGarbage'],
    [cert, cert, 0, 'edge.keyGarbage'],
    [cert, join(directory, 'ca.key'), 0, 'edge.keyMismatch'],
    [cert, file('open.key', readFileSync(key), 0o604), 0, 'edge.keyReadable'],
    [cert, key, 400 * day, 'edge.certificateExpired'],
    [cert, key, -400 * day, 'edge.certificateExpired'],
  ]
  for (const [certificateFile, keyFile, later, outcome] of rows) {
    const contexts = secureContexts(directory, { certificateFile, keyFile }, Date.now() + later)
    assert.equal(contexts.ok ? 'fine' : contexts.problem.code, outcome)
    assert.doesNotMatch(JSON.stringify(contexts.ok ? '' : contexts.problem), /PRIVATE KEY-----.*[A-Za-z0-9+/]{20}/)
  }
})

test('issue: a device for clients, a peer for both; the key does not print; names that are none are refused', async () => {
  const pki = await fresh()
  for (const [kind, usages] of [['device', ['1.3.6.1.5.5.7.3.2']], ['peer', ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']]] as const) {
    const issued = await issue(pki.directory, 'alice-desk', kind, Date.now())
    assert.ok(issued.ok)
    assert.deepEqual(new X509Certificate(issued.value.certificate).keyUsage, usages)
    assert.doesNotMatch(JSON.stringify(issued.value), /PRIVATE KEY/)
    const folder = join(pki.directory, '..', kind)
    const files = writeIssued(folder, 'alice-desk', issued.value)
    assert.deepEqual(files.ok && files.value.map((f) => f.slice(folder.length + 1)), ['alice-desk.key', 'alice-desk.pem', 'ca.pem'])
    assert.equal(statSync(join(folder, 'alice-desk.key')).mode & 0o777, 0o600)
  }
  for (const name of ['', '../x', 'a/b', 'a..b', '*.example.test', 'a b', 'é', 'x'.repeat(65), 'a\u0000b', '-a']) {
    const issued = await issue(pki.directory, name, 'device', Date.now())
    assert.equal(issued.ok ? 'issued' : issued.problem.code, 'edge.certificateNameRefused', JSON.stringify(name))
  }
  assert.equal(existsSync(join(pki.directory, '..', 'x.pem')), false)
})

test('show certificates: subject, names, issuer, dates, fingerprint, purpose; rubbish beside them is left out', async () => {
  const pki = await fresh()
  writeFileSync(join(pki.directory, 'junk.pem'), 'junk')
  const shown = certificates(pki.directory)
  assert.deepEqual(shown.map((c) => [c.file, c.purpose]), [['ca.pem', 'authority'], ['server.pem', 'server']])
  assert.equal(shown[1]?.issuer, shown[0]?.subject)
  assert.match(shown[1]?.fingerprint ?? '', /^[0-9a-f]{64}$/)
})

const nameTexts: [string, string | undefined, string[]][] = [
  ['plain', 'DNS:a.test, IP Address:192.0.2.1, URI:sip:a.test', ['a.test', '192.0.2.1', 'sip:a.test']],
  ['none', undefined, []],
  ['A26 a quoted value hides another name', 'DNS:"evil.test, DNS:good.test", DNS:b.test', ['b.test']],
  ['A26 an escaped quote does not end it', 'DNS:"e\\", DNS:good.test", DNS:b.test', ['b.test']],
  ['A26 NUL', 'DNS:"good.test\\u0000.evil.test"', []],
  ['other kinds', 'email:a@b.test, DirName:CN = x, DNS:c.test', ['c.test']],
  ['A26 too long', `DNS:${'a'.repeat(256)}`, []],
  ['A26 too many', Array.from({ length: 300 }, (_, i) => `DNS:h${i}.test`).join(', '), Array.from({ length: 100 }, (_, i) => `h${i}.test`)],
]
for (const [name, text, names] of nameTexts) test(`R350 alternative names: ${name}`, () => assert.deepEqual(alternativeNames(text), names))
