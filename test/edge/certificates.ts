/** Certificates bent to order: every field that somebody may get wrong, or bend on purpose. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { Pki } from './harness.ts'

export const day = 86_400_000
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage

export type KeyKind = 'P-256' | 'P-384' | 'P-521' | 'secp256k1' | 'Ed25519' | 'RSA-1024' | 'RSA-2048'

export interface Bend {
  readonly names?: readonly x509.JsonGeneralName[]
  /** The alternative names' octets as they are, instead of `names`. */
  readonly rawNames?: Buffer
  readonly commonName?: string | readonly string[]
  readonly organization?: string
  readonly from?: number
  readonly until?: number
  /** None where the list is empty. */
  readonly usage?: readonly string[]
  readonly keyUsage?: x509.KeyUsageFlags
  readonly key?: KeyKind
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384'
  readonly ca?: boolean
  readonly pathLength?: number
  readonly extensions?: readonly x509.Extension[]
  /** Who signs: an authority's folder, a certificate made here, or nobody but itself. */
  readonly under?: Pki | Made | 'itself'
  /** Changes the finished octets. */
  readonly tamper?: (der: Buffer) => void
}

export interface Made {
  /** PEM: the certificate, then those above it up to the authority that is trusted. */
  readonly cert: string
  readonly key: string
  readonly own: string
  readonly signer: KeyObject
}

const curves = { 'P-256': 'P-256', 'P-384': 'P-384', 'P-521': 'P-521', secp256k1: 'secp256k1' } as const

function newKeys(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'Ed25519') return generateKeyPairSync('ed25519')
  if (kind === 'RSA-1024' || kind === 'RSA-2048') return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) })
  return generateKeyPairSync('ec', { namedCurve: curves[kind] })
}

interface Issuer { readonly certificate: x509.X509Certificate | undefined; readonly key: KeyObject; readonly above: string }

function issuerOf(under: Bend['under'], fallback: Pki, own: KeyObject): Issuer {
  if (under === 'itself') return { certificate: undefined, key: own, above: '' }
  const made = under ?? fallback
  if ('own' in made) return { certificate: new x509.X509Certificate(made.own), key: made.signer, above: made.cert }
  return { certificate: new x509.X509Certificate(made.ca), key: createPrivateKey(readFileSync(`${made.directory}/ca.key`, 'utf8')), above: '' }
}

/** Signed with P-256 whatever the key of the certificate is. */
async function signing(key: KeyObject, hash: string) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash }
  return { signingAlgorithm: algorithm, signingKey: await crypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), algorithm, false, ['sign']) }
}

function extensionsOf({ names = [], rawNames, usage = [serverAuth, clientAuth], keyUsage, ca, pathLength, extensions = [] }: Bend): x509.Extension[] {
  return [
    ...(ca === undefined ? [] : [new x509.BasicConstraintsExtension(ca, pathLength, true)]),
    ...(usage.length > 0 ? [new x509.ExtendedKeyUsageExtension([...usage])] : []),
    ...(keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(keyUsage, true)]),
    ...(rawNames ? [new x509.Extension('2.5.29.17', false, rawNames)] : names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : []),
    ...extensions,
  ]
}

let serial = 1
const alive = (await x509.X509CertificateGenerator.createSelfSigned({ keys: await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']), signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' } })).toString('pem')

export async function bend(how: Bend, authority: Pki): Promise<Made> {
  void new X509Certificate(alive)                       // what OpenSSL found wrong with the certificate before is left in its queue, and the next reading of a key would fail for it
  const { commonName = 'sbc.test', organization, from = -day, until = day, key = 'P-256', hash = 'SHA-256', under, tamper } = how
  const { publicKey, privateKey } = newKeys(key), issuer = issuerOf(under, authority, privateKey)
  const subject = [...(commonName === '' ? [] : [{ CN: typeof commonName === 'string' ? [commonName] : [...commonName] }]), ...(organization === undefined ? [] : [{ O: [organization] }])]
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: (++serial).toString(16).padStart(4, '0'), subject, issuer: issuer.certificate?.subject ?? subject, notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + until),
    publicKey: new x509.PublicKey(publicKey.export({ type: 'spki', format: 'der' })), extensions: extensionsOf(how), ...await signing(issuer.key, hash),
  })
  const der = Buffer.from(made.rawData)
  tamper?.(der)
  const own = new x509.X509Certificate(der).toString('pem')
  return { own, cert: `${own}\n${issuer.above}`, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), signer: privateKey }
}

/** A way from the authority down: each bends the one above it. */
export async function chain(authority: Pki | 'itself', ...steps: readonly Bend[]): Promise<Made> {
  let under: Bend['under'] = authority
  for (const [n, step] of steps.entries()) under = await bend({ commonName: `step ${n}`, usage: [], ca: true, ...step, under }, authority as Pki)
  return under as Made
}

/** DER: tag, length, value. */
export function der(tag: number, ...values: readonly (Buffer | string)[]): Buffer {
  const value = Buffer.concat(values.map((one) => typeof one === 'string' ? Buffer.from(one, 'latin1') : one)), { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : length < 0x1_0000 ? [0x82, length >> 8, length & 255] : [0x83, length >> 16, length >> 8 & 255, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}
/** RFC 5280 4.2.1.6: dNSName with any octets. */
export const dnsName = (text: string): Buffer => der(0x82, text)
/** RFC 5280 4.2.1.10: only names below this one. */
export const permitted = (domain: string): x509.Extension => new x509.Extension('2.5.29.30', true, der(0x30, der(0xa0, der(0x30, dnsName(domain)))))
