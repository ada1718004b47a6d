/**
 * What no single field can know: names that must exist, numbers that must be one thing, phones that must be somebody.
 *
 * Security   a phone that nothing identifies and a secret that anybody guesses are errors, never warnings (A36)
 */
import type { Kind } from './changes.ts'
import { checkSecrets } from './crossSecrets.ts'
import { finding, type Report } from './finding.ts'
import { canonical, listed, splitSource } from './formats.ts'
import { checkNumbers, featuresOf, lineNumbers } from './numbers.ts'
import { checkReferences } from './references.ts'
import { isDraft, type SiteObject, textOf, textsOf, type View } from './view.ts'

/** `unread`: kinds of which something could not be read; what points to them is not looked up. `stored`: whether there is such an object now. */
export function crossCheck(view: View, unread: ReadonlySet<Kind> = new Set(), stored: (id: string) => boolean = () => false): Report {
  const report: Report = { errors: [], warnings: [] }
  checkSystem(view, report)
  checkNumbers(view, report)
  checkReferences(view, unread, stored, report)
  checkSecrets(view, unread, report)
  checkMembers(view, unread, report)
  const extensions = new Map(view.user.map((user) => [user.key, textOf(user.draft, 'extension')]))
  for (const phone of view.phone) {
    if (phone.broken) continue
    checkPhone(phone, report)
    const own = extensions.get(textOf(phone.draft, 'user') ?? '')
    if (own === undefined && textsOf(phone.draft, 'lines').length === 0) report.warnings.push(finding(phone, [], 'directory.noLine', 'It has no line: nobody can call it.', 'Give lines, or a user with an extension.'))
  }
  checkAddresses(view, report)
  checkForwarding(view, report)
  return report
}

function checkSystem(view: View, { errors, warnings }: Report): void {
  const object = view.system[0]
  if (!object || object.broken) return
  const listen = listed(textOf(object.draft, 'listen') ?? '')
  if (listen.some((address) => address === '0.0.0.0' || address === '::') && textOf(object.draft, 'address') === undefined) {
    warnings.push(finding(object, ['listen'], 'directory.noAddress', 'Services listen on every interface, and no address is given for others to use.', 'Give system.address.'))
  }
  const { digestAlgorithms } = object.draft   // absent in what was stored before there was this field
  if (Array.isArray(digestAlgorithms) && digestAlgorithms.length === 0) {
    errors.push(finding(object, ['digestAlgorithms'], 'site.notAllowed', 'Without an algorithm no phone could prove who it is.', 'Name at least one.'))
  }
  const tls = textOf(object.draft, 'tlsMinVersion')
  if (tls === '1.0' || tls === '1.1') warnings.push(finding(object, ['tlsMinVersion'], 'directory.oldTls', `TLS ${tls} is known to be weak (RFC 8996).`, 'Leave it at 1.2.'))
}

/** Lines are made by users, phones and `lines` together: a member is no key of one list. */
function checkMembers(view: View, unread: ReadonlySet<Kind>, { errors }: Report): void {
  const lines = (['user', 'phone', 'line'] as const).some((kind) => unread.has(kind)) ? undefined : lineNumbers(view)
  for (const hunt of lines ? view.huntGroup : []) for (const [i, member] of textsOf(hunt.draft, 'members').entries()) {
    if (!lines!.has(member)) errors.push(finding(hunt, ['members', i], 'directory.unknownLine', `There is no line ${member}.`, 'Members are lines of users, phones or `lines`.'))
  }
}

function checkPhone(phone: SiteObject, { errors, warnings }: Report): void {
  const { draft } = phone
  const digest = isDraft(draft.digest) ? draft.digest : undefined
  const mode = textOf(draft, 'deviceSecurityMode')
  if (draft.address !== undefined && (mode !== 'nonSecure' || digest)) {
    errors.push(finding(phone, ['address'], 'directory.addressRule', 'A fixed address identifies only a nonSecure phone without digest.', 'Take out the address: digest or a certificate is stronger.'))
  }
  if (mode === 'nonSecure' && !digest && draft.address === undefined) {
    errors.push(finding(phone, ['deviceSecurityMode'], 'directory.noIdentity', 'Nothing identifies this phone.', 'Give digest (or, where the phone cannot, its fixed address), or make it encrypted.'))
  }
  if (mode === 'nonSecure') warnings.push(finding(phone, ['deviceSecurityMode'], 'directory.plainPhone', 'Its signalling may go in the clear, and SRTP keys with it.', 'Make it encrypted if it can do TLS.'))
  if (mode !== 'nonSecure' && !digest) warnings.push(finding(phone, [], 'directory.certificateOnly', `It has no digest: it must show a certificate for ${phone.key}.`))
}

function checkAddresses(view: View, { errors }: Report): void {
  for (const objects of [view.phone, view.applicationUser]) {
    const users = new Set<string>()
    for (const object of objects) {
      const user = isDraft(object.draft.digest) ? textOf(object.draft.digest, 'user') : undefined
      if (user !== undefined && users.size === users.add(user).size) errors.push(finding(object, ['digest', 'user'], 'directory.sameDigestUser', `Another ${object.kind === 'phone' ? 'phone' : 'application user'} has the digest user ${user}.`))
    }
  }
  const addresses = new Map<string, Set<number>>()
  for (const phone of view.phone) {
    const source = splitSource(textOf(phone.draft, 'address') ?? '')
    if (!source) continue
    const ports = addresses.get(canonical(source.address)) ?? new Set()
    const port = source.port ?? 0   // 0: any port, so no other phone may have this address
    if (ports.has(port) || ports.has(0) || (port === 0 && ports.size > 0)) errors.push(finding(phone, ['address'], 'directory.sameAddress', 'Another phone is known by this address.'))
    addresses.set(canonical(source.address), ports.add(port))
  }
}

const forwards = ['forwardAll', 'forwardBusy', 'forwardNoAnswer', 'forwardNotRegistered'] as const

/** Loops are stopped in a call as well (dial plan 11.7); here the administrator hears of them. */
function checkForwarding(view: View, report: Report): void {
  const { warnings } = report
  checkForwardTargets(view, report)
  const all = new Map(view.line.map((line) => [line.key, textOf(line.draft, 'forwardAll')]))
  const done = new Set<string>()
  for (const line of view.line) {
    for (const name of forwards) {
      if (textOf(line.draft, name) === line.key) warnings.push(finding(line, [name], 'directory.forwardSelf', `${line.key} forwards to itself.`))
    }
    const walked = new Set<string>()
    let at: string | undefined = line.key
    while (at !== undefined && !done.has(at) && !walked.has(at)) { walked.add(at); at = all.get(at) }
    if (at !== undefined && walked.has(at) && all.get(at) !== at) warnings.push(finding(line, ['forwardAll'], 'directory.forwardLoop', `Forwarding from ${line.key} goes round in a circle.`))
    for (const number of walked) done.add(number)
  }
}

/** A forward rings phones (dial plan 11.7): a feature would act for the caller, with rights that nobody gave it. */
function checkForwardTargets(view: View, { errors }: Report): void {
  const featureAt = featuresOf(view)
  for (const [objects, names] of [[view.line, forwards], [view.huntGroup, ['onBusy', 'onNoAnswer']]] as const) {
    for (const object of objects) for (const name of names) {
      const number = textOf(object.draft, name), feature = number === undefined ? undefined : featureAt(number)
      if (feature !== undefined) errors.push(finding(object, [name], 'directory.forwardFeature', `${number} is no phone but a feature (${feature}).`, 'Give a line or a hunt group.'))
    }
  }
}
