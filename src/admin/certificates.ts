/** `ringfort certificate …`, `show certificates`: what proves who we are, and whom trunks may be of. Standards R091–R095, R349 */
import { fail, ok, type Result } from '../kit/result.ts'
import type { Answer, Command, Options } from './commands.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'

export const certificateCommands: readonly Command[] = [
  { name: 'certificate issue', about: 'A key and a certificate for a device or a trunk peer.', who: 'owner',
    options: [{ name: 'name', about: 'Name of the device, or host name of the peer.', takes: 'text', required: true }, { name: 'out', about: 'Folder to write to.', takes: 'text', required: true },
      { name: 'peer', about: 'For the peer of a trunk, whatever its name is: it is called as well, and shows the certificate as a server.', takes: 'nothing' }], run: issue },
  { name: 'certificate trust', about: 'Trusts an authority for trunks, beside our own.', who: 'owner',
    options: [{ name: 'file', about: 'Its certificate (PEM).', takes: 'file', required: true, positional: true }, { name: 'name', about: 'What it is called here.', takes: 'text', required: true }], run: trust },
  { name: 'certificate untrust', about: 'Trusts an authority no more.', who: 'owner', options: [{ name: 'name', about: 'What it is called here.', takes: 'text', required: true, positional: true }], run: untrust },
  { name: 'show certificates', about: 'Certificates of this system, and authorities that it trusts for trunks.', who: 'owner', options: [], run: certificates },
]

/** A name with a dot or a colon is of a host: it is called as well. */
async function issue(house: House, { name, out, peer }: Options): Promise<Result<Answer>> {
  const issued = await house.issueCertificate(String(name), String(out), peer === true || /[.:]/.test(String(name)) ? 'peer' : 'device')
  if (!issued.ok) return issued
  return ok({ document: { name, files: issued.value }, table: { columns: ['file'], rows: issued.value.map((file) => [file]) }, note: 'The key is for the device alone; ca.pem is what it must trust.' })
}

async function trust(house: House, { name, text }: Options): Promise<Result<Answer>> {
  const trusted = await house.trustAuthority(String(name), String(text ?? ''))
  if (!trusted.ok) return trusted
  return ok({ document: { trusted: name, subject: trusted.value }, note: `Trunks may show certificates of ${trusted.value}, whose names their profiles list. Connections that are open stay.` })
}

async function untrust(house: House, { name }: Options): Promise<Result<Answer>> {
  const gone = await house.untrustAuthority(String(name))
  if (!gone.ok) return gone
  if (!gone.value) return fail(adminProblem('admin.notFound', 'certificate untrust', String(name).slice(0, 64), 'See `ringfort show certificates`.'))
  return ok({ document: { untrusted: name }, note: 'New connections with its certificates are refused. Connections that are open stay.' })
}

async function certificates(house: House): Promise<Result<Answer>> {
  const rows = house.certificates()
  return ok({ document: { certificates: rows }, table: {
    columns: ['file', 'purpose', 'subject', 'until', 'names', 'sha-256'],
    rows: rows.map((c) => [c.file, c.purpose, c.subject, c.notAfter.slice(0, 10), c.names.join(' ') || '-', c.fingerprint]),
  } })
}
