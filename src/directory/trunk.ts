/**
 * What stands between this system and others: security profiles, trunks, the passwords that we answer their challenges with,
 * and the applications behind them.
 *
 * Standards  R300–R376 (policy/trunk says what may stand together), RFC 3261 10, 3325, 5806, 6140, 8643; sip-trunk 1.4–1.8
 * Security   nothing extra is accepted, no identity is believed and nothing goes from trunk to trunk unless an administrator says so
 */
import { define, type Defined, group, listOf, oneOf, optional, reference, secretText, text, whole, yesNo } from './define.ts'
import { limitFields } from './limits.ts'

const permissions = {
  acceptPresenceSubscription: yesNo('Accept presence subscription', 'SUBSCRIBE that would learn who is there (R366).', false),
  acceptOutOfDialogRefer: yesNo('Accept out-of-dialog REFER', 'REFER that belongs to no call (R368).', false),
  acceptUnsolicitedNotification: yesNo('Accept unsolicited notification', 'NOTIFY that nobody subscribed to (R369).', false),
  acceptReplacesHeader: yesNo('Accept Replaces header', 'Requests that take the place of another call (R370).', false),
}

export const trunkProfile = define({ kind: 'trunkProfile', collection: 'sipTrunkSecurityProfiles', label: 'SIP trunk security profile', about: 'How trunks prove who they are and what their requests may do.' }, {
  name: text({ label: 'Name', about: 'Name of the profile.', max: 64, named: 'line' }),
  description: text({ label: 'Description', about: 'What it is for; none of " % & \\ < >.', min: 0, max: 50, named: 'line', preset: '' }),
  deviceSecurityMode: oneOf('Device security mode', 'nonSecure: TCP and UDP in the clear; authenticated: TLS without encryption (NULL-SHA), where system.allowNullCipher is on; encrypted: TLS.', ['nonSecure', 'authenticated', 'encrypted'], 'nonSecure'),
  incomingTransport: optional(oneOf('Incoming transport', 'Follows from the mode (R338): clear is TCP and UDP together.', ['clear', 'tls'])),
  outgoingTransport: optional(oneOf('Outgoing transport', 'tcp where none is given for nonSecure, tls for the others.', ['tcp', 'udp', 'tls'])),
  digestAuthentication: yesNo('Digest authentication', 'Every request but ACK and CANCEL must carry credentials of an application user (R343).', false),
  nonceValidity: whole('Nonce validity', 'Seconds that a challenge is good for.', 10, 86_400, 600),
  secureCertificateSubjects: text({ label: 'Secure certificate subjects', about: 'Names of the peers\' certificates, separated by space, comma, semicolon or colon.', min: 0, max: 4_096, named: 'line', preset: '' }),
  incomingPort: optional(whole('Incoming port', '5060 where none is given for nonSecure, 5061 for the others; 0: nothing comes in.', 0, 65_535)),
  applicationLevelAuthorization: yesNo('Application level authorization', 'The application user must have the permission as well (R361).', false),
  ...permissions,
  transmitSecurityStatus: yesNo('Transmit security status', 'Tells the peer how safe the call is.', false),
  v150OutboundSdpOfferFiltering: oneOf('V.150 filter', 'What is taken out of offers to the trunk; useDefault: what system.v150OutboundSdpOfferFiltering says.', ['useDefault', 'none', 'removeMer', 'removePreMer'], 'useDefault'),
})

const destination = group('Destination', 'Where the trunk leads.', {
  address: text({ label: 'Address', about: 'An address, or a name that is looked up (NAPTR, SRV, A, AAAA).', max: 253, named: 'host' }),
  port: optional(whole('Port', 'Without one a name is looked up by SRV, and an address is reached at the port of its transport.', 1, 65_535)),
  priority: whole('Priority', 'The lowest is tried first.', 0, 65_535, 0),
  weight: whole('Weight', 'Share among those of one priority.', 0, 65_535, 1),
})

