/** Every attack by number, as everybody who could try it. Standards R120–R135; attack class A44 */
import type { Snapshot } from '../../directory/snapshot.ts'
import { place, type Placed } from '../place.ts'
import { type Attack, attacks, numbersOf } from '../restriction/attacks.ts'
import { readDialled } from '../restriction/dialled.ts'
import { codesOf } from '../restriction/tablesOf.ts'
import { type Attacker, attackers } from './diallers.ts'
import { type DrillRow, type Seen, worse } from './row.ts'

export function drillNumbers(snapshot: Snapshot, now: number): DrillRow[] {
  const { homeCountry, premiumPrefixes } = snapshot.tollControl, dear = { homeCountry, premium: premiumPrefixes.filter((prefix) => !prefix.startsWith('+')) }
  const codes = codesOf(snapshot), numbers = attacks.map((attack) => ({ attack, dialled: numbersOf(attack, codes, dear) }))
  return attackers(snapshot).flatMap((attacker) => numbers.flatMap(({ attack, dialled }) => attack.isNational && !isOutside(attacker) ? [] : [tried(snapshot, attack, attacker, dialled, now)]))
}

function isOutside({ way }: Attacker): boolean { return way.endsWith('outside') }

function tried(snapshot: Snapshot, { name: attack }: Attack, attacker: Attacker, numbers: readonly string[], now: number): DrillRow {
  let worst: (Seen & { dialled: string }) | undefined
  for (const dialled of numbers) {
    for (const number of within(dialled)) {
      const seen = seenAt(snapshot, attacker, place(snapshot, attacker.who, number, now))
      if (!worst || worse(seen.outcome, worst.outcome)) worst = { ...seen, dialled }
    }
  }
  return { attack, way: attacker.way, as: attacker.as, tried: numbers.length, ...(worst ?? { dialled: '', outcome: 'unreachable', by: 'The site has no code or prefix for it.' }) }
}

/** The text itself, and the number that an address holds. */
function within(dialled: string): string[] {
  const read = readDialled(dialled), number = read.is === 'number' ? read.text : read.is === 'address' ? read.number : undefined
  return number === undefined || number === dialled ? [dialled] : [dialled, number]
}

function seenAt(snapshot: Snapshot, { way, opens }: Attacker, found: Placed): Seen {
  if (found.is === 'refuse') return { outcome: 'stopped', by: found.text, object: found.object, field: found.field }
  if (found.is === 'refused') return { outcome: 'unreachable', by: `The dial plan refuses it: ${found.text}.`, object: found.object, field: found.field }
  if (found.is === 'own') return { outcome: 'unreachable', by: 'It is a number of this system.' }
  const { rule: { row }, international, premium, emergency } = found, object = row.object
  const out = found.route.offers().offers.find(({ trunk }) => snapshot.trunks.get(trunk)?.offNet !== false)
  if (!out || emergency) return { outcome: 'unreachable', by: emergency ? 'It is an emergency number.' : 'It leads to no trunk to the outside.', object }
  const isOpen = way === 'phone' && ((international && opens.international) || (premium && opens.premium) || row.international === false || row.premium === false)
  return { outcome: isOpen ? 'open' : 'through', by: `It leaves by ${out.trunk} as ${out.called}${isOpen ? ', which the class of service or the pattern opens' : ''}.`, object, trunk: out.trunk }
}
