/**
 * One immutable picture of the configuration in memory: every question that a call asks is one look into a table.
 *
 * Pictures name one another by key and never hold one another, so that any of them can be printed, stored and sent.
 * Security   secrets stay sealed; HA1 values are opened at their first use (10 µs) and kept for the names used last, unknown names alike,
 *            so that time does not tell which names exist, and nobody's flood of names takes more than maxOpened entries
 */
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type Body, isGroup, isSealed, type Kind, type StoredObject } from './changes.ts'
import { complete } from './complete.ts'
import { kinds } from './kinds.ts'
import { canonical, splitSource } from './formats.ts'
import { type Ha1, ha1Length, readHa1 } from './ha1.ts'
import { verifyPassword } from './password.ts'
import { applicationUserPicture, type ApplicationUserPicture, type ClassOfServicePicture, dialKinds, type DialLists, type HuntPicture, linePicture, type LinePicture, type Meaning, type ParkLotPicture, phonePicture, type PhonePicture, type PickupGroupPicture, type SystemPicture,
  systemPicture, type TrunkPicture, type TrunkProfilePicture, userPicture, type UserPicture } from './picture.ts'
import type { HuntGroup } from './hunt.ts'
import type { Line } from './line.ts'
import { type ParkLot, slotsOf } from './park.ts'
import type { Phone } from './phone.ts'
import type { FeatureCodes, PickupGroup } from './pickup.ts'
import { placeOf, type SealKey } from './seal.ts'
import type { Problem } from '../kit/result.ts'
import type { Secret } from '../kit/secret.ts'
import type { Service } from './service.ts'
import type { RestrictionTable, TollControl } from './restriction.ts'
import type { System } from './system.ts'
import type { ApplicationUser, SipRealm } from './trunk.ts'
import type { User } from './user.ts'

const digestField = 'digest.password'
/** HA1 values kept open at one time, and the longest name that is kept: about 8 MB. */
const maxOpened = 32_768, maxName = 64
const noPhones: readonly PhonePicture[] = Object.freeze([])

/** What a digest user name leads to. Of an unknown one `phone` is absent and `ha1` fits no password. */
export interface Credentials { readonly phone: PhonePicture | undefined; readonly ha1: Ha1 }
/** The same of an application behind a trunk. */
export interface ApplicationCredentials { readonly user: ApplicationUserPicture | undefined; readonly ha1: Ha1 }

export class Snapshot {
  readonly rev: number
  readonly system: SystemPicture
  readonly codes: FeatureCodes
  readonly services: ReadonlyMap<string, Service>
  readonly users: ReadonlyMap<string, UserPicture>
  readonly phones: ReadonlyMap<string, PhonePicture>
  readonly lines: ReadonlyMap<string, LinePicture>
  readonly huntGroups: ReadonlyMap<string, HuntPicture>
  readonly pickupGroups: ReadonlyMap<string, PickupGroupPicture>
  readonly parkLots: ReadonlyMap<string, ParkLotPicture>
  readonly trunkProfiles: ReadonlyMap<string, TrunkProfilePicture>
  readonly trunks: ReadonlyMap<string, TrunkPicture>
  /** By user ID. */
  readonly applicationUsers: ReadonlyMap<string, ApplicationUserPicture>
  /** User name of our answer by realm. */
  readonly sipRealms: ReadonlyMap<string, string>
  readonly dialLists: DialLists
  readonly restrictionTables: ReadonlyMap<string, RestrictionTable>
  readonly classesOfService: ReadonlyMap<string, ClassOfServicePicture>
  readonly tollControl: Readonly<TollControl>
  readonly #numbers: ReadonlyMap<string, Meaning>
  readonly #phonesByLine: ReadonlyMap<string, readonly PhonePicture[]>
  readonly #digests: ReadonlyMap<string, SealedDigest>
  readonly #applications: ReadonlyMap<string, SealedApplication>
  readonly #realms: ReadonlyMap<string, SealedRealm>
  readonly #people: ReadonlyMap<string, SealedPerson>
  readonly #sources: ReadonlyMap<string, PhonePicture>
  readonly #key: SealKey
  readonly #decoy: string
  #opened = new Map<string, Buffer>()
  #openedBefore = new Map<string, Buffer>()