const headerRule = group('Rule', 'One change of messages; rules are done in order.', {
  direction: oneOf('Direction', 'Messages to the trunk, from it, or both.', ['out', 'in', 'both'], 'out'),
  method: text({ label: 'Method', about: 'INVITE and so on, or * for every one; of a response its CSeq method.', max: 16, named: 'token', preset: '*' }),
  status: text({ label: 'Status', about: 'request, a status (486), a class (4XX), or * for requests and responses.', max: 8, named: 'token', preset: '*' }),
  what: oneOf('What', 'add a header line, set it (one line in place of all), remove it; removeAttribute and removeCodec work on the description.', ['add', 'set', 'remove', 'replace', 'removeAttribute', 'removeCodec'], 'set'),
  name: text({ label: 'Name', about: 'Of the header, the attribute or the codec.', max: 64, named: 'token' }),
  find: optional(text({ label: 'Find', about: 'Text that replace looks for in the value; * stands for anything.', max: 256, named: 'line' })),
  value: optional(text({ label: 'Value', about: 'What is written.', min: 0, max: 512, named: 'line' })),
})

export const trunk = define({ kind: 'trunk', collection: 'trunks', label: 'SIP trunk', about: 'Another system that calls come from and go to.' }, {
  name: text({ label: 'Name', about: 'Name of the trunk.', max: 64, named: 'name' }),
  description: optional(text({ label: 'Description', about: 'Whose it is, what it is for.', max: 128, named: 'line' })),
  securityProfile: reference('Security profile', 'Name of its SIP trunk security profile.', ['trunkProfile']),
  destinations: listOf('Destinations', 'Where calls go, and whose requests are the trunk\'s.', destination, 16),
  enabled: yesNo('Enabled', 'Whether it is used at all.', true),
  srtpAllowed: yesNo('SRTP allowed', 'Media may be encrypted: offered, and taken where the peer can (RFC 8643).', false),
  srtpRequired: yesNo('SRTP required', 'No SRTP, no call.', false),
  considerSecure: oneOf('Consider secure', 'What it takes for a call over this trunk to count as encrypted.', ['tlsAndSrtp', 'srtp'], 'tlsAndSrtp'),
  trustedForSecurityStatus: yesNo('Trusted for security status', 'Whether its word that a call is secure counts; without it no call over the trunk counts as authenticated or encrypted.', false),
  callingSearchSpace: optional(reference('Calling search space', 'What calls from the trunk may reach; without one what is in no partition: own lines and features of calls.', ['callingSearchSpace'])),
  reroutingCallingSearchSpace: optional(reference('Rerouting search space', 'What a 3xx answer of the trunk may reach; without one nothing.', ['callingSearchSpace'])),
  referCallingSearchSpace: optional(reference('Out-of-dialog REFER search space', 'What a REFER outside a call may reach; without one nothing.', ['callingSearchSpace'])),
  calledTransformation: optional(reference('Called transformation', 'Search space of the transformations of numbers called through it.', ['callingSearchSpace'])),
  callingTransformation: optional(reference('Calling transformation', 'Search space of the transformations of numbers that call through it.', ['callingSearchSpace'])),
  callerNumber: optional(text({ label: 'Caller number', about: 'Number shown for every call out, whoever calls.', max: 24, named: 'number' })),
  offNet: yesNo('Off-net', 'Leads to the outside: what comes in here goes out at no other off-net trunk, unless offNetTo says so.', true),
  offNetTo: listOf('Off-net to', 'Off-net trunks by which calls from this one may go out again.', reference('Trunk', 'Its name in its list.', ['trunk']), 100),
  assertIdentity: yesNo('Assert identity', 'Sends P-Asserted-Identity (RFC 3325).', true),
  remotePartyId: yesNo('Remote-Party-ID', 'Sends it, and reads it where the identity is believed.', false),
  trustIdentity: yesNo('Trust identity', 'Believes the caller that the peer asserts; counts only where TLS or digest has shown who the peer is (R345).', false),
  privacy: oneOf('Privacy', 'default: as the caller asked; never: the caller\'s wish goes along but the peer is told; always: every caller is anonymous.', ['default', 'never', 'always'], 'default'),
  diversionIn: yesNo('Diversion in', 'Believes Diversion and History-Info of the peer.', false),
  diversionOut: yesNo('Diversion out', 'Tells who forwarded a call (RFC 5806).', false),
  historyInfoOut: yesNo('History-Info out', 'Tells it as RFC 7044 does.', false),
  pinnedCertificates: listOf('Pinned certificates', 'SHA-256 of certificates that the peer may show, as hex; any that is good where none is given.', text({ label: 'Fingerprint', about: '64 hex digits, with colons if wanted.', max: 95, named: 'fingerprint' }), 8),
  optionsPing: yesNo('OPTIONS ping', 'Asks every destination whether it lives.', true),
  pingSeconds: whole('Ping every', 'Seconds between two questions to a destination that is up.', 5, 600, 60),
  pingDownSeconds: whole('Ping every, down', 'Seconds between two questions to one that is down.', 5, 600, 120),
  pingRetries: whole('Retries', 'Questions without an answer until a destination is down.', 1, 10, 6),
  pingRetryMilliseconds: whole('Retry after', 'Milliseconds between those.', 100, 1_000, 500),
  registration: optional(group('Registration', 'At a carrier that wants to be told where we are (RFC 3261 10); the password is the row of sipRealms.', {
    user: text({ label: 'User', about: 'User part of the address of record.', max: 64, named: 'name' }),
    domain: optional(text({ label: 'Domain', about: 'Its host; the first destination where none is given.', max: 253, named: 'host' })),
    expires: whole('Expires', 'Seconds asked for.', 60, 86_400, 3_600),
    bulk: yesNo('Bulk numbers', 'Registers all numbers at once (RFC 6140).', false),
  })),
  rules: listOf('Rules', 'Changes of headers and descriptions on the way.', headerRule, 50),
  limits: optional(group('Limits', 'How much goes out by it; over that calls are refused and an alarm is raised. Calls that come in have callsAtOnce and callsPerSecond for themselves.', limitFields)),
})

