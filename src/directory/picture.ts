/** What a call sees of each object: complete, frozen, without secrets, naming others by key. */
import { listed } from './formats.ts'
import type { HuntGroup } from './hunt.ts'
import type { Line } from './line.ts'
import type { ParkLot } from './park.ts'
import type { Phone } from './phone.ts'
import type { PickupGroup } from './pickup.ts'
import type { System } from './system.ts'
import type { CallingSearchSpace, DialPlanTest, NumberingPlan, Partition, RouteFilter, RouteGroup, RouteList, RoutePattern, TimePeriod, TimeSchedule, TransformationPattern, TranslationPattern } from './dialPlan.ts'
import type { ClassOfService } from './restriction.ts'
import type { ApplicationUser, Trunk, TrunkProfile } from './trunk.ts'
import type { User } from './user.ts'

export type SystemPicture = Readonly<Omit<System, 'address' | 'sipStationRealm'>> & {
  /** `listen` one by one; :: stands for both families. */
  readonly listenAddresses: readonly string[]
  /** What others reach this system at; the first of `listen` where none was given. */
  readonly address: string
  /** Realm of challenges to phones. */
  readonly sipStationRealm: string
}

export interface UserPicture {
  readonly userId: string
  readonly displayName: string
  readonly extension: string | undefined
  /** Primary line: the extension, or the first line of the first phone. */
  readonly line: string | undefined
  readonly mailbox: boolean
  readonly classOfService: string | undefined
  readonly doNotDisturb: boolean
  readonly callWaiting: boolean
}

export interface PhonePicture {
  readonly name: string
  readonly user: string | undefined
  /** The first is the primary one. */
  readonly lines: readonly string[]
  readonly digestUser: string | undefined
  readonly deviceSecurityMode: Phone['deviceSecurityMode']
  readonly mediaSecurity: Phone['mediaSecurity']
  /** Fixed source that identifies it, as it was given. */
  readonly address: string | undefined
  readonly maxRegistrations: number
  readonly trustedForSecurityStatus: boolean
  /** What it may call, after that of the line. */
  readonly callingSearchSpace: string | undefined
  readonly localRouteGroup: string | undefined
  readonly zone: string | undefined
}

export interface LinePicture {
  readonly is: 'line'
  readonly number: string
  /** The line's own, else the user's, else the number. */
  readonly displayName: string
  /** Whose extension it is, or whose phone carries it. */
  readonly user: string | undefined
  readonly forwardAll: string | undefined
  readonly forwardBusy: string | undefined
  readonly forwardNoAnswer: string | undefined
  readonly forwardNotRegistered: string | undefined
  readonly noAnswerSeconds: number
  /** The line or its user does not want to be disturbed. */
  readonly doNotDisturb: boolean
  /** The line and its user both take a second call. */
  readonly callWaiting: boolean
  readonly pickupGroup: string | undefined
  readonly maxCalls: number
  readonly partition: string | undefined
  readonly callingSearchSpace: string | undefined
  /** What calls that it forwards may reach; the line's own where none was given. */
  readonly forwardCallingSearchSpace: string | undefined
  readonly externalNumberMask: string | undefined
}

export type TrunkPicture = Readonly<Trunk>
export type TrunkProfilePicture = Readonly<TrunkProfile>
export type ApplicationUserPicture = Readonly<Omit<ApplicationUser, 'digest'>> & { readonly digestUser: string | undefined }
export type ClassOfServicePicture = Readonly<ClassOfService>

