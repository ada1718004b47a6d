/** Octets (one char each) ⇄ text. */

/** Octets that are UTF-8 as text; undefined where they are not. */
export function utf8(octets: string): string | undefined {
  const bytes = Buffer.from(octets, 'latin1'), text = bytes.toString('utf8')
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text
}

/** Text as the octets of its UTF-8. */
export function octets(text: string): string { return Buffer.from(text, 'utf8').toString('latin1') }
