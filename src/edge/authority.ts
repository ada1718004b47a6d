/**
 * The built-in certificate authority: makes itself at the first start, keeps the server certificate fresh, issues for phones and trunk peers.
 *
 * Standards  RFC 5280 4.1–4.2 (serial, key identifiers, key usage, alternative names), RFC 5922 7, RFC 5480 (P-256)
 * Security   keys are 0600 in a 0700 directory, written aside, synced and renamed; the library is loaded only where something is made
 */
import { randomBytes, type webcrypto, type X509Certificate } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type * as X509 from '@peculiar/x509'
import type { CertificateRow } from '../kit/certificate.ts'
import { fileReason } from '../kit/error.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type Secret, secret } from '../kit/secret.ts'
import { problem, reasonOf } from './problems.ts'
import { alternativeNames, commonName, fingerprintOf, readCertificate, readPair } from './tls.ts'

const day = 86_400_000
const authorityLife = 3_650 * day, certificateLife = 365 * day, renewBefore = 30 * day
/** A clock that is a little behind still finds the certificate valid. */
const backdate = 3_600_000

/** `server` ours; `device` a phone (client); `peer` a trunk's other end (client and server). */
export type CertificateKind = 'server' | 'device' | 'peer'

export interface AuthorityState {
  readonly made: readonly ('authority' | 'server')[]
  /** Worth a line in the log: something was damaged and made anew. */
  readonly notices: readonly Problem[]
  /** When the server certificate shall be looked at again. */
  readonly renewAt: number
}

/**
 * Makes what is missing in the pki directory, renews what is due. `names`: domain and addresses that the server answers to.
 * `rsa`: a second server certificate for trunks, whose suites (R334, R335) know no other key.
 */
export async function ensureAuthority(directory: string, names: readonly string[], now: number, rsa = false): Promise<Result<AuthorityState>> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    chmodSync(directory, 0o700)
    const authority = await ensureCa(directory, now)
    if (!authority.ok) return authority
    const server = await ensureServer(directory, names, now, { newCa: authority.value, name: 'server', keyKind: 'P-256' })
    if (!rsa || !server.ok) return server
    const second = await ensureServer(directory, names, now, { newCa: false, name: rsaServer, keyKind: 'RSA-2048' })
    return second.ok ? ok({ made: [...server.value.made, ...second.value.made], notices: [...server.value.notices, ...second.value.notices], renewAt: Math.min(server.value.renewAt, second.value.renewAt) }) : second
  } catch (error) {
    return fail(problem('edge.directoryUnwritable', directory, reasonOf(error)))
  }
}

async function ensureCa(directory: string, now: number): Promise<Result<boolean>> {
  const file = join(directory, 'ca.pem'), keyFile = join(directory, 'ca.key')
  if (!existsSync(file)) {                      // a key alone was never given to anyone: the first start was cut short
    await makeCa(directory, now)
    return ok(true)
  }
  const pair = readPair(file, keyFile, now)
  if (pair.ok) return ok(false)
  if (pair.problem.code === 'edge.certificateExpired') return fail(problem('edge.caExpired', file))
  return fail(problem(pair.problem.code === 'edge.keyMissing' ? 'edge.caKeyMissing' : 'edge.caDamaged', pair.problem.where, pair.problem.text))
}

