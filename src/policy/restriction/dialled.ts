/**
 * What somebody asks to be dialled, in the one spelling that tables are compared with: no separator, no scheme, no parameter, nothing escaped.
 * What cannot be read so is no number: it is refused, never guessed (R131).
 *
 * Standards  RFC 3966 5.1.1 (visual separators), RFC 3261 19.1.1 and 19.1.6, Unicode NFKC; unity-connection 6.3
 * Security   fed by users and callers; single looks at bounded text
 */
export const maxDialled = 255

export type Dialled =
  /** Digits, * and # as keys, a + anywhere; `digits` counts all but +. */
  | { readonly is: 'number'; readonly text: string; readonly digits: number }
  /** user@host or a name; `number` where the user part can be dialled as one. */
  | { readonly is: 'address'; readonly text: string; readonly number?: string | undefined }
  | { readonly is: 'unreadable'; readonly why: string }

/** Blanks, dashes and brackets of any script, marks that cannot be seen, and what else stands between groups of digits; a comma is a pause. */
const separators = /[\p{Zs}\p{Pd}\p{Cf}\p{Ps}\p{Pe}\t.,/_~·•]+/gu
const numberCharacters = /^[+0-9*#]+$/
/** No second @, no password, nothing that cannot be seen. */
const userCharacters = /^[^\s@:\p{Cc}\p{Cf}]+$/u
const nameCharacters = /^[a-z][a-z0-9._-]*$/

export function readDialled(given: string): Dialled {
  if (given.length > maxDialled) return unreadable('it is longer than anything that is dialled')
  const text = given.normalize('NFKC').trim().toLowerCase(), colon = text.indexOf(':')
  const scheme = colon < 0 ? '' : text.slice(0, colon)
  if (scheme === 'tel') return readNumber(unescaped(withoutParameters(beforeAny(text.slice(colon + 1), '?'))))
  if (scheme === 'sip' || scheme === 'sips') return readAddress(text.slice(colon + 1))
  return text.includes('@') ? readAddress(text) : readNumber(text)
}

function unreadable(why: string): Dialled { return { is: 'unreadable', why } }

function readNumber(text: string | undefined): Dialled {
  const bare = text?.replace(separators, '')
  if (bare === undefined || bare === '') return unreadable('there is nothing to dial in it')
  if (numberCharacters.test(bare)) return { is: 'number', text: bare, digits: bare.replaceAll('+', '').length }
  return nameCharacters.test(text!) ? { is: 'address', text: text! } : unreadable('it has characters that no number has')
}

/** user@host without password, parameters, headers and port: none of them may carry a number past a table. */
function readAddress(text: string): Dialled {
  const at = text.lastIndexOf('@'), host = hostOf(text.slice(at + 1))
  if (host === undefined) return unreadable('its host cannot be read')
  if (at < 0) return /^[a-z]/.test(host) ? { is: 'address', text: host } : unreadable('it has no user part')
  const user = unescaped(withoutParameters(text.slice(0, at)))
  if (user === undefined || !userCharacters.test(user)) return unreadable('its user part cannot be read')
  const number = readNumber(user), isNumber = number.is === 'number'
  // What begins as a number and goes on as none might be cut by whoever dials it: 9p00, 9;00
  if (!isNumber && !/^\p{L}/u.test(user)) return unreadable('its user part is neither a number nor a name')
  return { is: 'address', text: `${user}@${host}`, number: isNumber ? number.text : undefined }
}

function hostOf(text: string): string | undefined {
  const host = text.startsWith('[') ? text.slice(0, text.indexOf(']') + 1) : beforeAny(text, ':;?')
  const bare = host.endsWith('.') ? host.slice(0, -1) : host
  return /^[a-z0-9.[\]:-]+$/.test(bare) ? bare : undefined
}

function beforeAny(text: string, marks: string): string {
  for (let i = 0; i < text.length; i++) if (marks.includes(text[i]!)) return text.slice(0, i)
  return text
}

/** RFC 3966 5.1: parameters that say where a number is valid are left out. Any other might dial on (postd, ext) or elsewhere (rn): undefined. */
function withoutParameters(text: string): string | undefined {
  const [bare = '', ...parameters] = text.split(';')
  return parameters.every((one) => one === 'npdi' || one.startsWith('phone-context=')) ? bare : undefined
}

/** RFC 3261 19.1.2: %39 is a 9. Undefined where an escape is none or would have to be read twice. */
function unescaped(text: string | undefined): string | undefined {
  if (!text?.includes('%')) return text
  try {
    const plain = decodeURIComponent(text).normalize('NFKC').toLowerCase()
    return plain.includes('%') ? undefined : plain
  } catch {
    return undefined
  }
}
