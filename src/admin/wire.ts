/**
 * What a change does on the wire, trunk by trunk: the least that suffices. Pure: two pictures in, words out.
 *
 * Standards  R308, R321–R323, R356–R359; calls in progress keep what they began with
 */
import type { TrunkPicture } from '../directory/picture.ts'
import { type Json, sameJson } from '../directory/changes.ts'
import type { Snapshot } from '../directory/snapshot.ts'
import { completeProfile, incomingTransport, type TrunkSecurityProfile } from '../policy/trunk/profile.ts'
import { subjectsOf } from '../policy/trunk/subjects.ts'

export type WireEffect = 'nothing' | 'takes effect at the next request' | 'new listener' | 'listener closed' | 're-open connections'

export interface WireRow {
  readonly trunk: string
  readonly effects: readonly WireEffect[]
  /** Fields that differ, those of its profile with `profile.` before them. */
  readonly fields: readonly string[]
  /** `5071/tls`: listeners that come or go. */
  readonly ports: readonly string[]
}

interface Side { readonly snapshot: Snapshot; readonly trunks: ReadonlyMap<string, Ready>; readonly ports: ReadonlyMap<string, readonly string[]> }
interface Ready { readonly picture: TrunkPicture; readonly profile: TrunkSecurityProfile | undefined }

export function wirePlan(before: Snapshot, after: Snapshot): WireRow[] {
  const was = sideOf(before), will = sideOf(after), system = systemFields(before, after)
  const names = new Set([...was.trunks.keys(), ...will.trunks.keys()])
  return [...names].flatMap((name) => rowOf(name, was, will, system) ?? [])
}

/** Lines for people, each on its own; '' where no trunk is concerned. */
export function wireText(rows: readonly WireRow[]): string {
  return rows.map(({ trunk, effects, fields, ports }) => `\nOn the wire, ${trunk}: ${effects.join(', ')}${ports.length > 0 ? ` ${ports.join(' ')}` : ''}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}.`).join('')
}

function sideOf(snapshot: Snapshot): Side {
  const trunks = new Map([...snapshot.trunks.values()].map((picture) => {
    const profile = snapshot.trunkProfiles.get(picture.securityProfile)
    return [picture.name, { picture, profile: profile && completeProfile(profile) }] as const
  }))
  const ports = new Map<string, string[]>()
  for (const [name, trunk] of trunks) {
    const port = portOf(trunk)
    if (port !== undefined) ports.set(port, [...ports.get(port) ?? [], name])
  }
  return { snapshot, trunks, ports }
}

/** Port and family that it listens on; undefined where nothing comes in. */
function portOf({ picture, profile }: Ready): string | undefined {
  return !picture.enabled || !profile || profile.incomingPort === 0 ? undefined : `${profile.incomingPort}/${incomingTransport(profile)}`
}

/** Fields of the system that every TLS trunk has in common. */
function systemFields(before: Snapshot, after: Snapshot): string[] {
  return (['tlsMinVersion', 'allowNullCipher'] as const).filter((name) => before.system[name] !== after.system[name])
}

function rowOf(name: string, was: Side, will: Side, system: readonly string[]): WireRow | undefined {
  const old = was.trunks.get(name), now = will.trunks.get(name), effects = new Set<WireEffect>()
  const fields = old && now ? differing(old, now, system) : []
  if (old && now && fields.length === 0) return undefined
  const from = old && portOf(old), to = now && portOf(now), ports: string[] = []
  if (from !== undefined && from !== to && !isOpen(will, from)) { effects.add('listener closed'); ports.push(from) }
  if (to !== undefined && from !== to && !isOpen(was, to)) { effects.add('new listener'); ports.push(to) }
  if (old && now) for (const field of fields) effects.add(effectOf(field, old, now))
  else if (old) effects.add(old.picture.enabled ? 're-open connections' : 'nothing')
  else effects.add(now!.picture.enabled ? 'takes effect at the next request' : 'nothing')
  if (effects.size > 1) effects.delete('nothing')
  return { trunk: name, effects: [...effects], fields, ports }
}

/** A port is open for trunks, or for phones as well. */
function isOpen({ snapshot, ports }: Side, port: string): boolean {
  if (ports.has(port)) return true
  const [number, family] = port.split('/'), own = (service: string, preset: number): boolean => {
    const given = snapshot.services.get(service)
    return given?.enabled !== false && (given?.port ?? preset) === Number(number)
  }
  return family === 'tls' ? own('sip-tls', 5061) : own('sip-udp', 5060) && own('sip-tcp', 5060)
}

function differing(old: Ready, now: Ready, system: readonly string[]): string[] {
  const own = differences(old.picture, now.picture).filter((field) => field !== 'securityProfile' || old.profile?.name !== now.profile?.name)
  const shared = old.profile && now.profile ? differences(old.profile, now.profile) : []
  const isTls = now.profile !== undefined && incomingTransport(now.profile) === 'tls'
  return [...own, ...shared.map((field) => `profile.${field}`), ...isTls ? system.map((field) => `system.${field}`) : []]
}

function differences(before: object, after: object): string[] {
  const [a, b] = [before, after] as Record<string, Json>[]
  return [...new Set([...Object.keys(a!), ...Object.keys(b!)])].filter((name) => !sameJson(a![name], b![name]))
}

/** Words for people alone. */
const silent: ReadonlySet<string> = new Set(['description', 'profile.description', 'profile.name', 'securityProfile', 'profile.incomingPort'])
/** What a connection was made with. */
const made: ReadonlySet<string> = new Set(['destinations', 'pinnedCertificates', 'enabled', 'profile.deviceSecurityMode', 'profile.outgoingTransport', 'system.tlsMinVersion', 'system.allowNullCipher'])

function effectOf(field: string, old: Ready, now: Ready): WireEffect {
  if (field === 'profile.secureCertificateSubjects') return losesName(old, now) ? 're-open connections' : 'takes effect at the next request'
  return silent.has(field) ? 'nothing' : made.has(field) ? 're-open connections' : 'takes effect at the next request'
}

/** A name that was welcome and is no more: who is connected under it has to go. */
function losesName({ profile: old }: Ready, { profile: now }: Ready): boolean {
  const names = subjectsOf(now?.secureCertificateSubjects ?? '')
  return [...subjectsOf(old?.secureCertificateSubjects ?? '')].some((name) => !names.has(name))
}
