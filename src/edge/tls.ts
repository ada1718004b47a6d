/**
 * What TLS speaks: versions, suites, our certificate, whom we trust; and what a certificate says about its holder.
 *
 * Standards  RFC 8446, RFC 5246, RFC 9325 (recommended use), RFC 5922 7 (names in SIP: no wildcard, CN only without alternative names); R091–R095
 * Security   a peer's certificate is a stranger's text: names with odd characters are left out, never repaired
 */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { join } from 'node:path'
import type { PeerCertificate } from '../kit/flow.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import type { TrunkSuites } from './bindings.ts'
import { problem, reasonOf } from './problems.ts'

export type TlsVersion = '1.0' | '1.1' | '1.2' | '1.3'

export interface TlsOptions {
  /** Default 1.2 (R095); lower ones lower the security level of OpenSSL too. */
  readonly tlsMinVersion?: TlsVersion | undefined
  /** Adds the suites of the seed's *Encrypted* mode (AES128-SHA, R335) for old phones. */
  readonly legacyCiphers?: boolean | undefined
  /** The administrator's own certificate instead of the built-in one. */
  readonly certificateFile?: string | undefined
  readonly keyFile?: string | undefined
  /** More authorities to trust, beside the built-in one. */
  readonly trustFiles?: readonly string[] | undefined
  /** The same for trunks alone: no phone is known by a certificate of theirs. */
  readonly trunkTrustFiles?: readonly string[] | undefined
  /** A second certificate, with an RSA key, where trunks are: name of its files without their ending. */
  readonly rsa?: string | undefined
  /** Whether callers are asked for their certificate, default yes: where nobody needs one, a question that some phones pass on to their user. */
  readonly asksCallers?: boolean | undefined
}

export interface TlsContexts {
  readonly server: SecureContextOptions
  /** Where trunks come in: what they speak besides, whom they may be of. */
  readonly trunks: Readonly<Record<TrunkSuites, SecureContextOptions>>
  readonly asksCallers: boolean
  /** For connections that we make: the same certificate, the same trust. */
  readonly client: SecureContext
  /** The same to trunks; `true`: without encryption. Made when it is first asked for. */
  readonly toTrunk: (nullCipher: boolean) => SecureContext
  /** Whom trunks may be of: our authority first, then those that the administrator trusts. */
  readonly authorities: readonly X509Certificate[]
  /** There are such others: their certificates say nothing of a phone. */
  readonly hasOthers: boolean
}

const versions: Record<TlsVersion, SecureVersion> = { '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' }
const suites13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']
const suites12 = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].flatMap((s) => [`ECDHE-ECDSA-${s}`, `ECDHE-RSA-${s}`])
const legacySuites = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'AES128-SHA', 'AES256-SHA']

/** OpenSSL's cipher string for these options. TLS 1.0 and 1.1 need SHA-1, which OpenSSL 3 allows at security level 0 alone. */
export function cipherString(options: TlsOptions): string {
  const old = options.tlsMinVersion === '1.0' || options.tlsMinVersion === '1.1'
  return [...suites13, ...suites12, ...(options.legacyCiphers || old ? legacySuites : []), ...(old ? ['@SECLEVEL=0'] : [])].join(':')
}

/** Contexts from the pki directory (or the administrator's files). Read again for a renewal; connections in progress keep theirs. */
export function secureContexts(directory: string, options: TlsOptions, now: number): Result<TlsContexts> {
  const pair = readPair(options.certificateFile ?? join(directory, 'server.pem'), options.keyFile ?? join(directory, 'server.key'), now)
  if (!pair.ok) return pair
  const rsa = options.rsa === undefined ? undefined : readPair(join(directory, `${options.rsa}.pem`), join(directory, `${options.rsa}.key`), now)
  if (rsa && !rsa.ok) return rsa
  const trust = readAll([join(directory, 'ca.pem'), ...(options.trustFiles ?? [])]), more = readAll(options.trunkTrustFiles ?? [])
  if (!trust.ok) return trust
  if (!more.ok) return more
  const server: SecureContextOptions = {
    cert: pair.value.pem, key: pair.value.keyPem, ca: trust.value.map(({ pem }) => pem),
    minVersion: versions[options.tlsMinVersion ?? '1.2'], maxVersion: 'TLSv1.3', ciphers: cipherString(options), honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,   // A18: no work again on demand
  }
  try {
    const trunks = trunkOptions(server, [pair.value, ...rsa ? [rsa.value] : []], more.value.map(({ pem }) => pem), options)
    return ok({
      server, trunks, asksCallers: options.asksCallers ?? true, client: createSecureContext(server), toTrunk: contextsOf(trunks),
      authorities: [...trust.value, ...more.value].map(({ certificate }) => certificate), hasOthers: more.value.length > 0,
    })
  } catch (error) {
    return fail(problem('edge.certificateGarbage', options.certificateFile ?? 'pki/server.pem', reasonOf(error)))
  }
}

