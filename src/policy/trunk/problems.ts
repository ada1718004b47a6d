/** Every problem of a trunk security profile, of finding a trunk and of admission: code, sentence, remedy. Codes are stable. */
import type { Problem } from '../../kit/result.ts'

const table = {
  // Fields of a profile
  'policy.trunk.name': ['the name of a profile is missing, too long or not one line of text.', 'Give 1 to 64 characters.'],
  'policy.trunk.description': ['the description is too long or has a character that it may not have.', 'At most 50 characters, none of " % & \\ < >.'],
  'policy.trunk.mode': ['there is no such device security mode.', 'Choose nonSecure, authenticated or encrypted.'],
  'policy.trunk.nullCipher': ['mode authenticated is TLS without encryption (NULL-SHA), and this platform does not allow it.', 'Choose encrypted, which encrypts as well; or set system.allowNullCipher.'],
  'policy.trunk.incomingTransport': ['the incoming transport follows the device security mode.', 'Leave it out: TCP and UDP for nonSecure, TLS for the others.'],
  'policy.trunk.outgoingTransport': ['this outgoing transport does not go with the device security mode.', 'TCP or UDP for nonSecure, TLS for authenticated and encrypted.'],
  'policy.trunk.nonceValidity': ['the nonce validity is not a whole number of seconds in range.', 'Give 10 to 86400 seconds.'],
  'policy.trunk.subjectsNeedTls': ['certificate subjects are given, and this mode has no certificates.', 'Choose authenticated or encrypted, or leave the subjects out.'],
  'policy.trunk.subjectsLength': ['the list of certificate subjects is too long.', 'At most 4096 characters.'],
  'policy.trunk.subjectName': ['the list of certificate subjects holds what is no exact name.', 'Give host names, addresses or common names; wildcards match nothing here.'],
  'policy.trunk.incomingPort': ['the incoming port is not a whole number in range.', 'Give 0 (no listener) to 65535.'],
  'policy.trunk.authorizationNeedsDigest': ['application level authorization knows its user by digest alone.', 'Turn digestAuthentication on.'],
  'policy.trunk.switch': ['a switch is neither true nor false.', 'Give true or false.'],
  'policy.trunk.v150': ['there is no such V.150 filter.', 'Choose useDefault, none, removeMer or removePreMer.'],
  // Profiles beside each other
  'policy.trunk.sameName': ['another profile has this name.', 'Every profile has a name of its own.'],
  'policy.trunk.sameSubject': ['this certificate subject is taken on this incoming port by another profile.', 'A subject and a port belong to one profile: take the name out or use another port.'],
  'policy.trunk.sharedDestination': ['two trunks cannot be told apart: same incoming port, same address of the other side.', 'Give one of them a profile with another incoming port.'],
  'policy.trunk.mixedPort': ['TLS and clear signalling never share a port number.', 'Give one of them another port.'],
  'policy.trunk.portTaken': ['another service has this port.', 'Give the profile another port.'],
  'policy.trunk.predefinedMode': ['the mode of the predefined profile is fixed.', 'Copy it under another name and change the copy.'],
  'policy.trunk.predefined': ['the predefined profile can neither be deleted nor renamed.', 'Leave it; nothing has to use it.'],
  'policy.trunk.inUse': ['trunks use this profile.', 'Give them another profile first.'],
  // Rules of a trunk
  'policy.trunk.ruleHeader': ['no rule touches this header.', 'Leave it as it is.'],
  'policy.trunk.ruleAttribute': ['no rule takes this attribute away.', 'Leave it as it is.'],
  'policy.trunk.ruleOnce': ['this header stands once in a message, and a second one would make it unreadable.', 'Use set.'],
  'policy.trunk.ruleMethod': ['a CANCEL is made of its INVITE, and no rule changes it.', 'Give the rule another method.'],
  'policy.trunk.ruleStatus': ['there is no such status.', 'Give request, a status like 486, a class like 4XX, or *.'],
  'policy.trunk.ruleValue': ['a value is for add, set and replace, and they need one.', 'Give a value to those, and to no other.'],
  'policy.trunk.ruleFind': ['find is for replace, which needs it, and for remove and removeAttribute, which may have it.', 'Give find to those, and to no other.'],
  'policy.trunk.ruleStars': ['the value has more stars than find: each stands for what the star at the same place in find stood for.', 'Leave stars out of the value, or put more into find.'],
  // Warnings
  'policy.trunk.noRealm': ['digest authentication is on, and no SIP realm has credentials for the other side\'s challenges.', 'Add its realm to sipRealms.'],
  'policy.trunk.noApplicationUser': ['digest authentication is on, and no application user has digest credentials: every request will be refused.', 'Add one to applicationUsers.'],
  'policy.trunk.noPermission': ['application level authorization is on, and no application user may do what needs one of the four permissions.', 'Check what they may on the application users.'],
  'policy.trunk.noSubject': ['no certificate subject is given: nobody can call in over TLS.', 'Name the other side\'s certificates in secureCertificateSubjects.'],
  'policy.trunk.pinNeedsTls': ['certificates are pinned, and clear signalling shows none: they protect nothing.', 'Give the trunk a profile of mode encrypted, or take the pins away.'],
  'policy.trunk.registrationRealm': ['it registers, and no SIP realm has a password for it.', 'Add the carrier\'s realm to sipRealms.'],
  'policy.trunk.emergencySrtp': ['phones that take no call without SRTP cannot reach this emergency number: it leads to trunks without SRTP alone.', 'Set srtpAllowed of a trunk that can, or mediaSecurity of the phones to preferred.'],
  // Finding the trunk
  'policy.trunk.unknownSource': ['no trunk has a destination at this address for this port.', 'Add the address to the destinations of a trunk.'],
  'policy.trunk.noCertificate': ['the connection showed no certificate.', 'The other side must present one that we trust.'],
  'policy.trunk.unknownSubject': ['no profile on this port names a subject of this certificate.', 'Add the name to secureCertificateSubjects of the profile.'],
  'policy.trunk.ambiguous': ['several trunks fit, and none is preferred by guessing.', 'Give them different incoming ports or destinations.'],
  'policy.trunk.notEncrypted': ['the connection does not encrypt, and the trunk must be encrypted.', 'Let the other side offer an encrypting suite.'],
  'policy.trunk.nullOnly': ['an authenticated trunk speaks NULL-SHA alone, and this connection does not.', 'Set the profile to encrypted, which takes encrypting suites.'],
  // Admission
  'policy.trunk.method': ['no trunk may send this method.', 'Nothing opens it: phones register and publish, trunks do not.'],
  'policy.trunk.acceptPresenceSubscription': ['this trunk may not subscribe to presence.', 'Set acceptPresenceSubscription of the profile.'],
  'policy.trunk.acceptOutOfDialogRefer': ['this trunk may not send REFER outside a dialog.', 'Set acceptOutOfDialogRefer of the profile.'],
  'policy.trunk.acceptUnsolicitedNotification': ['this trunk may not send NOTIFY without a subscription.', 'Set acceptUnsolicitedNotification of the profile.'],
  'policy.trunk.acceptReplacesHeader': ['this trunk may not replace dialogs.', 'Set acceptReplacesHeader of the profile.'],
  'policy.trunk.applicationUser': ['the trunk may, and the credentials are of no application user.', 'Let the application answer with the digest user of an application user.'],
  'policy.trunk.userPermission': ['the trunk may, and this application user may not.', 'Check the same permission on the application user.'],
} as const satisfies Record<string, readonly [string, string]>

export type TrunkCode = keyof typeof table

export function problem(code: TrunkCode, where?: string, detail?: string): Problem {
  const [text, remedy] = table[code]
  return { code, text: detail === undefined ? sentence(text) : `${sentence(text).slice(0, -1)}: ${detail}.`, where, remedy }
}

function sentence(text: string): string { return text.charAt(0).toUpperCase() + text.slice(1) }
