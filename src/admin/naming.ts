/** `ringfort rename`, `ringfort copy`: another name for an object with all that names it, and an object like another one. Standards R303, R309, R318 */
import type { Change } from '../directory/changes.ts'
import { byCollection } from '../directory/kinds.ts'
import { nearest } from '../directory/parse.ts'
import { copy, type Naming, rename } from '../directory/rename.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { predefinedProfile } from '../policy/trunk/profile.ts'
import { problem } from '../policy/trunk/problems.ts'
import type { Answer, Command, Option, Options, Progress } from './commands.ts'
import { change } from './commit.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'

const options: readonly Option[] = [
  { name: 'list', about: 'List of the site file: trunks, partitions.', takes: 'text', required: true, positional: true },
  { name: 'old', about: 'Its name.', takes: 'text', required: true, positional: true },
  { name: 'new', about: 'Its new name.', takes: 'text', required: true, positional: true },
]

export const namingCommands: readonly Command[] = [
  { name: 'rename', about: 'Gives an object another name; what names it follows.', who: 'owner', options,
    run: (house, given, told) => perform(house, given, told, 'rename', (objects, naming) => naming.kind === 'trunkProfile' && naming.from === predefinedProfile.name ? fail([problem('policy.trunk.predefined', naming.from)]) : rename(objects, naming, house.key)) },
  { name: 'copy', about: 'Makes an object with the values of another one, without secrets, and without the certificate subjects of a profile, which belong to one.', who: 'owner', options, run: (house, given, told) => perform(house, given, told, 'copy', (objects, naming) => apart(copy(objects, naming))) },
]

/** R355: a subject and a port are of one profile; a copy that had both could never be made (R318). */
function apart(made: ReturnType<typeof copy>): ReturnType<typeof copy> {
  return made.ok ? ok(made.value.map((change) => change.kind === 'trunkProfile' && change.after ? { ...change, after: { ...change.after, secureCertificateSubjects: '' } } : change)) : made
}

type Make = (objects: ReturnType<House['configuration']['load']>['objects'], naming: Naming) => Result<readonly Change[], readonly Problem[]>

async function perform(house: House, given: Options, told: Progress, via: 'rename' | 'copy', make: Make): Promise<Result<Answer, readonly Problem[]>> {
  const list = String(given.list), from = String(given.old), to = String(given.new), definition = byCollection.get(list)
  if (!definition) {
    const near = nearest(list, [...byCollection.keys()])
    return fail([adminProblem('admin.notFound', via, list.slice(0, 40), near === undefined ? `There are: ${[...byCollection.keys()].join(', ')}.` : `Did you mean ${near}?`)])
  }
  const changes = make(house.configuration.load().objects, { kind: definition.kind, from, to })
  if (!changes.ok) return changes
  return change(house, { by: 'owner', at: house.now(), via, reason: `${list}: ${from} → ${to}`, changes: changes.value }, told, via === 'rename' ? `${from} is ${to} now` : `${to} is like ${from}`)
}
