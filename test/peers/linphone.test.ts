/** linphone, which verifies our certificate, calls linphone and baresip over TLS with SRTP and DTLS-SRTP. RFC 3261 26, 4568, 5763; R253–R255, R269; A15, A16. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { test, type TestContext } from 'node:test'
import { newFolder, ringfort } from '../main/running.ts'
import { startBaresip } from './baresip.ts'
import { type Linphone, startLinphone } from './linphone.ts'
import { isInstalled } from './programs.ts'
import { domain, openTown, passwordOf, type Resident, siteOf, type Town } from './town.ts'

const numbers = ['5001', '5002', '5003', '5004', '5005', '5006', '5007', '5008', '5009']
const residents: Resident[] = numbers.map((number) => ({ user: `u${number}`, number, mediaSecurity: 'required', deviceSecurityMode: 'encrypted' }))
const town: Promise<Town> | undefined = isInstalled('linphonec') ? openTown(siteOf(residents)) : undefined
const absent = 'not judged: linphonec is not installed (tools/debian-packages.txt)'

async function phone(t: TestContext, number: string, encryption: 'none' | 'srtp' | 'dtls', hertz: number, autoAnswer = false, ca?: string): Promise<Linphone> {
  const open = await town!, user = `u${number}`
  const certificate = newFolder(), issued = await ringfort(['certificate', 'issue', '--name', user, '--out', certificate, '--data', open.running.dataDir])
  assert.equal(issued.code, 0, issued.error)
  const one = await startLinphone({ folder: open.folder, certificate, user, number, password: passwordOf(user), domain, server: open.tls, ca: ca ?? open.ca, encryption, hertz, autoAnswer })
  t.after(() => one.stop())
  return one
}

test('RFC 3261 26.3 A15 linphone takes our certificate with our authority alone, and refuses it with another', { timeout: 100_000 }, async (t) => {
  if (!town) { t.diagnostic(absent); return }
  const open = await town, other = join(open.folder, 'other.pem')
  writeFileSync(other, rootCertificates[0]!)                                  // somebody else's authority
  const trusting = await phone(t, '5001', 'srtp', 440)
  await trusting.registered()
  const doubting = await phone(t, '5002', 'srtp', 440, false, other)
  await doubting.says(/handshake failed|Certificate verification failed|SSL handshake failed/i)
  const lines = (await open.registrations()).map(({ line, transport }) => `${line} ${transport}`)
  assert.deepEqual(lines.filter((one) => /^500[12]/.test(one)), ['5001 tls'])
})

for (const [encryption, from, to] of [['srtp', '5003', '5004'], ['dtls', '5005', '5006']] as const) {
  test(`RFC ${encryption === 'srtp' ? 4568 : 5763} R269 linphone to linphone with ${encryption}: both tones, the digit, encrypted`, { timeout: 150_000 }, async (t) => {
    if (!town) { t.diagnostic(absent); return }
    const open = await town
    const [a, b] = await Promise.all([phone(t, from, encryption, 440), phone(t, to, encryption, 1_000, true)])
    await Promise.all([a.registered(), b.registered()])
    a.type(`call sip:${to}@${domain}`)
    await Promise.all([a.says(/Media streams established/), b.says(/Call \d+ .*answered|Connected|StreamsRunning/)])
    const call = await open.call(from, (one) => one.state === 'connected')
    assert.deepEqual([call.security, call.why], ['encrypted', undefined])
    for (const one of [a, b]) one.talk()
    await Promise.all([a.recorded(), b.recorded()])
    a.type('7')
    await b.says(/Receiving tone 7|dtmf.{0,40}7/i)
    a.type('terminate')
    await Promise.all([a.heard(1_000), b.heard(440)])
    assert.equal((await open.record(from)).security, 'encrypted')
  })
}

test('RFC 4568 R269 linphone and baresip: SRTP both ways, the digit arrives', { timeout: 150_000 }, async (t) => {
  if (!town || !isInstalled('baresip')) { t.diagnostic('not judged: linphonec or baresip is not installed'); return }
  const open = await town
  const baresip = await startBaresip({ folder: open.folder, user: 'u5008', number: '5008', password: passwordOf('u5008'), domain, transport: 'tls', server: open.tls, hertz: 1_000, encryption: 'srtp-mand', autoAnswer: true, ca: open.ca })
  t.after(() => baresip.stop())
  const linphone = await phone(t, '5007', 'srtp', 440)
  await Promise.all([linphone.registered(), baresip.registered()])
  linphone.type(`call sip:5008@${domain}`)
  await baresip.event('CALL_ESTABLISHED')
  linphone.talk()
  await Promise.all([linphone.recorded(), baresip.hears(440)])
  linphone.type('5')
  assert.equal((await baresip.event('CALL_DTMF_START')).param, '5')
  assert.equal((await open.call('5007')).security, 'encrypted')
  const { out } = await ringfort(['show', 'call', (await open.call('5007')).id, '--json', '--data', open.running.dataDir])
  assert.doesNotMatch(out, /inline:[A-Za-z0-9+/]{20}/, 'A43 no key in what an administrator is shown')
  await baresip.command('hangup')
  await linphone.says(/Call .{0,60}(?:ended|End)/)
  await linphone.heard(1_000)
})