async function makeCa(directory: string, now: number): Promise<void> {
  const x509 = await library()
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(), name: [{ CN: [`Ringfort authority ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(now - backdate), notAfter: new Date(now + authorityLife), signingAlgorithm: algorithm, keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  writeFileSafely(join(directory, 'ca.key'), await keyPem(keys.privateKey))
  writeFileSafely(join(directory, 'ca.pem'), certificate.toString('pem'))
}

/** Files of the second server certificate. */
export const rsaServer = 'server-rsa'

interface ServerFiles { readonly newCa: boolean; readonly name: string; readonly keyKind: KeyKind }

async function ensureServer(directory: string, names: readonly string[], now: number, { newCa, name, keyKind }: ServerFiles): Promise<Result<AuthorityState>> {
  const wanted = serverNames(names), file = join(directory, `${name}.pem`), keyFile = join(directory, `${name}.key`)
  const why = newCa ? 'missing' : reissueReason(directory, wanted, now, name)
  if (why !== undefined) {
    const issued = await issue(directory, wanted[0]!, 'server', now, { names: wanted, keyKind })
    if (!issued.ok) return issued
    writeFileSafely(keyFile, issued.value.key.reveal())
    writeFileSafely(file, issued.value.certificate)
  }
  const certificate = readCertificate(file)
  if (!certificate.ok) return certificate
  const made = [...(newCa ? ['authority' as const] : []), ...(why === undefined ? [] : ['server' as const])]
  const notices = why === undefined || why === 'missing' ? [] : [problem('edge.certificateReissued', file, why)]
  return ok({ made, notices, renewAt: certificate.value.certificate.validToDate.getTime() - renewBefore })
}

function serverNames(names: readonly string[]): string[] {
  const given = names.filter((name) => nameKind(name) !== undefined && name !== '0.0.0.0' && name !== '::')
  return [...new Set([...given, 'localhost', '127.0.0.1', '::1'])]
}

/** The server certificate is derived: whatever is wrong with it, a new one is the remedy. */
function reissueReason(directory: string, names: readonly string[], now: number, name: string): string | undefined {
  const file = join(directory, `${name}.pem`)
  if (!existsSync(file)) return 'missing'
  const pair = readPair(file, join(directory, `${name}.key`), now)
  if (!pair.ok) return pair.problem.text
  const { certificate } = pair.value
  const ca = readCertificate(join(directory, 'ca.pem'))
  if (!ca.ok || !certificate.verify(ca.value.certificate.publicKey)) return 'it is not of this authority'
  if (certificate.validToDate.getTime() - now < renewBefore) return 'less than 30 days remain'
  const carried = new Set(alternativeNames(certificate.subjectAltName).map(normalName))
  const missing = names.find((name) => !carried.has(normalName(name)) && !(isIP(name) !== 0 && certificate.checkIP(name)))
  return missing === undefined ? undefined : `it does not carry ${missing}`
}

function normalName(name: string): string { return name.toLowerCase() }

export interface IssuedCertificate { readonly certificate: string; readonly key: Secret; readonly authority: string }

/** A key and a certificate for `name` of our authority; nothing is written. `names`: its alternative names. */
export async function issue(directory: string, name: string, kind: CertificateKind, now: number, more: { readonly names?: readonly string[]; readonly keyKind?: KeyKind } = {}): Promise<Result<IssuedCertificate>> {
  const { names = [name], keyKind = 'P-256' } = more
  if (nameKind(name) === undefined) return fail(problem('edge.certificateNameRefused', name.slice(0, 64)))
  const ca = readPair(join(directory, 'ca.pem'), join(directory, 'ca.key'), now)
  if (!ca.ok) return ca
  const x509 = await library()
  const issuer = new x509.X509Certificate(ca.value.pem)
  const keys = await newKeys(keyKind)
  const notAfter = Math.min(now + certificateLife, issuer.notAfter.getTime())   // a leaf never outlives its authority
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(), subject: [{ CN: [name] }], issuer: issuer.subject, notBefore: new Date(now - backdate), notAfter: new Date(notAfter),
    signingAlgorithm: algorithm, publicKey: keys.publicKey, signingKey: await signingKey(ca.value.keyPem),
    extensions: await leafExtensions(x509, issuer, keys.publicKey, { kind, names, keyKind }),
  })
  return ok({ certificate: `${certificate.toString('pem')}\n`, key: secret(await keyPem(keys.privateKey)), authority: ca.value.pem })
}

interface Leaf { readonly kind: CertificateKind; readonly names: readonly string[]; readonly keyKind: KeyKind }

async function leafExtensions(x509: Library, issuer: X509.X509Certificate, publicKey: webcrypto.CryptoKey, { kind, names, keyKind }: Leaf): Promise<X509.Extension[]> {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage, { digitalSignature, keyEncipherment } = x509.KeyUsageFlags
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(keyKind === 'P-256' ? digitalSignature : digitalSignature | keyEncipherment, true),   // RFC 5246 7.4.2: the peer enciphers with it
    new x509.ExtendedKeyUsageExtension(kind === 'device' ? [clientAuth] : [serverAuth, clientAuth]),   // a server calls trunks too
    new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: nameKind(value) ?? 'dns', value }))),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ]
}

function nameKind(name: string): 'dns' | 'ip' | undefined {
  if (isIP(name) !== 0) return 'ip'
  return /^[a-z0-9_](?:[a-z0-9_.-]{0,62}[a-z0-9_])?$/i.test(name) && !name.includes('..') ? 'dns' : undefined
}

/** Writes NAME.key, NAME.pem and ca.pem to a folder for a device. */
export function writeIssued(folder: string, name: string, issued: IssuedCertificate): Result<string[]> {
  if (nameKind(name) === undefined) return fail(problem('edge.certificateNameRefused', name.slice(0, 64)))
  const base = name.replaceAll(':', '-')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const files = [[`${base}.key`, issued.key.reveal()], [`${base}.pem`, issued.certificate], ['ca.pem', issued.authority]] as const
    for (const [file, text] of files) writeFileSafely(join(folder, file), text)
    return ok(files.map(([file]) => join(folder, file)))
  } catch (error) {
    return fail(problem('edge.outUnwritable', folder, fileReason(error)))
  }
}

/** Whole or not at all, for the owner alone. */
export function writeFileSafely(file: string, text: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`
  const fd = openSync(aside, 'wx', 0o600)
  try {
    writeSync(fd, text.endsWith('\n') ? text : `${text}\n`)
    fsyncSync(fd)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(aside, file)
  const folder = openSync(join(file, '..'), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

/** For `show certificates`: every certificate of the pki directory; files that are none are left out. */
export function certificates(directory: string): CertificateRow[] {
  if (!existsSync(directory)) return []
  const names = [...readdirSync(directory), ...existsSync(join(directory, 'trusted')) ? readdirSync(join(directory, 'trusted')).map((file) => `trusted/${file}`) : []]
  return names.filter((file) => file.endsWith('.pem')).sort().flatMap((file) => {
    const read = readCertificate(join(directory, file))
    return read.ok ? [reportOf(file, read.value.certificate)] : []
  })
}

function reportOf(file: string, certificate: X509Certificate): CertificateRow {
  return {
    file, purpose: file.startsWith('trusted/') ? 'trusted' : certificate.ca ? 'authority' : file === 'server.pem' || file === `${rsaServer}.pem` ? 'server' : 'other',
    subject: commonName(certificate), names: alternativeNames(certificate.subjectAltName), issuer: certificate.issuer.replace(/^CN=/, ''),
    notBefore: certificate.validFromDate.toISOString(), notAfter: certificate.validToDate.toISOString(), fingerprint: fingerprintOf(certificate),
  }
}

type Library = typeof X509
/** Slow to load (about 100 ms): only where a certificate is made. */
async function library(): Promise<Library> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

type KeyKind = 'P-256' | 'RSA-2048'
const rsaKeys = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' } as const

async function newKeys(kind: KeyKind = 'P-256'): Promise<webcrypto.CryptoKeyPair> { return globalThis.crypto.subtle.generateKey(kind === 'P-256' ? algorithm : rsaKeys, true, ['sign', 'verify']) }

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await globalThis.crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`
}

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  return globalThis.crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets; 16 of them random. */
function serial(): string { return `4${randomBytes(16).toString('hex').slice(1)}` }
