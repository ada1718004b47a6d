/**
 * What a dialled number comes to for somebody: a number of the house, trunks one after the other, or a refusal with its cause.
 * The one question that calls ask of the dial plan; whether it may cost money asks policy/place.
 *
 * Standards  dial plan 11.2–11.4, 11.7, 11.10; RFC 3398 7.2.4.1; RFC 3261 21.4
 * Security   what a trunk may reach stands at the trunk: without a search space nothing by 3xx or REFER, and never our features from outside
 */
import type { Meaning } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import { kindOf } from '../toll/kinds.ts'
import { closedTrunks } from '../toll/offNet.ts'
import { causes, type RefusalCause } from './causes.ts'
import type { Dialler } from './dialler.ts'
import type { Rule } from './plan.ts'
import { planOf, type SitePlan } from './planOf.ts'
import { type Carrying, leaving, type Leaving, nextRoute, type Offer, type Outcome, type Routing, startRouting } from './routes.ts'
import { dialledDigits } from './symbols.ts'
import type { Note } from './transform.ts'
import { type Asked, decide } from './translate.ts'
import { everyOffer, type Offers } from './walk.ts'

export type { Dialler } from './dialler.ts'

/** Trunks to be tried. */
export interface Route {
  /** The next one, told what became of the one before; undefined at the end. */
  readonly next: (outcome?: Outcome, note?: Note) => Offer | undefined
  /** Why there is none, where it is not what the last one said. */
  readonly cause: () => RefusalCause | undefined
  /** All of them, as if none took the call; takes nobody's turn. */
  readonly offers: (note?: Note) => Offers
}

export interface Routes {
  readonly is: 'routes'
  readonly rule: Rule
  /** What the rule matched, and the number that calls, before the rule's own transformations. */
  readonly digits: string
  readonly calling: string
  readonly emergency: boolean
  readonly international: boolean
  readonly premium: boolean
  /** Every number that a trunk could get. */
  readonly leaving: readonly Leaving[]
  /** Trunks of the route that this caller may not go out by: off-net to off-net. */
  readonly closed: ReadonlySet<string>
  readonly trunks: readonly string[]
  readonly route: Route
}

export interface Refused {
  readonly is: 'refused'
  readonly cause: RefusalCause
  readonly status: number
  readonly text: string
  readonly object?: string | undefined
  readonly field?: string | undefined
}

export type Known = Exclude<Meaning, { is: 'unknown' }>

export type Resolution = { readonly is: 'own'; readonly meaning: Known; readonly calling: string } | Routes | Refused

export function resolve(snapshot: Snapshot, who: Dialler, dialled: string, now: number, note?: Note): Resolution {
  const meaning = snapshot.numberOrUser(dialled), site = planOf(snapshot), spaces = spacesOf(who)
  if (!spaces) return withoutSpace(who, note)
  if (meaning.is === 'line' && meaning.number !== dialled) note?.({ text: `${dialled} is a user, whose primary line is ${meaning.number}.`, object: `users[${dialled}]`, field: 'extension', value: meaning.number })
  if (site.isPlain) return meaning.is === 'unknown' ? nobody(dialled, note) : ownOf(who, meaning, callingOf(who), note)
  const number = meaning.is === 'line' ? meaning.number : dialled, keys = dialledDigits(number)
  if (!keys.ok) return refused(keys.problem.code === 'dialling.tooLong' ? 'notDialable' : 'noMatch', note)
  const caller = callerOf(snapshot, who, spaces, now), decision = decide(site.plan, { ...caller, dialled: keys.value }, note)
  if (decision.is === 'refused') return refusal(decision.cause, decision.object)
  if (decision.is === 'own') return ownOf(who, snapshot.numberOrUser(decision.digits) as Known, decision.calling, note)
  return routesOf(snapshot, site, who, keys.value, decision, caller)
}

/** The search spaces, the line's before the phone's; undefined where the trunk may reach nothing so. */
function spacesOf(who: Dialler): readonly string[] | undefined {
  if (who.is === 'line') {
    const { line, phone, forwarding } = who
    return (forwarding ? [line.forwardCallingSearchSpace] : [line.callingSearchSpace, phone?.callingSearchSpace]).filter((space) => space !== undefined)
  }
  const { trunk, use } = who, space = trunk[spaceFields[use]]
  if (space !== undefined) return [space]
  return use === 'inbound' ? [] : undefined
}

