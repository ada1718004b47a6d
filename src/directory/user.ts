/** A person: who may sign in, has an extension and perhaps a mailbox. Standards R001 (users), RFC 3261 19.1.1 (userId as user part). */
import { define, type Defined, dialled, optional, reference, secretText, text, yesNo } from './define.ts'
import { secretRules } from './weak.ts'

export const user = define({ kind: 'user', collection: 'users', label: 'User', about: 'A person who calls, is called and signs in.' }, {
  userId: text({ label: 'User ID', about: 'Name to sign in with; dials the primary extension as sip:userId@domain.', max: 64, named: 'name' }),
  displayName: optional(text({ label: 'Display name', about: 'Shown to the other party; the user ID where none is given.', max: 128, named: 'line' })),
  extension: optional(dialled('Extension', 'Number of the primary line; the line is made with defaults unless `lines` has it.')),
  password: optional(secretText('Password', `To sign in to web and mail. Kept as argon2id. Must be ${secretRules.password}, see system.weakSecrets.`, 'person', 1, 128)),
  pin: optional(secretText('PIN', `To sign in by telephone. Kept as argon2id. Must be ${secretRules.PIN}, see system.weakSecrets.`, 'person', 1, 24)),
  mailbox: yesNo('Mailbox', 'Whether the user has a voice mailbox.', false),
  classOfService: optional(reference('Class of service', 'What the user may do, by name.', ['classOfService'])),
  doNotDisturb: yesNo('Do not disturb', 'The user\'s extension does not ring; forwarding on busy applies.', false),
  callWaiting: yesNo('Call waiting', 'A second call rings while the user talks.', true),
})

export type User = Defined<typeof user>