/** Level 0 opens NULL-SHA in OpenSSL 3, and weak certificates with it: those are looked at again (isStrong). */
const anyLevel = '@SECLEVEL=0'
const strongSignatures = 'ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512'

/** R334: NULL-SHA, of TLS 1.2 at most; R335: AES128-SHA beside the modern suites. */
function trunkOptions(server: SecureContextOptions, pairs: readonly CertificatePair[], trust: readonly string[], options: TlsOptions): TlsContexts['trunks'] {
  const base: SecureContextOptions = { ...server, cert: pairs.map(({ pem }) => pem), key: pairs.map(({ keyPem }) => keyPem), ca: [...(server.ca as string[]), ...trust] }
  const encrypting = cipherString({ ...options, legacyCiphers: true }), open = { ...base, sigalgs: strongSignatures }
  const floor = base.minVersion === 'TLSv1.3' ? 'TLSv1.2' : base.minVersion
  return {
    encrypting: { ...base, ciphers: encrypting },
    null: { ...open, ciphers: `NULL-SHA:${anyLevel}`, minVersion: floor, maxVersion: 'TLSv1.2' },
    either: { ...open, ciphers: `${encrypting.replace(`:${anyLevel}`, '')}:NULL-SHA:${anyLevel}`, minVersion: floor },
  }
}

function contextsOf(trunks: TlsContexts['trunks']): TlsContexts['toTrunk'] {
  const made: Partial<Record<TrunkSuites, SecureContext>> = {}
  return (nullCipher) => made[nullCipher ? 'null' : 'encrypting'] ??= createSecureContext(trunks[nullCipher ? 'null' : 'encrypting'])
}

function readAll(files: readonly string[]): Result<{ certificate: X509Certificate; pem: string }[]> {
  const all: { certificate: X509Certificate; pem: string }[] = []
  for (const file of files) {
    const read = readCertificate(file)
    if (!read.ok) return read
    all.push(read.value)
  }
  return ok(all)
}

/** The same contexts with a higher floor (R099). */
export function withFloor(server: SecureContextOptions, floor: TlsVersion | undefined): SecureContextOptions {
  if (!floor) return server
  const order = Object.values(versions)
  const higher = order.indexOf(versions[floor]) > order.indexOf(server.minVersion ?? 'TLSv1.2')
  return higher ? { ...server, minVersion: versions[floor] } : server
}

export interface CertificatePair { readonly certificate: X509Certificate; readonly pem: string; readonly keyPem: string }

/** A certificate and its key from two files, checked: readable, PEM, in date, strong enough, belonging together. */
export function readPair(certificateFile: string, keyFile: string, now: number): Result<CertificatePair> {
  // The certificate first: reading it empties OpenSSL's queue of faults, where a stranger's bent certificate leaves its own and a key would fail for it (A26)
  const read = readCertificate(certificateFile)
  if (!read.ok) return read
  const { certificate, pem } = read.value
  const key = readKey(keyFile)
  if (!key.ok) return key
  if (!certificate.checkPrivateKey(key.value.key)) return fail(problem('edge.keyMismatch', keyFile, `it is not the key of ${certificateFile}`))
  if (certificate.validToDate.getTime() < now) return fail(problem('edge.certificateExpired', certificateFile, `since ${certificate.validTo}`))
  if (certificate.validFromDate.getTime() > now + 86_400_000) return fail(problem('edge.certificateExpired', certificateFile, `valid from ${certificate.validFrom}`))
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < 2_048) return fail(problem('edge.certificateWeak', certificateFile))
  return ok({ certificate, pem, keyPem: key.value.pem })
}