  constructor(tables: Tables, key: SealKey) {
    this.rev = tables.rev
    this.system = tables.system
    this.codes = tables.codes
    this.services = tables.services
    this.users = tables.users
    this.phones = tables.phones
    this.lines = tables.lines
    this.huntGroups = tables.huntGroups
    this.pickupGroups = tables.pickupGroups
    this.parkLots = tables.parkLots
    this.trunkProfiles = tables.trunkProfiles
    this.trunks = tables.trunks
    this.applicationUsers = tables.applicationUsers
    this.sipRealms = new Map(tables.realms.entries().map(([realm, { user }]) => [realm, user]))
    this.dialLists = tables.dialLists
    this.restrictionTables = tables.restrictionTables
    this.classesOfService = tables.classesOfService
    this.tollControl = tables.tollControl
    this.#numbers = tables.numbers
    this.#phonesByLine = tables.phonesByLine
    this.#digests = tables.digests
    this.#applications = tables.applications
    this.#realms = tables.realms
    this.#people = tables.people
    this.#sources = tables.sources
    this.#key = key
    this.#decoy = key.seal(randomBytes(ha1Length), placeOf('phone', '', digestField))
  }

  /** What a dialled string means: a number first, then a feature code, then a user ID (the user's primary line). */
  numberOrUser(text: string): Meaning {
    const number = this.#numbers.get(text)
    if (number) return number
    return this.#featureCode(text) ?? this.lineOfUser(text) ?? { is: 'unknown' }
  }

  /** The user's extension, or the first line of the user's first phone. */
  lineOfUser(userId: string): LinePicture | undefined {
    const number = this.users.get(userId)?.line
    return number === undefined ? undefined : this.lines.get(number)
  }

  userByExtension(number: string): UserPicture | undefined {
    const id = this.lines.get(number)?.user
    const user = id === undefined ? undefined : this.users.get(id)
    return user?.extension === number ? user : undefined
  }

