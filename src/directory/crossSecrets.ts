/**
 * Passwords and PINs as a whole: given where a name needs one, hard to guess, and of the user and realm that they are stored for.
 *
 * Standards  RFC 7616 3.4.2 (a digest password belongs to its user name and realm), R319
 * Security   what anybody guesses is an error, never a warning, unless a laboratory says so (A36)
 */
import { isSealed, type Kind } from './changes.ts'
import { finding, type Report } from './finding.ts'
import type { Draft } from './parse.ts'
import { isDraft, isPlaintext, realmFor, type Realms, realmsOf, type SiteObject, textOf, textsOf, type View } from './view.ts'
import { type Known, secretRules, weakPassword, weakPin } from './weak.ts'

/** The group of fields that has the user name and the password. */
function digestOf({ kind, draft }: SiteObject): Draft | undefined {
  return kind === 'sipRealm' ? draft : isDraft(draft.digest) ? draft.digest : undefined
}

const at = (kind: Kind, ...more: readonly string[]): readonly string[] => kind === 'sipRealm' ? more : ['digest', ...more]

export function checkSecrets(view: View, unread: ReadonlySet<Kind>, report: Report): void {
  const realms = realmsOf(view)
  checkRealms(view, realms, report)
  for (const kind of ['phone', 'applicationUser', 'sipRealm'] as const) {
    for (const object of view[kind]) if (!object.broken) checkDigest(object, view, unread.has('system') ? undefined : realms, report)
  }
  for (const user of view.user) if (!user.broken) checkPerson(user, view, report)
}

/** Those that are stored and not in the file: one word for all of them. */
function checkRealms(view: View, realms: Realms, { errors }: Report): void {
  const object = view.system[0]
  if (!object || object.broken) return
  const tell = (kind: 'phone' | 'applicationUser', field: string, who: string, realm: string, remedy: string): void => {
    const old = view[kind].filter((one) => one.path === undefined && isElsewhere(one, realms)).length
    if (old > 0) errors.push(finding(object, [field], 'directory.secretUnbound', `The stored digest passwords of ${old} ${who} belong to another realm than ${realm}.`, remedy))
  }
  tell('phone', 'domain', 'phones', realms.station, 'Set sipStationRealm to what it was, or give the phones with their passwords.')
  tell('applicationUser', 'clusterId', 'application users', realms.trunk, 'Set clusterId to what it was, or give the application users with their passwords.')
}

function isElsewhere(object: SiteObject, realms: Realms): boolean {
  const digest = digestOf(object)
  if (!digest || !isSealed(digest.password)) return false
  return digest.password.scope !== `${textOf(digest, 'user')}:${realmFor(object.kind, digest, realms)}`
}

/** `realms`: undefined where they could not be read. */
function checkDigest(object: SiteObject, view: View, realms: Realms | undefined, report: Report): void {
  const { kind, key, draft } = object, digest = digestOf(object)
  if (!digest) return
  const { password } = digest
  if (password === undefined) {
    report.errors.push(finding(object, at(kind), 'directory.passwordMissing', `The ${kind === 'sipRealm' ? '' : 'digest '}user has no password, and none is stored.`, `Give ${at(kind, 'password').join('.')}.`))
  } else if (!isPlaintext(password)) {
    if (object.path !== undefined && realms && isElsewhere(object, realms)) {
      report.errors.push(finding(object, at(kind), 'directory.secretUnbound', 'The stored digest password belongs to another user name or realm.', `Give ${at(kind, 'password').join('.')} again.`))
    }
  } else if (kind !== 'sipRealm') {   // a peer's password is the peer's choice
    const why = weakPassword(password, { names: [key, textOf(digest, 'user'), textOf(draft, 'user')], numbers: textsOf(draft, 'lines') })
    if (why) tellWeak(view, report, object, at(kind, 'password'), 'password', why)
  }
}

function checkPerson(user: SiteObject, view: View, report: Report): void {
  const { password, pin } = user.draft
  const known: Known = { names: [user.key, textOf(user.draft, 'displayName')], numbers: [textOf(user.draft, 'extension')] }
  const weakest = isPlaintext(password) ? weakPassword(password, known) : undefined
  if (weakest) tellWeak(view, report, user, ['password'], 'password', weakest)
  const weaker = isPlaintext(pin) ? weakPin(pin, known) : undefined
  if (weaker) tellWeak(view, report, user, ['pin'], 'PIN', weaker)
}

/** An error, unless a laboratory has said that it takes such ones. */
function tellWeak(view: View, { errors, warnings }: Report, object: SiteObject, place: readonly string[], what: keyof typeof secretRules, why: string): void {
  const taken = textOf(view.system[0]?.draft ?? {}, 'weakSecrets') === 'warn'
  const told = finding(object, place, 'directory.weakSecret', `This ${what} can be guessed. ${why}`, taken ? 'Fit for a laboratory alone.' : `Allowed: ${secretRules[what]}. A laboratory may set system.weakSecrets: warn.`)
  if (taken) warnings.push(told)
  else errors.push(told)
}