/** The first certificate of a PEM file, and the file's text. */
export function readCertificate(file: string): Result<{ certificate: X509Certificate; pem: string }> {
  const text = readText(file)
  if (text === undefined) return fail(problem('edge.certificateMissing', file))
  try {
    if (!text.includes('-----BEGIN CERTIFICATE-----')) return fail(problem('edge.certificateGarbage', file))
    return ok({ certificate: new X509Certificate(text), pem: text })
  } catch (error) {
    return fail(problem('edge.certificateGarbage', file, reasonOf(error)))
  }
}

function readKey(file: string): Result<{ key: KeyObject; pem: string }> {
  const pem = readText(file)
  if (pem === undefined) return fail(problem('edge.keyMissing', file))
  if ((statSync(file).mode & 0o007) !== 0) return fail(problem('edge.keyReadable', file))
  try {
    return ok({ key: createPrivateKey(pem), pem })
  } catch {
    return fail(problem('edge.keyGarbage', file))   // OpenSSL's words could quote the file: left out
  }
}

const maxPem = 1_048_576
function readText(file: string): string | undefined {
  try {
    return statSync(file).size > maxPem ? '' : readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

/** What OpenSSL would have refused above level 0: an RSA key under 2048 bits, a signature with MD5 or SHA-1 (of an authority's own nobody asks). */
export function isWeak(certificate: X509Certificate): boolean {
  const { publicKey: { asymmetricKeyType, asymmetricKeyDetails }, signatureAlgorithm } = certificate
  if (asymmetricKeyType?.startsWith('rsa') && (asymmetricKeyDetails?.modulusLength ?? 0) < 2_048) return true
  return /md5|sha1/i.test(signatureAlgorithm ?? '') && !certificate.checkIssued(certificate)
}

/** Fit for a connection whose level lets anything through. */
export function isStrong(certificate: X509Certificate, authorities: readonly X509Certificate[]): boolean {
  return !isWeak(certificate) && authorities.some((authority) => isIssuedBy(certificate, authority))
}

/** Whether the authority itself signed it: at level 0 what stands between them would be looked at by nobody. */
export function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean { return certificate.checkIssued(authority) && certificate.verify(authority.publicKey) }

/** Subject, names and fingerprint of a certificate that was verified. */
export function describePeer(certificate: X509Certificate): PeerCertificate {
  return { subject: commonName(certificate), names: alternativeNames(certificate.subjectAltName), fingerprint: fingerprintOf(certificate) }
}

export function fingerprintOf(certificate: X509Certificate): string { return certificate.fingerprint256.replaceAll(':', '').toLowerCase() }

const printable = /^[\x21-\x7e]+$/

/** '' where there is none, more than one, or one with characters outside printable ASCII. */
export function commonName(certificate: X509Certificate): string {
  const { CN } = certificate.toLegacyObject().subject as unknown as { CN?: unknown }
  return typeof CN === 'string' && CN.length <= 64 && /^[\x20-\x7e]*$/.test(CN) ? CN : ''
}

/** Values of dNSName, iPAddress and URI from node's text form; a quoted one has odd characters and is left out (CVE-2021-44532). */
export function alternativeNames(text: string | undefined): string[] {
  const names: string[] = []
  for (const part of text ? splitQuoted(text) : []) {
    const colon = part.indexOf(':')
    const kind = part.slice(0, colon), value = part.slice(colon + 1)
    if ((kind === 'DNS' || kind === 'URI' || kind === 'IP Address') && !value.includes('"') && value.length <= 255 && printable.test(value)) names.push(value)
    if (names.length >= 100) break
  }
  return names
}

/** Splits at `, ` outside double quotes. */
function splitQuoted(text: string): string[] {
  const parts: string[] = []
  let from = 0, quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted && c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (!quoted && c === ',' && text[i + 1] === ' ') { parts.push(text.slice(from, i)); from = i + 2 }
  }
  parts.push(text.slice(from))
  return parts
}

/** Does this certificate carry the name that we called? Exact, no wildcard (RFC 5922 7.2); the CN only without dNSName and URI (7.1). */
export function carriesName(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined
  const wanted = name.toLowerCase().replace(/\.$/, '')
  const names = alternativeNames(certificate.subjectAltName).filter((n) => isIP(n) === 0).map((n) => n.toLowerCase())
  if (certificate.subjectAltName === undefined) return commonName(certificate).toLowerCase() === wanted
  return names.some((n) => n === wanted || n === `sip:${wanted}`)   // 7.1: sip:domain, never sips: nor with a user part
}