  /** In the order of the site file. */
  phonesOfLine(number: string): readonly PhonePicture[] { return this.#phonesByLine.get(number) ?? noPhones }

  phoneByDigestUser(user: string): PhonePicture | undefined { return this.#digests.get(user)?.phone }

  /** The nonSecure phone that is known by its fixed address: the one with this port before the one with any. */
  phoneBySource(address: string, port: number): PhonePicture | undefined {
    if (this.#sources.size === 0) return undefined
    const at = canonical(address)
    return this.#sources.get(`${at} ${port}`) ?? this.#sources.get(`${at} `)
  }

  /** HA1 values to check an answer against; a name that does not exist gives values that fit nothing, after the same work. */
  credentials(digestUser: string): Credentials {
    const known = this.#digests.get(digestUser)
    return { phone: known?.phone, ha1: readHa1(this.#opened.get(digestUser) ?? this.#keep(digestUser, this.#openedBefore.get(digestUser) ?? this.#open(known))) }
  }

  /** The same for an application behind a trunk: few of them, opened at each use. */
  applicationCredentials(digestUser: string): ApplicationCredentials {
    const known = this.#applications.get(digestUser)
    return { user: known?.user, ha1: readHa1(this.#unsealed(known?.sealed ?? this.#decoy, known ? placeOf('applicationUser', known.user.userId, digestField) : placeOf('phone', '', digestField))) }
  }

  /** What a challenge of this realm is answered with; undefined where no row of sipRealms has it: it is not answered. */
  realmCredentials(realm: string): { readonly user: string; readonly ha1: Ha1; readonly trunks: readonly string[] } | undefined {
    const known = this.#realms.get(realm)
    return known && { user: known.user, trunks: known.trunks, ha1: readHa1(this.#unsealed(known.sealed, placeOf('sipRealm', realm, 'password'))) }
  }

  #unsealed(sealed: string, place: string): Buffer {
    const opened = this.#key.open(sealed, place)
    return opened.ok && opened.value.length === ha1Length ? opened.value : randomBytes(ha1Length)
  }

  #open(known: SealedDigest | undefined): Buffer {
    return this.#unsealed(known?.sealed ?? this.#decoy, placeOf('phone', known?.phone.name ?? '', digestField))
  }

  /** Two halves, the older one dropped whole: a Map that loses its first entry one at a time grows slow. */
  #keep(digestUser: string, bytes: Buffer): Buffer {
    if (digestUser.length > maxName) return bytes
    if (this.#opened.size >= maxOpened / 2) { this.#openedBefore = this.#opened; this.#opened = new Map() }
    this.#opened.set(Buffer.from(digestUser).toString(), bytes)   // a copy: a slice would hold the whole message that it was cut from
    return bytes
  }

  /** Whether this is the user's password or PIN: argon2id off the main loop, the same work for an unknown user. */
  async signsIn(userId: string, field: 'password' | 'pin', given: Secret): Promise<boolean> {
    const sealed = this.#people.get(userId)?.[field]
    const opened = sealed === undefined ? undefined : this.#key.open(sealed, placeOf('user', userId, field))
    return verifyPassword(given, opened?.ok ? opened.value.toString() : undefined)
  }

  #featureCode(text: string): Meaning | undefined {
    const { pickup, park, directedPickup, parkRetrieve } = this.codes
    if (text === 'off') return undefined   // that is how a code is taken away, not a code
    if (text === pickup) return { is: 'pickup' }
    if (text === park) return { is: 'park' }
    if (follows(text, directedPickup)) return { is: 'directedPickup', number: text.slice(directedPickup.length) }
    const slot = follows(text, parkRetrieve) ? this.#numbers.get(text.slice(parkRetrieve.length)) : undefined
    return slot?.is === 'parkSlot' ? { is: 'parkRetrieve', lot: slot.lot, slot: slot.slot } : undefined
  }
}

function follows(text: string, code: string): boolean { return code !== 'off' && text.length > code.length && text.startsWith(code) }

interface SealedDigest { readonly phone: PhonePicture; readonly sealed: string }
interface SealedApplication { readonly user: ApplicationUserPicture; readonly sealed: string }
interface SealedRealm { readonly user: string; readonly sealed: string; readonly trunks: readonly string[] }
interface SealedPerson { readonly password?: string | undefined; readonly pin?: string | undefined }

interface Tables {
  readonly rev: number
  readonly system: SystemPicture
  readonly codes: FeatureCodes
  readonly services: Map<string, Service>
  readonly users: Map<string, UserPicture>
  readonly phones: Map<string, PhonePicture>
  readonly lines: Map<string, LinePicture>
  readonly huntGroups: Map<string, HuntPicture>
  readonly pickupGroups: Map<string, PickupGroupPicture>
  readonly parkLots: Map<string, ParkLotPicture>
  readonly numbers: Map<string, Meaning>
  readonly phonesByLine: Map<string, PhonePicture[]>
  readonly digests: Map<string, SealedDigest>
  readonly people: Map<string, SealedPerson>
  readonly sources: Map<string, PhonePicture>
  readonly trunkProfiles: Map<string, TrunkProfilePicture>
  readonly trunks: Map<string, TrunkPicture>
  readonly applicationUsers: Map<string, ApplicationUserPicture>
  readonly applications: Map<string, SealedApplication>
  readonly realms: Map<string, SealedRealm>
  readonly dialLists: DialLists
  readonly restrictionTables: Map<string, RestrictionTable>
  readonly classesOfService: Map<string, ClassOfServicePicture>
  readonly tollControl: Readonly<TollControl>
}

type Bodies = { readonly [K in Kind]: { readonly key: string; readonly body: Body }[] }

/** Linear in the objects, in one go: 100 ms for 10,000 users and phones. A call in progress keeps the picture that it began with. */
export function buildSnapshot(rev: number, objects: readonly StoredObject[], key: SealKey): Snapshot {
  const steps = build(rev, objects, key)
  for (;;) { const step = steps.next(); if (step.done) return step.value }
}

/** The same in slices, so that calls go on meanwhile: for a change while the system runs. */
export async function growSnapshot(rev: number, objects: readonly StoredObject[], key: SealKey): Promise<Snapshot> {
  const steps = build(rev, objects, key)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await setImmediate()
  }
}

/** Objects of one slice: a few milliseconds. */
const slice = 500

function* build(rev: number, objects: readonly StoredObject[], key: SealKey): Generator<undefined, Snapshot> {
  const bodies = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []])) as unknown as Bodies
  yield* inSlices(objects, ({ kind, key: name, body }) => { bodies[kind].push({ key: name, body: complete(kind, body) }) })
  const tables: Tables = {
    rev,
    system: systemPicture((bodies.system[0]?.body ?? complete('system', {})) as unknown as System),
    codes: Object.freeze((bodies.featureCodes[0]?.body ?? complete('featureCodes', {})) as unknown as FeatureCodes),
    services: new Map(bodies.service.map(({ key: name, body }) => [name, Object.freeze(body as Service)])),
    users: new Map(), phones: new Map(), lines: new Map(), huntGroups: new Map(), pickupGroups: new Map(), parkLots: new Map(),
    numbers: new Map(), phonesByLine: new Map(), digests: new Map(), people: new Map(), sources: new Map(), ...outside(bodies),
  }
  const extensions: Extensions = { byUser: new Map(), byNumber: new Map() }
  yield* inSlices(bodies.user, ({ body }) => { addUser(tables, body as unknown as User, extensions) })
  yield* inSlices(bodies.phone, ({ body }) => { addPhone(tables, body as unknown as Phone, extensions) })
  yield* addLines(tables, bodies, extensions.byNumber)
  addGroups(tables, bodies)
  return new Snapshot(tables, key)
}

/** What stands between this system and others. */
function outside(bodies: Bodies): Pick<Tables, 'trunkProfiles' | 'trunks' | 'applicationUsers' | 'applications' | 'realms' | 'dialLists' | 'restrictionTables' | 'classesOfService' | 'tollControl'> {
  const keyed = <T>(kind: Kind) => new Map(bodies[kind].map(({ key, body }) => [key, Object.freeze(body) as T]))
  const applications = bodies.applicationUser.map(({ body }) => body as unknown as ApplicationUser)
  return {
    trunkProfiles: keyed('trunkProfile'), trunks: keyed('trunk'), restrictionTables: keyed('restrictionTable'), classesOfService: keyed('classOfService'),
    applicationUsers: new Map(applications.map((one) => [one.userId, applicationUserPicture(one)])),
    applications: new Map(applications.flatMap((one) => one.digest?.password ? [[one.digest.user, { user: applicationUserPicture(one), sealed: one.digest.password.sealed }]] : [])),
    realms: new Map(bodies.sipRealm.map(({ body }) => body as unknown as SipRealm).flatMap(({ realm, user, password, trunks }) => password ? [[realm, { user, sealed: password.sealed, trunks }]] : [])),
    dialLists: Object.freeze(Object.fromEntries(dialKinds.map((kind) => [kind, Object.freeze(bodies[kind].map(({ body }) => Object.freeze(body)))]))) as unknown as DialLists,
    tollControl: Object.freeze((bodies.tollControl[0]?.body ?? complete('tollControl', {})) as unknown as TollControl),
  }
}

function* inSlices<T>(items: Iterable<T>, each: (item: T) => void): Generator<undefined, void> {
  let count = 0
  for (const item of items) {
    each(item)
    if (++count % slice === 0) yield
  }
}

/** A problem where the stored secrets do not belong to this key; looks at one, since one key sealed them all. */
export function checkSeals(objects: readonly StoredObject[], key: SealKey): Problem | undefined {
  for (const { kind, key: name, body } of objects) {
    for (const [field, value] of secretsOf(kind, body)) {
      if (!isSealed(value)) continue
      const opened = key.open(value.sealed, placeOf(kind, name, field))
      return opened.ok ? undefined : opened.problem
    }
  }
  return undefined
}

function secretsOf(kind: Kind, body: Body): (readonly [string, unknown])[] {
  switch (kind) {
    case 'phone': case 'applicationUser': return [[digestField, isGroup(body.digest) ? body.digest.password : undefined]]
    case 'user': return [['password', body.password], ['pin', body.pin]]
    case 'sipRealm': return [['password', body.password]]
    default: return []
  }
}

interface Extensions { readonly byUser: Map<string, string>; readonly byNumber: Map<string, string> }

function addPhone(tables: Tables, body: Phone, { byUser }: Extensions): void {
  const phone = phonePicture(body, body.user === undefined ? undefined : byUser.get(body.user))
  tables.phones.set(phone.name, phone)
  for (const number of phone.lines) {
    const others = tables.phonesByLine.get(number)
    if (others) others.push(phone)
    else tables.phonesByLine.set(number, [phone])
  }
  if (body.digest?.password) tables.digests.set(body.digest.user, { phone, sealed: body.digest.password.sealed })
  const source = body.address === undefined ? undefined : splitSource(body.address)
  if (source) tables.sources.set(`${canonical(source.address)} ${source.port ?? ''}`, phone)
}

function addUser(tables: Tables, body: User, { byUser, byNumber }: Extensions): void {
  tables.users.set(body.userId, userPicture(body))
  if (body.password || body.pin) tables.people.set(body.userId, { password: body.password?.sealed, pin: body.pin?.sealed })
  if (body.extension === undefined) return
  byUser.set(body.userId, body.extension)
  byNumber.set(body.extension, body.userId)
}

function* addLines(tables: Tables, bodies: Bodies, byNumber: ReadonlyMap<string, string>): Generator<undefined, void> {
  const given = new Map(bodies.line.map(({ key, body }) => [key, body as unknown as Line]))
  const preset = complete('line', {}) as unknown as Line
  const add = (number: string): void => {
    if (tables.lines.has(number)) return
    const owner = byNumber.get(number) ?? tables.phonesByLine.get(number)?.find((phone) => phone.user !== undefined)?.user
    const line = linePicture(number, given.get(number) ?? preset, owner === undefined ? undefined : tables.users.get(owner))
    tables.lines.set(number, line)
    tables.numbers.set(number, line)
  }
  yield* inSlices(given.keys(), add)
  yield* inSlices(byNumber.keys(), add)
  yield* inSlices(tables.phonesByLine, ([number, phones]) => { add(number); Object.freeze(phones) })
  yield* inSlices(tables.phones.values(), (phone) => {   // a user without an extension is reached at the first phone
    const user = phone.user === undefined ? undefined : tables.users.get(phone.user)
    if (user && user.line === undefined && phone.lines[0] !== undefined) tables.users.set(user.userId, Object.freeze({ ...user, line: phone.lines[0] }))
  })
}

function addGroups(tables: Tables, bodies: Bodies): void {
  for (const { key, body } of bodies.huntGroup) {
    const hunt: HuntPicture = Object.freeze({ is: 'huntGroup', ...(body as unknown as HuntGroup) })
    tables.huntGroups.set(key, hunt)
    tables.numbers.set(key, hunt)
  }
  const members = new Map<string, string[]>()
  for (const { number, pickupGroup } of tables.lines.values()) {
    if (pickupGroup === undefined) continue
    const own = members.get(pickupGroup)
    if (own) own.push(number)
    else members.set(pickupGroup, [number])
  }
  for (const { key, body } of bodies.pickupGroup) {
    const group: PickupGroupPicture = Object.freeze({ is: 'pickupGroup', ...(body as unknown as PickupGroup), members: Object.freeze(members.get(key) ?? []) })
    tables.pickupGroups.set(key, group)
    tables.numbers.set(key, group)
  }
  for (const { key, body } of bodies.parkLot) {
    const { name, reversionSeconds, ...range } = body as unknown as ParkLot
    const lot: ParkLotPicture = Object.freeze({ name, reversionSeconds, slots: Object.freeze(slotsOf(range) ?? []) })
    tables.parkLots.set(key, lot)
    for (const slot of lot.slots) tables.numbers.set(slot, Object.freeze({ is: 'parkSlot', lot: name, slot }))
  }
}