export const sipRealm = define({ kind: 'sipRealm', collection: 'sipRealms', label: 'SIP realm', about: 'What we answer a peer\'s challenge with: of no other realm, and of no phone.' }, {
  realm: text({ label: 'Realm', about: 'As the challenge spells it.', max: 128, named: 'realm' }),
  user: text({ label: 'User', about: 'User name in our answer.', max: 128, named: 'realm' }),
  password: optional(secretText('Password', 'Given to us by the peer: kept as HA1 values, sealed.', 'digest', 1, 128)),
  trunks: listOf('Trunks', 'Whose challenges it answers; those of any trunk where none is given: a peer may name whatever realm it likes, and try passwords on the answer.', reference('Trunk', 'Its name in its list.', ['trunk']), 100),
})

export const applicationUser = define({ kind: 'applicationUser', collection: 'applicationUsers', label: 'Application user', about: 'A system behind a trunk, and what its requests may do where the profile asks (R361–R370).' }, {
  userId: text({ label: 'User ID', about: 'Name of the application.', max: 64, named: 'name' }),
  digest: optional(group('Digest', 'How it answers a challenge.', {
    user: text({ label: 'Digest user', about: 'User name in the answer.', max: 64, named: 'name' }),
    password: optional(secretText('Digest password', 'Kept as HA1 values, sealed.', 'digest', 1, 128)),
  })),
  ...permissions,
})

export type TrunkProfile = Defined<typeof trunkProfile>
export type Trunk = Defined<typeof trunk>
export type SipRealm = Defined<typeof sipRealm>
export type ApplicationUser = Defined<typeof applicationUser>
