/** A certificate as it is shown. */
export interface CertificateRow {
  readonly file: string
  readonly purpose: 'authority' | 'server' | 'trusted' | 'other'
  readonly subject: string
  readonly names: readonly string[]
  readonly issuer: string
  readonly notBefore: string
  readonly notAfter: string
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string
}
