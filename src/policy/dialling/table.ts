/** The rows of a dial plan as plain data: what the directory hands over. Names are unique a list; `object` is how the site file calls a row. */
import type { NumberingPlan, RouteFilter } from './numbering.ts'
import type { TimePeriod, TimeSchedule } from './schedule.ts'

export interface Partition {
  readonly name: string
  /** Seen only while this schedule is open. */
  readonly schedule?: string | undefined
  /** Whose clock: a time zone; the caller's without. */
  readonly zone?: string | undefined
}

/** Partitions in the order that breaks ties. What is in no partition everybody sees. */
export interface CallingSearchSpace { readonly name: string; readonly partitions: readonly string[] }

/** 11.3: discard, then mask, then prefix. */
export interface NumberTransformation {
  /** `PreDot`, `PreDot 11D->10D` … */
  readonly discard?: string | undefined
  /** Right-aligned; X lets a digit through. */
  readonly mask?: string | undefined
  readonly prefix?: string | undefined
}

/** 11.3: the line's external phone number mask first. */
export interface CallingTransformation extends Omit<NumberTransformation, 'discard'> { readonly useExternalMask?: boolean | undefined }

export type BlockCause = 'noError' | 'unallocatedNumber' | 'callRejected' | 'numberChanged' | 'invalidNumberFormat' | 'precedenceExceeded'

export type Destination =
  | { readonly is: 'line'; readonly number: string }
  | { readonly is: 'feature'; readonly name: string }
  | { readonly is: 'trunk'; readonly name: string }
  | { readonly is: 'routeList'; readonly name: string }
  | { readonly is: 'block'; readonly cause: BlockCause }
  /** Transform and look again, with this search space or the caller's own. */
  | { readonly is: 'translate'; readonly callingSearchSpace?: string | undefined }

interface Row {
  readonly object: string
  readonly pattern: string
  readonly partition?: string | undefined
  /** Names of what @ stands for, and of what narrows it. */
  readonly numberingPlan?: string | undefined
  readonly filter?: string | undefined
}

export interface PatternRow extends Row {
  readonly to: Destination
  /** Routes without waiting for more; translation patterns do unless told otherwise. */
  readonly urgent?: boolean | undefined
  /** Goes for everybody at every time, whatever else matches. */
  readonly emergency?: boolean | undefined
  /** What the site says of the numbers, whatever their digits. */
  readonly international?: boolean | undefined
  readonly premium?: boolean | undefined
  readonly called?: NumberTransformation | undefined
  readonly calling?: CallingTransformation | undefined
}

/** Of the number called or the number calling at one trunk; found by the search space that the trunk names. */
export interface TransformationRow extends Row { readonly transformation: NumberTransformation }

export interface RouteList { readonly name: string; readonly members: readonly RouteListMember[]; readonly stopOn?: StopOn | undefined }

/** What is given here replaces the pattern's own for calls by this group: called and calling each as a whole. */
export interface RouteListMember {
  /** A group, or `Standard Local Route Group`: the one of the caller's device pool. */
  readonly group: string
  readonly called?: NumberTransformation | undefined
  readonly calling?: CallingTransformation | undefined
}

/** 11.3: stop routing on these; busy and unallocated unless told otherwise, bandwidth only where told. */
export interface StopOn { readonly userBusy?: boolean | undefined; readonly unallocatedNumber?: boolean | undefined; readonly outOfBandwidth?: boolean | undefined }

export interface RouteGroup { readonly name: string; readonly algorithm: 'topDown' | 'circular'; readonly trunks: readonly string[] }

export interface Trunk {
  readonly name: string
  /** Search spaces of the transformations on the way out. */
  readonly calledTransformation?: string | undefined
  readonly callingTransformation?: string | undefined
  /** Shown for every call, whoever calls. */
  readonly callerNumber?: string | undefined
  /** Leads to another system of the house, where access codes may follow. */
  readonly onNet?: boolean | undefined
}

/** A number of the house: a line, or a feature by its name. */
export interface OwnNumber { readonly to: Extract<Destination, { is: 'line' | 'feature' }>; readonly object: string; readonly partition?: string | undefined }

/** Numbers of the house: exact, and too many for an automaton, so they are looked up. */
export interface OwnNumbers {
  readonly at: (digits: string) => OwnNumber | undefined
  /** Could it be one if more were dialled? */
  readonly more: (digits: string) => boolean
}

export interface DialTable {
  readonly partitions: readonly Partition[]
  readonly callingSearchSpaces: readonly CallingSearchSpace[]
  readonly patterns: readonly PatternRow[]
  readonly calledTransformations: readonly TransformationRow[]
  readonly callingTransformations: readonly TransformationRow[]
  readonly routeLists: readonly RouteList[]
  readonly routeGroups: readonly RouteGroup[]
  readonly trunks: readonly Trunk[]
  readonly timePeriods: readonly TimePeriod[]
  readonly timeSchedules: readonly TimeSchedule[]
  readonly numberingPlans: readonly NumberingPlan[]
  readonly routeFilters: readonly RouteFilter[]
  readonly own?: OwnNumbers | undefined
}
