/**
 * A device that registers, and how it proves who it is.
 *
 * Security   secure unless an administrator says otherwise: encrypted, SRTP required. Standards R230-R243
 */
import { define, type Defined, dialled, group, listOf, oneOf, optional, reference, secretText, text, whole, yesNo } from './define.ts'
import { secretRules } from './weak.ts'

export const phone = define({ kind: 'phone', collection: 'phones', label: 'Phone', about: 'A device that registers and carries lines.' }, {
  name: text({ label: 'Name', about: 'Name of the device; also the name that its certificate carries.', max: 128, named: 'name' }),
  description: optional(text({ label: 'Description', about: 'Where it stands, what it is.', max: 128, named: 'line' })),
  user: optional(text({ label: 'User', about: 'The person whose phone it is.', max: 64, named: 'name', refers: ['user'] })),
  lines: listOf('Lines', 'Numbers that ring here, the first is the primary; the user\'s extension where none is given.',
    dialled('Line', 'Number of a line.'), 32),
  digest: optional(group('Digest', 'How the phone answers a challenge (RFC 3261 22).', {
    user: text({ label: 'Digest user', about: 'User name in the answer; the phone may register under it.', max: 64, named: 'name' }),
    password: optional(secretText('Digest password', `Kept as HA1 values, sealed. Must be ${secretRules.password}, see system.weakSecrets.`, 'digest', 1, 128)),
  })),
  deviceSecurityMode: oneOf('Device security mode', 'The least that the phone may use: an encrypted one registers over TLS alone.',
    ['nonSecure', 'authenticated', 'encrypted'], 'encrypted'),
  mediaSecurity: oneOf('Media security', 'SRTP: required = no SRTP, no call; preferred = where the other side can; off = never.',
    ['off', 'preferred', 'required'], 'required'),
  address: optional(text({ label: 'Address', about: 'Fixed source by which a nonSecure phone without digest is known; with neither digest nor TLS it proves nothing.', max: 64, named: 'source' })),
  callingSearchSpace: optional(reference('Calling search space', 'What it may call, after that of the line; with neither: lines, groups and features that are in no partition.', ['callingSearchSpace'])),
  localRouteGroup: optional(reference('Local route group', 'What Standard Local Route Group of a route list means for its calls.', ['routeGroup'])),
  zone: optional(text({ label: 'Time zone', about: 'Of its clock, such as Europe/Zurich; tollControl.zone where none is given.', max: 64, named: 'line' })),
  maxRegistrations: whole('Registrations', 'Contacts registered at one time, at most.', 1, 32, 5),
  trustedForSecurityStatus: yesNo('Trusted for security status', 'Whether its word that a call is secure counts.', true),
})

export type Phone = Defined<typeof phone>
