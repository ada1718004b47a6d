/**
 * Attacks that are requests: REFER, Replaces and NOTIFY from a trunk, a caller's or forwarder's name that is not the caller's; and forwards in a circle.
 *
 * Standards  R345, R366–R370; RFC 3891, 3892, 3325, 5806; attack classes A44, A47
 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { explainCall } from '../explain.ts'
import { admit } from '../trunk/admit.ts'
import type { Permission, TrunkSecurityProfile } from '../trunk/profile.ts'
import { type ReadyTrunk, trunksOf } from '../trunk/trunksOf.ts'
import type { DrillRow } from './row.ts'

type Switch = readonly [attack: string, method: string, permission: Permission, hasReplaces: boolean]

const switches: readonly Switch[] = [
  ['REFER outside a call', 'REFER', 'acceptOutOfDialogRefer', false], ['Replaces: takes the place of a call', 'INVITE', 'acceptReplacesHeader', true],
  ['NOTIFY that nobody asked for', 'NOTIFY', 'acceptUnsolicitedNotification', false], ['SUBSCRIBE that would learn who is there', 'SUBSCRIBE', 'acceptPresenceSubscription', false],
]

export function drillRequests(snapshot: Snapshot): DrillRow[] {
  const trunks = trunksOf(snapshot).all.filter(({ picture }) => picture.offNet)
  return [...trunks.flatMap((trunk) => [...switches.map((one) => requested(trunk, one)), diverted(trunk), asserted(trunk)]), ...circles(snapshot)]
}

/** TLS or digest shows who the peer is (R345). */
function isProven({ deviceSecurityMode, digestAuthentication }: TrunkSecurityProfile): boolean { return deviceSecurityMode !== 'nonSecure' || digestAuthentication }

function requested({ name, profile }: ReadyTrunk, [attack, method, permission, hasReplaces]: Switch): DrillRow {
  const common = { attack, way: 'request', as: `a peer at the address of ${name}`, dialled: method, tried: 1 }, object = `sipTrunkSecurityProfiles[${profile.name}]`
  const verdict = admit({ profile, method, inDialog: false, hasReplaces, event: method === 'SUBSCRIBE' ? 'presence' : undefined, digest: 'none' })
  if (verdict.is === 'challenge') return { ...common, outcome: 'stopped', by: 'It is asked for the password of an application user.', object, field: 'digestAuthentication' }
  if (verdict.is === 'refuse') return { ...common, outcome: 'stopped', by: verdict.problem.text, object, field: permission }
  const proven = isProven(profile)
  return { ...common, outcome: proven ? 'open' : 'through', by: proven ? 'The profile accepts it of a peer that has shown its certificate.' : 'The profile accepts it of whoever sends from that address.', object, field: permission, trunk: name }
}

/** Its word counts only where the peer has shown who it is: else it stops nothing and opens nothing. */
function believed({ name, profile }: ReadyTrunk, attack: string, field: 'diversionIn' | 'trustIdentity', isOn: boolean): DrillRow {
  const common = { attack, way: 'request', as: `a peer at the address of ${name}`, dialled: 'INVITE', tried: 1, object: `trunks[${name}]`, field }
  if (!isOn) return { ...common, outcome: 'stopped', by: 'What it says is not read.' }
  return isProven(profile) ? { ...common, outcome: 'open', by: 'The peer has shown who it is, and its word counts.' } : { ...common, outcome: 'stopped', by: 'The peer has shown neither certificate nor password: its word counts for nothing.', object: `sipTrunkSecurityProfiles[${profile.name}]`, field: 'deviceSecurityMode' }
}
function diverted(trunk: ReadyTrunk): DrillRow { return believed(trunk, 'Diversion of one of our numbers', 'diversionIn', trunk.picture.diversionIn) }
function asserted(trunk: ReadyTrunk): DrillRow { return believed(trunk, 'P-Asserted-Identity of one of our numbers', 'trustIdentity', trunk.picture.trustIdentity) }

/** Lines that are looked at. */
const maxLines = 1_000

/** Every call to a line that forwards comes to an end. */
function circles(snapshot: Snapshot): DrillRow[] {
  const forwarding = snapshot.lines.values().filter(({ forwardAll }) => forwardAll !== undefined).take(maxLines).toArray(), from = snapshot.lines.keys().next().value
  if (from === undefined || forwarding.length === 0) return []
  const ends = forwarding.map(({ number }) => ({ number, ...explainCall(snapshot, from, number, { now: 0, reachable: () => false, calls: () => 0, down: () => undefined }) })), round = ends.find(({ status }) => status === 482)
  const common = { attack: 'a forward that comes back', way: 'forward', as: 'lines that forward', tried: forwarding.length }
  if (!round) return [{ ...common, dialled: forwarding[0]!.number, outcome: 'unreachable', by: 'No forward goes in a circle.' }]
  return [{ ...common, dialled: round.number, outcome: 'stopped', by: round.steps.at(-1)!.text, object: `lines[${round.number}]`, field: 'forwardAll' }]
}
