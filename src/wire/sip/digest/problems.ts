/** What can be wrong with a challenge or with credentials. Codes are stable: tests, logs and the console carry them. */
import type { Problem } from '../../../kit/result.ts'

const problem = (what: string, text: string, remedy?: string): Problem => ({ code: `sip.digest${what}`, text, ...(remedy ? { remedy } : {}) })

export const problems = {
  tooLong: problem('TooLong', 'The value is longer than is read.'),
  tooMany: problem('TooMany', 'The value has more parameters than are read.'),
  syntax: problem('Syntax', 'The value is not a scheme with a list of name=value.'),
  twice: (name: string): Problem => ({ ...problem('Twice', 'A parameter stands twice.'), where: name }),
  missing: (name: string): Problem => ({ ...problem('Missing', 'A parameter is missing.'), where: name }),
  value: (name: string): Problem => ({ ...problem('Value', 'A parameter has a value that is not allowed.'), where: name }),
  scheme: problem('Scheme', 'The scheme is not Digest.', 'Only Digest is accepted (RFC 8760 2.6).'),
  userhash: problem('Userhash', 'The user name is hashed, which was not offered.', 'Send the user name as it is.'),
  uri: problem('Uri', 'The uri parameter is not the Request-URI.'),
  realm: problem('Realm', 'The realm is not the one that was asked for.'),
  opaque: problem('Opaque', 'The opaque value is not the one that was given.'),
  algorithm: problem('Algorithm', 'The algorithm was not offered.', 'Answer one of the challenges as it stands.'),
  qop: problem('Qop', 'The quality of protection was not offered.', 'Send qop=auth with nc and cnonce.'),
  nonceForged: problem('NonceForged', 'The nonce was not made here for this realm and source.'),
  nonceOld: problem('NonceOld', 'The nonce is older than its lifetime.'),
  nonceForgotten: problem('NonceForgotten', 'The nonce counts of that time are no longer held.'),
  replay: problem('Replay', 'The nonce count was used before.'),
  user: problem('User', 'No such user, or no credentials for this algorithm.'),
  response: problem('Response', 'The response does not fit the password.'),
  notOurs: problem('NotOurs', 'No credentials are held for the realm and peer that ask.', 'Add the realm to the SIP realms, or correct its peer.'),
  unsupported: problem('Unsupported', 'No challenge names an algorithm and protection that these credentials allow.'),
  gaveUp: problem('GaveUp', 'The peer refused the credentials.', 'Check user and password of the realm.'),
}