/** Which field of a trunk says what it may reach. */
const spaceFields = { inbound: 'callingSearchSpace', rerouting: 'reroutingCallingSearchSpace', refer: 'referCallingSearchSpace' } as const

/** The caller as the dial plan sees it: explain walks with the same. */
export function callerOf(snapshot: Snapshot, who: Dialler, spaces: readonly string[], now: number): Omit<Asked, 'dialled'> & { readonly localRouteGroup: string | undefined } {
  const phone = who.is === 'line' ? who.phone : undefined, own = who.is === 'line' && who.calling === undefined ? who.line : undefined
  return { spaces, calling: callingOf(who), externalMask: own?.externalNumberMask, localRouteGroup: phone?.localRouteGroup, now, zone: phone?.zone ?? snapshot.tollControl.zone }
}

function callingOf(who: Dialler): string { return who.calling ?? (who.is === 'line' ? who.line.number : '') }

/** Lines and groups are for everybody who sees them; what acts on other people's calls is not for callers from outside. */
function ownOf(who: Dialler, meaning: Known, calling: string, note: Note): Resolution {
  if (who.is === 'line' || !who.trunk.offNet || meaning.is === 'line' || meaning.is === 'huntGroup') return { is: 'own', meaning, calling }
  const object = `trunks[${who.trunk.name}]`, text = 'A caller from outside reaches lines and hunt groups, no features.'
  note?.({ text, object, field: 'offNet', value: true })
  return { ...refusal('callRejected', object), field: 'offNet', text }
}

function withoutSpace(who: Dialler, note: Note): Refused {
  if (who.is === 'line') throw new Error('a line always has its spaces')
  const object = `trunks[${who.trunk.name}]`, field = spaceFields[who.use], text = `The trunk ${who.trunk.name} has no ${field}: nothing is reached so.`
  note?.({ text, object, field })
  return { ...refusal('callRejected', object), field, text }
}

function nobody(dialled: string, note: Note): Refused {
  note?.({ text: `Nobody has ${dialled}: no line, hunt group, park slot, pickup group, feature code or user.` })
  return refusal('noMatch', undefined)
}

function refused(cause: RefusalCause, note: Note): Refused {
  note?.({ text: `It is refused: ${causes[cause].text}.` })
  return refusal(cause, undefined)
}

function refusal(cause: RefusalCause, object: string | undefined): Refused { return { is: 'refused', cause, status: causes[cause].status, text: causes[cause].text, object } }

type Caller = ReturnType<typeof callerOf>
interface Found { readonly rule: Rule; readonly digits: string; readonly calling: string }

function routesOf(snapshot: Snapshot, site: SitePlan, who: Dialler, dialled: string, { rule, digits, calling }: Found, caller: Caller): Routes {
  const { row } = rule, emergency = row.emergency === true, carrying: Carrying = { ...caller, digits, calling }
  const looked = startRouting(site.plan, rule, caller.localRouteGroup, () => 0), trunks = [...new Set(looked.candidates.map(({ trunk }) => trunk))]
  const numbers = leaving(site.plan, looked, rule, carrying), kind = kindOf(snapshot.tollControl, dialled === digits ? [digits] : [dialled, digits], numbers)
  const closed = emergency ? nothing : closedTrunks(snapshot, who, trunks)
  return {
    is: 'routes', rule, digits, calling, emergency, international: row.international ?? kind.international, premium: row.premium ?? kind.premium,
    leaving: numbers, closed, trunks, route: newRoute(site, rule, carrying, closed),
  }
}

const nothing: ReadonlySet<string> = new Set()

/** Begun when it is first asked: asking what a number comes to takes no group's turn. */
function newRoute({ plan, turns }: SitePlan, rule: Rule, carrying: Carrying, closed: ReadonlySet<string>): Route {
  let routing: Routing | undefined, cause: RefusalCause | undefined
  const turn = (group: string): number => {
    const now = turns.get(group) ?? 0
    turns.set(group, now + 1)
    return now
  }
  const begin = (): Routing => {
    const all = startRouting(plan, rule, carrying.localRouteGroup, turn)
    return { ...all, candidates: all.candidates.filter(({ trunk }) => !closed.has(trunk)) }
  }
  return {
    next: (outcome, note) => {
      const next = nextRoute(plan, routing ??= begin(), rule, carrying, outcome, note)
      if (next.do === 'try') return next.offer
      cause = next.cause
      return undefined
    },
    cause: () => cause,
    offers: (note) => everyOffer(plan, rule, carrying, closed, note),
  }
}
