/**
 * What no single field can know: names that must exist, numbers that must be one thing, phones that must be somebody.
 *
 * Security   a phone that nothing identifies and a secret that anybody guesses are errors, never warnings (A36)
 */
import { isSealed, type Kind } from './changes.ts'
import { finding, type Report } from './finding.ts'
import { canonical, listed, splitSource } from './formats.ts'
import { checkNumbers, featuresOf, lineNumbers } from './numbers.ts'
import type { Draft } from './parse.ts'
import { isDraft, isPlaintext, realmsOf, type SiteObject, textOf, textsOf, type View } from './view.ts'
import { secretRules, weakPassword, weakPin } from './weak.ts'

/** `unread`: kinds of which something could not be read; what points to them is not looked up. */
export function crossCheck(view: View, unread: ReadonlySet<Kind> = new Set()): Report {
  const report: Report = { errors: [], warnings: [] }
  checkSystem(view, report)
  checkNumbers(view, report)
  checkNames(view, unread, report)
  const extensions = new Map(view.user.map((user) => [user.key, textOf(user.draft, 'extension')]))
  for (const phone of view.phone) {
    if (phone.broken) continue
    checkPhone(phone, view, unread, report)
    const own = extensions.get(textOf(phone.draft, 'user') ?? '')
    if (own === undefined && textsOf(phone.draft, 'lines').length === 0) report.warnings.push(finding(phone, [], 'directory.noLine', 'It has no line: nobody can call it.', 'Give lines, or a user with an extension.'))
  }
  checkAddresses(view, report)
  for (const user of view.user) if (!user.broken) checkUserSecrets(user, view, report)
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
  const realm = realmsOf(view).station
  const old = view.phone.filter((p) => p.path === undefined && boundElsewhere(p.draft, realm))
  if (old.length > 0) errors.push(finding(object, ['domain'], 'directory.secretUnbound', `The stored digest passwords of ${old.length} phones belong to another realm than ${realm}.`,
    'Set sipStationRealm to what it was, or give the phones with their passwords.'))
}

function boundElsewhere(phone: Draft, realm: string): boolean {
  const digest = phone.digest
  if (!isDraft(digest) || !isSealed(digest.password)) return false
  return digest.password.scope !== `${textOf(digest, 'user')}:${realm}`
}

function checkNames(view: View, unread: ReadonlySet<Kind>, { errors }: Report): void {
  const whole = (...kinds: readonly Kind[]) => !kinds.some((kind) => unread.has(kind))
  const hasUsers = whole('user'), hasGroups = whole('pickupGroup'), hasLines = whole('user', 'phone', 'line')
  const keys = (kind: Kind) => new Set(view[kind].map((o) => o.key))
  const [users, groups, lines] = [keys('user'), keys('pickupGroup'), lineNumbers(view)]
  for (const phone of view.phone) {
    const owner = textOf(phone.draft, 'user')
    if (owner !== undefined && hasUsers && !users.has(owner)) errors.push(finding(phone, ['user'], 'directory.unknownUser', `There is no user ${owner}.`))
  }
  for (const line of view.line) {
    const group = textOf(line.draft, 'pickupGroup')
    if (group !== undefined && hasGroups && !groups.has(group)) errors.push(finding(line, ['pickupGroup'], 'directory.unknownGroup', `There is no pickup group ${group}.`))
  }
  for (const hunt of view.huntGroup) for (const [i, member] of textsOf(hunt.draft, 'members').entries()) {
    if (hasLines && !lines.has(member)) errors.push(finding(hunt, ['members', i], 'directory.unknownLine', `There is no line ${member}.`, 'Members are lines of users, phones or `lines`.'))
  }
  for (const group of view.pickupGroup) for (const [i, other] of textsOf(group.draft, 'associated').entries()) {
    if (hasGroups && !groups.has(other)) errors.push(finding(group, ['associated', i], 'directory.unknownGroup', `There is no pickup group ${other}.`))
  }
}

