/** Octets in a named character set → text. What cannot be read is shown as octets of ISO 8859-1. */
const maxName = 40

export function charsetText(charset: string, octets: string): string {
  const bytes = Buffer.from(octets, 'latin1'), label = charset.trim().toLowerCase()
  if (label === 'utf-8' || label === 'us-ascii') return bytes.toString('utf8')
  try {
    return label.length > maxName ? octets : new TextDecoder(label).decode(bytes)
  } catch {                                                                                   // a name that nobody knows
    return octets
  }
}
