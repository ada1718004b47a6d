/**
 * As whom a drill attacks: a phone for every search space and class of service that is in use, dialling, transferring and forwarding, for itself and
 * for a caller from outside; and every trunk in every way that it can send a call on. What is alike is asked once.
 *
 * Security   bounded: at most maxKinds of each, whatever the number of lines and trunks
 */
import type { LinePicture, TrunkPicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Dialler } from '../dialling/dialler.ts'

export interface Attacker {
  readonly way: 'phone' | 'transfer' | 'forward' | 'transfer of a caller from outside' | 'forward of a caller from outside' | 'call from outside' | '3xx from outside' | 'REFER from outside' | 'false caller from outside'
  readonly as: string
  readonly who: Dialler
  /** The class of service opens these: then they are no attack from a phone. */
  readonly opens: { readonly international: boolean; readonly premium: boolean }
}

const maxKinds = 40

export function attackers(snapshot: Snapshot): Attacker[] {
  const trunks = unlike([...snapshot.trunks.values()].filter(({ enabled, offNet }) => enabled && offNet), ({ callingSearchSpace, reroutingCallingSearchSpace, referCallingSearchSpace, offNetTo }) => [callingSearchSpace, reroutingCallingSearchSpace, referCallingSearchSpace, ...offNetTo].join('\n'))
  return [...phones(snapshot, trunks), ...trunks.flatMap((trunk) => outside(snapshot, trunk))]
}

/** The first of each kind. */
function unlike<T>(all: readonly T[], kindOf: (one: T) => string): T[] {
  const kinds = new Map<string, T>()
  for (const one of all) if (!kinds.has(kindOf(one))) kinds.set(kindOf(one), one)
  return [...kinds.values()].slice(0, maxKinds)
}

/** A line that is nobody's: it has the search spaces that some line and its phone have. */
function phones(snapshot: Snapshot, trunks: readonly TrunkPicture[]): Attacker[] {
  const lines = unlike([...snapshot.lines.values()], (line) => [line.callingSearchSpace, phoneOf(snapshot, line)?.callingSearchSpace, line.forwardCallingSearchSpace].join('\n'))
  const classes = [undefined, ...[...snapshot.classesOfService.values()].slice(0, maxKinds)], common = snapshot.classesOfService.get(snapshot.tollControl.classOfService ?? '')
  return lines.flatMap((line) => classes.flatMap((service): Attacker[] => {
    const { international = false, premium = false } = service ?? common ?? {}, opens = { international, premium }
    const base = { is: 'line', line: { ...line, user: undefined }, phone: phoneOf(snapshot, line), classOfService: service?.name } as const
    const as = `a phone like that of ${line.number}, ${service ? `class of service ${service.name}` : 'without class of service'}`
    const own: Attacker[] = [{ way: 'phone', as, opens, who: base }, { way: 'transfer', as, opens, who: { ...base, transfer: true } }, { way: 'forward', as, opens, who: { ...base, forwarding: true } }]
    return [...own, ...trunks.flatMap((origin): Attacker[] => [
      { way: 'transfer of a caller from outside', as: `${as}, the caller by ${origin.name}`, opens: nothing, who: { ...base, transfer: true, origin } },
      { way: 'forward of a caller from outside', as: `${as}, the caller by ${origin.name}`, opens: nothing, who: { ...base, forwarding: true, origin } },
    ])]
  }))
}

const nothing = { international: false, premium: false }

function phoneOf(snapshot: Snapshot, line: LinePicture) {
  const [phone] = snapshot.phonesOfLine(line.number)
  return phone && { ...phone, user: undefined }
}

/** What comes by a trunk: with its own number, with one of ours, with none. */
function outside(snapshot: Snapshot, trunk: TrunkPicture): Attacker[] {
  const as = `a caller by the trunk ${trunk.name}`, own = snapshot.lines.keys().next().value, base = { is: 'trunk', trunk } as const
  return [
    { way: 'call from outside', as, opens: nothing, who: { ...base, use: 'inbound' } }, { way: '3xx from outside', as, opens: nothing, who: { ...base, use: 'rerouting' } }, { way: 'REFER from outside', as, opens: nothing, who: { ...base, use: 'refer' } },
    ...[own, '112', 'anonymous'].filter((number) => number !== undefined).map((calling): Attacker => ({ way: 'false caller from outside', as: `${as} who says that it is ${calling}`, opens: nothing, who: { ...base, use: 'inbound', calling } })),
  ]
}