function checkPhone(phone: SiteObject, view: View, unread: ReadonlySet<Kind>, { errors, warnings }: Report): void {
  const { draft } = phone
  const digest = isDraft(draft.digest) ? draft.digest : undefined
  const mode = textOf(draft, 'deviceSecurityMode')
  const proves = digest?.password !== undefined
  if (draft.address !== undefined && (mode !== 'nonSecure' || digest)) {
    errors.push(finding(phone, ['address'], 'directory.addressRule', 'A fixed address identifies only a nonSecure phone without digest.', 'Take out the address: digest or a certificate is stronger.'))
  }
  if (digest && !proves) errors.push(finding(phone, ['digest'], 'directory.passwordMissing', 'The digest user has no password, and none is stored.', 'Give digest.password.'))
  if (mode === 'nonSecure' && !digest && draft.address === undefined) {
    errors.push(finding(phone, ['deviceSecurityMode'], 'directory.noIdentity', 'Nothing identifies this phone.', 'Give digest (or, where the phone cannot, its fixed address), or make it encrypted.'))
  }
  if (mode === 'nonSecure') warnings.push(finding(phone, ['deviceSecurityMode'], 'directory.plainPhone', 'Its signalling may go in the clear, and SRTP keys with it.', 'Make it encrypted if it can do TLS.'))
  if (mode !== 'nonSecure' && !digest) warnings.push(finding(phone, [], 'directory.certificateOnly', `It has no digest: it must show a certificate for ${phone.key}.`))
  if (digest) checkDigest(phone, digest, view, unread, { errors, warnings })
}

function checkDigest(phone: SiteObject, digest: Draft, view: View, unread: ReadonlySet<Kind>, report: Report): void {
  const { password } = digest
  if (isPlaintext(password)) {
    const why = weakPassword(password, { names: [phone.key, textOf(digest, 'user'), textOf(phone.draft, 'user')], numbers: textsOf(phone.draft, 'lines') })
    if (why) tellWeak(view, report, phone, ['digest', 'password'], 'password', why)
  } else if (phone.path !== undefined && !unread.has('system') && boundElsewhere(phone.draft, realmsOf(view).station)) {
    report.errors.push(finding(phone, ['digest'], 'directory.secretUnbound', 'The stored digest password belongs to another user name or realm.', 'Give digest.password again.'))
  }
}

/** An error, unless a laboratory has said that it takes such ones. */
function tellWeak(view: View, { errors, warnings }: Report, object: SiteObject, at: readonly string[], what: keyof typeof secretRules, why: string): void {
  const taken = textOf(view.system[0]?.draft ?? {}, 'weakSecrets') === 'warn'
  const told = finding(object, at, 'directory.weakSecret', `This ${what} can be guessed. ${why}`, taken ? 'Fit for a laboratory alone.' : `Allowed: ${secretRules[what]}. A laboratory may set system.weakSecrets: warn.`)
  if (taken) warnings.push(told)
  else errors.push(told)
}

function checkAddresses(view: View, { errors }: Report): void {
  const users = new Set<string>()
  const addresses = new Map<string, Set<number>>()
  for (const phone of view.phone) {
    const user = isDraft(phone.draft.digest) ? textOf(phone.draft.digest, 'user') : undefined
    if (user !== undefined && users.has(user)) errors.push(finding(phone, ['digest', 'user'], 'directory.sameDigestUser', `Another phone has the digest user ${user}.`))
    if (user !== undefined) users.add(user)
    const source = splitSource(textOf(phone.draft, 'address') ?? '')
    if (!source) continue
    const ports = addresses.get(canonical(source.address)) ?? new Set()
    const port = source.port ?? 0   // 0: any port, so no other phone may have this address
    if (ports.has(port) || ports.has(0) || (port === 0 && ports.size > 0)) errors.push(finding(phone, ['address'], 'directory.sameAddress', 'Another phone is known by this address.'))
    addresses.set(canonical(source.address), ports.add(port))
  }
}

function checkUserSecrets(user: SiteObject, view: View, report: Report): void {
  const { password, pin } = user.draft
  const known = { names: [user.key, textOf(user.draft, 'displayName')], numbers: [textOf(user.draft, 'extension')] }
  const weakest = isPlaintext(password) ? weakPassword(password, known) : undefined
  if (weakest) tellWeak(view, report, user, ['password'], 'password', weakest)
  const weaker = isPlaintext(pin) ? weakPin(pin, known) : undefined
  if (weaker) tellWeak(view, report, user, ['pin'], 'PIN', weaker)
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
