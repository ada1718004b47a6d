/**
 * Authorities that the administrator trusts for trunks, beside our own: one PEM file each in pki/trusted.
 *
 * Standards  R349–R354; RFC 5280 4.2.1.9 (an authority says that it is one)
 * Security   no phone is known by a certificate of theirs; a file that is no authority is refused
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fail, ok, type Result } from '../kit/result.ts'
import { writeFileSafely } from './authority.ts'
import { problem, reasonOf } from './problems.ts'
import { isWeak, readCertificate } from './tls.ts'

const folderOf = (directory: string): string => join(directory, 'trusted')
const maxTrusted = 100

/** Those that can be read; a damaged one is left out rather than stop the door. */
export function trustedFiles(directory: string): string[] {
  const folder = folderOf(directory)
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((file) => file.endsWith('.pem')).sort().slice(0, maxTrusted).map((file) => join(folder, file)).filter((file) => readCertificate(file).ok)
}

/** One more, under a name of the administrator's. */
export function trust(directory: string, name: string, pem: string, now: number): Result<X509Certificate> {
  const file = fileOf(directory, name)
  if (!file) return fail(problem('edge.certificateNameRefused', name.slice(0, 64)))
  try {
    const certificate = new X509Certificate(pem)
    if (!certificate.ca) return fail(problem('edge.noAuthority', name))
    if (isWeak(certificate)) return fail(problem('edge.certificateWeak', name))
    if (certificate.validToDate.getTime() < now) return fail(problem('edge.certificateExpired', name, `since ${certificate.validTo}`))
    mkdirSync(folderOf(directory), { recursive: true, mode: 0o700 })
    writeFileSafely(file, certificate.toString())
    return ok(certificate)
  } catch (error) {
    const { code } = error as { code?: string }
    return fail(code?.startsWith('E') && !code.startsWith('ERR_') ? problem('edge.directoryUnwritable', directory, reasonOf(error)) : problem('edge.certificateGarbage', name))
  }
}

/** False where there is none of this name. */
export function untrust(directory: string, name: string): boolean {
  const file = fileOf(directory, name)
  if (!file || !existsSync(file)) return false
  rmSync(file)
  return true
}

function fileOf(directory: string, name: string): string | undefined { return /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) ? join(folderOf(directory), `${name}.pem`) : undefined }