/** Objects that policy/dialling makes a plan of, in the order of the site file. */
export interface DialLists {
  readonly partition: readonly Partition[]
  readonly callingSearchSpace: readonly CallingSearchSpace[]
  readonly routePattern: readonly RoutePattern[]
  readonly translationPattern: readonly TranslationPattern[]
  readonly calledTransformation: readonly TransformationPattern[]
  readonly callingTransformation: readonly TransformationPattern[]
  readonly routeList: readonly RouteList[]
  readonly routeGroup: readonly RouteGroup[]
  readonly timePeriod: readonly TimePeriod[]
  readonly timeSchedule: readonly TimeSchedule[]
  readonly numberingPlan: readonly NumberingPlan[]
  readonly routeFilter: readonly RouteFilter[]
  readonly dialPlanTest: readonly DialPlanTest[]
}
export const dialKinds: readonly (keyof DialLists)[] = ['partition', 'callingSearchSpace', 'routePattern', 'translationPattern', 'calledTransformation', 'callingTransformation', 'routeList', 'routeGroup', 'timePeriod',
  'timeSchedule', 'numberingPlan', 'routeFilter', 'dialPlanTest']

export type HuntPicture = Readonly<HuntGroup> & { readonly is: 'huntGroup' }
/** `members`: numbers of the lines in the group. */
export type PickupGroupPicture = Readonly<PickupGroup> & { readonly is: 'pickupGroup'; readonly members: readonly string[] }
export interface ParkLotPicture { readonly name: ParkLot['name']; readonly reversionSeconds: number; readonly slots: readonly string[] }
export interface ParkSlotPicture { readonly is: 'parkSlot'; readonly lot: string; readonly slot: string }

/** What a dialled string means. */
export type Meaning = LinePicture | HuntPicture | PickupGroupPicture | ParkSlotPicture
  /** Park on the first free slot; take the call from a slot. */
  | { readonly is: 'park' } | { readonly is: 'parkRetrieve'; readonly lot: string; readonly slot: string }
  /** Answer what rings in the own group, or at this number. */
  | { readonly is: 'pickup' } | { readonly is: 'directedPickup'; readonly number: string }
  | { readonly is: 'unknown' }

export function systemPicture(body: System): SystemPicture {
  const own = listed(body.listen), listenAddresses = Object.freeze(own.includes('::') && !own.includes('0.0.0.0') ? ['0.0.0.0', ...own] : own)
  return Object.freeze({ ...body, listenAddresses, address: body.address ?? own[0]!, sipStationRealm: body.sipStationRealm ?? body.domain })
}

export function applicationUserPicture({ digest, ...body }: ApplicationUser): ApplicationUserPicture { return Object.freeze({ ...body, digestUser: digest?.user }) }

export function userPicture(body: User): UserPicture {
  const { userId, displayName = userId, extension, mailbox, classOfService, doNotDisturb, callWaiting } = body
  return Object.freeze({ userId, displayName, extension, line: extension, mailbox, classOfService, doNotDisturb, callWaiting })
}

/** `extension`: of the phone's user, for a phone that names no line. */
export function phonePicture(body: Phone, extension: string | undefined): PhonePicture {
  const { name, user, lines, digest, deviceSecurityMode, mediaSecurity, address, maxRegistrations, trustedForSecurityStatus, callingSearchSpace, localRouteGroup, zone } = body
  const carried = Object.freeze(lines.length === 0 && extension !== undefined ? [extension] : lines)
  return Object.freeze({ name, user, lines: carried, digestUser: digest?.user, deviceSecurityMode, mediaSecurity, address, maxRegistrations, trustedForSecurityStatus, callingSearchSpace, localRouteGroup, zone })
}

export function linePicture(number: string, body: Line, user: UserPicture | undefined): LinePicture {
  const { forwardAll, forwardBusy, forwardNoAnswer, forwardNotRegistered, noAnswerSeconds, pickupGroup, maxCalls, partition, callingSearchSpace, forwardCallingSearchSpace = callingSearchSpace, externalNumberMask } = body
  return Object.freeze({
    is: 'line', number, displayName: body.displayName ?? user?.displayName ?? number, user: user?.userId,
    forwardAll, forwardBusy, forwardNoAnswer, forwardNotRegistered, noAnswerSeconds,
    doNotDisturb: body.doNotDisturb || user?.doNotDisturb === true, callWaiting: body.callWaiting && user?.callWaiting !== false, pickupGroup, maxCalls,
    partition, callingSearchSpace, forwardCallingSearchSpace, externalNumberMask,
  })
}
