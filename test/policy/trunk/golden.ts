/**
 * The table of admission, printed: profile, way in, certificate, request, credentials, and what came of it. `admission.golden.txt` beside this file
 * is what was read and agreed to; RINGFORT_UPDATE_GOLDEN=1 writes it anew.
 */
import { admit, type AdmissionFacts } from '../../../src/policy/trunk/admit.ts'
import { findTrunk, indexTrunks, type RequestSource, type Trunk } from '../../../src/policy/trunk/find.ts'
import { certificate, everything, from, nothing, trunk } from './sample.ts'

const open = trunk('open', {})
const accepting = trunk('accepting', { ...everything }, '192.0.2.20')
const other = trunk('other port', { incomingPort: 5065 }, '192.0.2.10')
const digest = trunk('digest', { digestAuthentication: true }, '192.0.2.30')
const digestAccepting = trunk('digest accepting', { digestAuthentication: true, ...everything }, '192.0.2.40')
const application = trunk('application', { digestAuthentication: true, applicationLevelAuthorization: true }, '192.0.2.50')
const applicationAccepting = trunk('application accepting', { digestAuthentication: true, applicationLevelAuthorization: true, ...everything }, '192.0.2.60')
const encrypted = trunk('encrypted', { deviceSecurityMode: 'encrypted', secureCertificateSubjects: 'sbc1.carrier.test, sbc2.carrier.test' })
const encryptedDigest = trunk('encrypted digest', { deviceSecurityMode: 'encrypted', digestAuthentication: true, secureCertificateSubjects: 'pbx.office.test' })
const authenticated = trunk('authenticated', { deviceSecurityMode: 'authenticated', secureCertificateSubjects: 'old.carrier.test' })
const closed = trunk('outgoing only', { incomingPort: 0 }, '192.0.2.70')
const trunks = [open, accepting, other, digest, digestAccepting, application, applicationAccepting, encrypted, encryptedDigest, authenticated, closed]
const index = indexTrunks(trunks)

type Request = Pick<AdmissionFacts, 'method' | 'inDialog' | 'hasReplaces' | 'event'>
const requests: Readonly<Record<string, Request>> = Object.fromEntries(([
  ['INVITE'], ['INVITE', 'in dialog'], ['INVITE', 'Replaces'], ['ACK'], ['CANCEL'], ['BYE', 'in dialog'], ['OPTIONS'], ['MESSAGE'], ['INFO', 'in dialog'], ['UPDATE', 'in dialog'],
  ['SUBSCRIBE', 'presence'], ['SUBSCRIBE', 'presence', 'in dialog'], ['SUBSCRIBE', 'dialog'], ['SUBSCRIBE', 'message-summary'], ['REFER'], ['REFER', 'in dialog'], ['REFER', 'Replaces'],
  ['NOTIFY'], ['NOTIFY', 'in dialog'], ['REGISTER'], ['PUBLISH'],
] as const).map(([method, ...more]: readonly string[]) => [[method, ...more].join(' '), {
  method: method!, inDialog: more.includes('in dialog'), hasReplaces: more.includes('Replaces'), event: more.find((word) => word !== 'in dialog' && word !== 'Replaces'),
}]))

type Proof = Pick<AdmissionFacts, 'digest' | 'applicationUser'>
const proofs: Readonly<Record<string, Proof>> = {
  none: { digest: 'none' }, wrong: { digest: 'wrong' }, stale: { digest: 'stale' }, 'no app user': { digest: 'user' },
  'user, no box': { digest: 'user', applicationUser: { userId: 'plain', ...nothing } }, 'user, all boxes': { digest: 'user', applicationUser: { userId: 'crm', ...everything } },
}

interface Row { readonly about: string; readonly source: RequestSource; readonly certificate: string; readonly request: string; readonly proof: string }

