/** Every number is one thing: a line, a hunt group, a park slot, a pickup group or a feature code. */
import type { FeatureCodes } from './pickup.ts'
import { fieldOf } from './define.ts'
import { type Finding, finding, type Report } from './finding.ts'
import { kinds } from './kinds.ts'
import { maxSlots, slotsOf } from './park.ts'
import { type SiteObject, textOf, textsOf, type View } from './view.ts'

/** Numbers that ring phones: of lines, extensions and phones' lines; each belongs to one line, whoever names it. */
export function lineNumbers(view: View): Set<string> {
  const numbers = new Set(view.line.map((line) => line.key))
  for (const { draft } of view.user) { const own = textOf(draft, 'extension'); if (own !== undefined) numbers.add(own) }
  for (const { draft } of view.phone) for (const number of textsOf(draft, 'lines')) numbers.add(number)
  return numbers
}

interface Owner { readonly what: string; readonly number: string; readonly object: SiteObject; readonly at: readonly (string | number)[] }

export function checkNumbers(view: View, { errors }: Report): void {
  const owners = new Map<string, Owner>()
  const own = (owner: Owner, sharing = false): void => {
    const other = owners.get(owner.number)
    if (!other) owners.set(owner.number, owner)
    else if (!sharing || other.what !== owner.what) errors.push(shared(owner, other))
  }
  for (const object of view.line) own({ what: 'line', number: object.key, object, at: ['number'] })
  ownExtensions(view, own, errors)
  for (const object of view.phone) for (const [i, number] of textsOf(object.draft, 'lines').entries()) own({ what: 'line', number, object, at: ['lines', i] }, true)
  for (const object of view.huntGroup) own({ what: 'hunt group', number: object.key, object, at: ['number'] })
  for (const object of view.pickupGroup) own({ what: 'pickup group', number: object.key, object, at: ['number'] })
  ownSlots(view, own, errors)
  for (const object of view.user) checkUserId(object, owners, errors)
  checkCodes(view, owners, errors)
}

function shared(owner: Owner, other: Owner): Finding {
  return finding(owner.object, owner.at, 'directory.sameNumber', `${owner.number} is a ${owner.what} here and a ${other.what} of ${kinds[other.object.kind].collection}[${other.object.key}].`, 'Every number is one thing.')
}

type Own = (owner: Owner, sharing?: boolean) => void

function ownExtensions(view: View, own: Own, errors: Finding[]): void {
  const first = new Map<string, SiteObject>()
  for (const object of view.user) {
    const number = textOf(object.draft, 'extension')
    if (number === undefined) continue
    const other = first.get(number)
    if (other) errors.push(finding(object, ['extension'], 'directory.sameNumber', `${number} is the extension of ${other.key} too.`, 'Every extension belongs to one user.'))
    else { first.set(number, object); own({ what: 'line', number, object, at: ['extension'] }, true) }
  }
}

function ownSlots(view: View, own: Own, errors: Finding[]): void {
  for (const object of view.parkLot) {
    if (object.broken) continue
    const { draft } = object
    const slots = slotsOf({ ...pick(draft, 'range'), ...pick(draft, 'from'), ...pick(draft, 'to') })
    if (!slots) errors.push(finding(object, [], 'directory.range', `Its range of numbers cannot be used.`, `Give range (70XX), or from and to of one length; at most ${maxSlots} numbers.`))
    for (const number of slots ?? []) own({ what: 'park slot', number, object, at: [] })
  }
}

function pick<Name extends string>(draft: SiteObject['draft'], name: Name): { [N in Name]?: string } {
  const value = textOf(draft, name)
  return (value === undefined ? {} : { [name]: value }) as { [N in Name]?: string }
}

/** A user ID of digits alone would dial two things, unless it is the user's own extension. */
function checkUserId(object: SiteObject, owners: ReadonlyMap<string, Owner>, errors: Finding[]): void {
  const owner = owners.get(object.key)
  if (owner && textOf(object.draft, 'extension') !== object.key) errors.push(finding(object, ['userId'], 'directory.sameNumber', `${object.key} is a ${owner.what} too.`, 'A user ID that is a number is the user\'s own extension.'))
}

type CodeName = keyof FeatureCodes
const codeNames = ['pickup', 'directedPickup', 'park', 'parkRetrieve'] as const satisfies readonly CodeName[]
/** Codes that a number follows. */
const prefixes: ReadonlySet<CodeName> = new Set(['directedPickup', 'parkRetrieve'])

interface Code { readonly name: CodeName; readonly code: string }

function codesOf(view: View): Code[] {
  const object = view.featureCodes[0], presets = fieldOf(kinds.featureCodes).properties!
  return codeNames.map((name) => ({ name, code: (object && textOf(object.draft, name)) ?? String(presets[name]?.default) })).filter(({ code }) => code !== 'off')
}

/** What a person dials to make something happen, and no phone: the name of the feature code, or `pickup group`. */
export function featuresOf(view: View): (number: string) => string | undefined {
  const codes = codesOf(view), groups = new Set(view.pickupGroup.map((one) => one.key))
  return (number) => groups.has(number) ? 'pickup group' : codes.find(({ name, code }) => number === code || (prefixes.has(name) && number.startsWith(code)))?.name
}

function checkCodes(view: View, owners: ReadonlyMap<string, Owner>, errors: Finding[]): void {
  const object = view.featureCodes[0], codes = codesOf(view)
  for (const { name, code } of codes) {
    const clash = codes.find((other) => other.name !== name && (other.code === code || (prefixes.has(other.name) && code.startsWith(other.code))))
    if (clash) errors.push(finding(object, [name], 'directory.sameNumber', `The codes ${name} and ${clash.name} cannot be told apart.`))
    const owner = owners.get(code)
    if (owner) errors.push(finding(owner.object, owner.at, 'directory.sameNumber', `${code} is the feature code ${name}.`, 'Give another number, or change featureCodes.'))
    if (prefixes.has(name)) for (const [number, by] of owners) {
      if (number !== code && number.startsWith(code)) errors.push(finding(by.object, by.at, 'directory.sameNumber', `${number} begins with the feature code ${name} (${code}).`, 'Give another number, or change featureCodes.'))
    }
  }
}