function answer({ source, request, proof }: Row): string[] {
  const found = findTrunk(index, source)
  if (found.is === 'nobody') return ['-', found.answer, found.answer === 'refuse' ? '403' : '-', found.problem.code]
  const verdict = admit({ profile: found.trunk.profile, ...requests[request]!, ...proofs[proof]! })
  const { name } = found.trunk
  if (verdict.is === 'challenge') return [name, verdict.stale ? 'challenge, stale' : 'challenge', '401', verdict.rule]
  return verdict.is === 'allow' ? [name, 'allow', '-', verdict.rule] : [name, 'refuse', '403', verdict.rule]
}

const certificates = {
  '-': undefined, 'sbc1.carrier.test': certificate('sbc1.carrier.test'), 'other, SAN sbc2': certificate('other.test', 'sbc2.carrier.test'), 'SAN sip:sbc1': certificate('', 'sip:sbc1.carrier.test'),
  '*.carrier.test': certificate('*.carrier.test', '*.carrier.test'), 'sbc1.carrier.test.evil': certificate('sbc1.carrier.test.evil.test'), 'old.carrier.test': certificate('old.carrier.test'),
  'pbx.office.test': certificate('pbx.office.test'), 'SBC1.CARRIER.TEST.': certificate('SBC1.CARRIER.TEST.'), 'SAN sip:a@sbc1': certificate('', 'sip:a@sbc1.carrier.test'),
}

/** Who is it at all: every way in, with an INVITE that shows no credentials. */
function ways(): Row[] {
  const clear = trunks.filter((one) => one.profile.deviceSecurityMode === 'nonSecure').flatMap((one) => (['udp', 'tcp'] as const).flatMap((transport) => [5060, 5065].map((port) =>
    ({ about: one.name, source: from({ source: one.destinations[0]!.address, transport, incomingPort: port }), certificate: '-' }))))
  const strangers = (['udp', 'tcp', 'tls', 'ws', 'wss'] as const).map((transport) => ({ about: 'stranger', source: from({ source: '203.0.113.9', transport, incomingPort: transport === 'tls' ? 5061 : 5060 }), certificate: '-' }))
  const tls = Object.entries(certificates).flatMap(([name, peer]) => [false, true].flatMap((nullCipher) => [5061, 5071].map((port) =>
    ({ about: nullCipher ? 'TLS, NULL-SHA' : 'TLS', source: from({ transport: 'tls', incomingPort: port, peer, nullCipher }), certificate: name }))))
  return [...clear, ...strangers, ...tls].map((row) => ({ ...row, request: 'INVITE', proof: 'none' }))
}

/** What may each trunk: every request, with every proof where proof is asked for. */
function methods(): Row[] {
  const rows: [Trunk, string[]][] = [[open, ['none', 'wrong']], [accepting, ['none']], ...[digest, digestAccepting].map((one): [Trunk, string[]] => [one, ['none', 'wrong', 'stale', 'no app user']]),
    ...[application, applicationAccepting].map((one): [Trunk, string[]] => [one, ['none', 'no app user', 'user, no box', 'user, all boxes']])]
  return [
    ...rows.flatMap(([one, kinds]) => Object.keys(requests).flatMap((request) => kinds.map((proof) => ({ about: one.name, source: from({ source: one.destinations[0]!.address, transport: 'tcp' }), certificate: '-', request, proof })))),
    ...Object.keys(requests).flatMap((request) => ['none', 'no app user'].map((proof) =>
      ({ about: encryptedDigest.name, source: from({ transport: 'tls', incomingPort: 5061, peer: certificates['pbx.office.test'] }), certificate: 'pbx.office.test', request, proof }))),
  ]
}

export function goldenTable(): { rows: number; text: string } {
  const rows = [...ways(), ...methods()]
  const cells = [['from', 'transport', 'port', 'source', 'certificate', 'request', 'credentials', 'trunk', 'verdict', 'code', 'rule or reason'],
    ...rows.map((row) => [row.about, row.source.transport, String(row.source.incomingPort), row.source.source, row.certificate, row.request, row.proof, ...answer(row)])]
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  return { rows: rows.length, text: cells.map((line) => `${line.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()}\n`).join('') }
}
