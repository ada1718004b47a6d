/**
 * What would happen to a call: the same questions that call control asks, in the same order, each with the object and field that decides.
 * Pure; the moment (who is registered, who talks) is handed in.
 */
import type { HuntPicture, LinePicture, Meaning } from './picture.ts'
import type { Snapshot } from './snapshot.ts'

export interface Step {
  /** One sentence. */
  readonly text: string
  /** `lines[1001]`, as the site file names it. */
  readonly object?: string | undefined
  readonly field?: string | undefined
  readonly value?: string | number | boolean | undefined
}

export interface Moment {
  /** Has the line a contact that can be reached now? */
  readonly reachable: (line: string) => boolean
  /** Calls that it is in. */
  readonly calls: (line: string) => number
}

/** As many forwards as call control follows. */
const maxForwards = 12

export interface Explanation {
  readonly outcome: 'rings' | 'feature' | 'refused'
  /** Lines that would ring, in the order in which they would. */
  readonly rings: readonly string[]
  readonly status?: number | undefined
  readonly steps: readonly Step[]
}

export function explainCall(snapshot: Snapshot, from: string, to: string, moment: Moment): Explanation {
  const walk: Walk = { snapshot, moment, steps: [], visited: [] }
  const caller = snapshot.numberOrUser(from)
  if (caller.is === 'line') say(walk, `${from} calls as ${caller.displayName}.`, `lines[${caller.number}]`)
  else say(walk, `${from} is no line of this system: nobody who is not a phone of it may call.`)
  if (caller.is !== 'line') return refused(walk, 403)
  return reach(walk, to)
}

interface Walk { readonly snapshot: Snapshot; readonly moment: Moment; readonly steps: Step[]; readonly visited: string[] }

function say({ steps }: Walk, text: string, object?: string, field?: string, value?: Step['value']): void { steps.push({ text, object, field, value }) }

function refused({ steps }: Walk, status: number): Explanation { return { outcome: 'refused', rings: [], status, steps } }
function rings({ steps }: Walk, lines: readonly string[]): Explanation { return { outcome: 'rings', rings: lines, steps } }

function reach(walk: Walk, to: string): Explanation {
  const meaning = walk.snapshot.numberOrUser(to)
  const key = meaning.is === 'line' || meaning.is === 'huntGroup' ? meaning.number : to
  if (walk.visited.includes(key) || walk.visited.length > maxForwards) { say(walk, `${key} was asked before: the forwarding goes in a circle and ends here.`); return refused(walk, 482) }
  walk.visited.push(key)
  if (meaning.is === 'line') return line(walk, meaning, to)
  if (meaning.is === 'huntGroup') return hunt(walk, meaning)
  return feature(walk, to, meaning)
}

function line(walk: Walk, found: LinePicture, dialled: string): Explanation {
  const { moment, snapshot } = walk, { number } = found, object = `lines[${number}]`
  if (dialled === number) say(walk, `${number} is a line${found.user === undefined ? '' : ` of ${found.user}`}.`, object, 'number', number)
  else say(walk, `${dialled} is a user, whose primary line is ${number}.`, `users[${dialled}]`, 'extension', number)
  if (found.forwardAll !== undefined) return forward(walk, object, 'forwardAll', found.forwardAll, 'Every call is forwarded')
  if (found.doNotDisturb) { say(walk, 'It does not want to be disturbed.', object, 'doNotDisturb', true); return otherwise(walk, object, 'forwardBusy', found.forwardBusy, 480) }
  const calls = moment.calls(number)
  if (calls >= found.maxCalls) { say(walk, `It is in ${calls} calls, as many as it may have.`, object, 'maxCalls', found.maxCalls); return otherwise(walk, object, 'forwardBusy', found.forwardBusy, 486) }
  if (calls > 0 && !found.callWaiting) { say(walk, 'It is busy and takes no second call.', object, 'callWaiting', false); return otherwise(walk, object, 'forwardBusy', found.forwardBusy, 486) }
  const phones = snapshot.phonesOfLine(number).map((phone) => phone.name)
  if (!moment.reachable(number)) {
    say(walk, phones.length === 0 ? 'No phone carries it.' : `None of its phones is registered (${phones.join(', ')}).`, object)
    return otherwise(walk, object, 'forwardNotRegistered', found.forwardNotRegistered, 480)
  }
  say(walk, `It rings at ${phones.join(', ')}.`, object)
  if (found.forwardNoAnswer !== undefined) say(walk, `Without an answer after ${found.noAnswerSeconds} s it goes to ${found.forwardNoAnswer}.`, object, 'forwardNoAnswer', found.forwardNoAnswer)
  return rings(walk, [number])
}

function forward(walk: Walk, object: string, field: string, number: string, why: string): Explanation {
  say(walk, `${why} to ${number}.`, object, field, number)
  return reach(walk, number)
}

function otherwise(walk: Walk, object: string, field: string, number: string | undefined, status: number): Explanation {
  if (number !== undefined) return forward(walk, object, field, number, 'So the call is forwarded')
  say(walk, `Nothing says where the call should go instead: it is refused with ${status}.`, object, field)
  return refused(walk, status)
}

function hunt(walk: Walk, group: HuntPicture): Explanation {
  const object = `huntGroups[${group.number}]`
  say(walk, `${group.number} is a hunt group.`, object, 'algorithm', group.algorithm)
  const free = group.members.filter((member) => isFree(walk, member, object))
  if (free.length === 0) { say(walk, 'No member can take the call.', object, 'members'); return otherwise(walk, object, 'onBusy', group.onBusy, 480) }
  say(walk, group.algorithm === 'broadcast' ? `${free.join(', ')} ring together.` : `${free.join(', ')} are tried one after the other, ${group.ringSeconds} s each${group.algorithm === 'topDown' ? '' : '; where it begins changes from call to call'}.`,
    object, group.algorithm === 'broadcast' ? 'algorithm' : 'ringSeconds', group.algorithm === 'broadcast' ? 'broadcast' : group.ringSeconds)
  if (group.onNoAnswer !== undefined) say(walk, `Without an answer the call goes to ${group.onNoAnswer}.`, object, 'onNoAnswer', group.onNoAnswer)
  return rings(walk, free)
}

function isFree(walk: Walk, member: string, object: string): boolean {
  const found = walk.snapshot.lines.get(member)
  const why = !found ? 'does not exist' : found.doNotDisturb ? 'does not want to be disturbed' : walk.moment.calls(member) > 0 ? 'is busy' : walk.moment.reachable(member) ? undefined : 'has no registered phone'
  if (why !== undefined) say(walk, `${member} ${why} and is passed over.`, object, 'members')
  return why === undefined
}

function feature(walk: Walk, to: string, meaning: Exclude<Meaning, LinePicture | HuntPicture>): Explanation {
  switch (meaning.is) {
    case 'pickup': return does(walk, 'It answers what rings in the caller\'s pickup group.', 'featureCodes', 'pickup')
    case 'directedPickup': return does(walk, `It answers what rings at ${meaning.number}.`, 'featureCodes', 'directedPickup')
    case 'pickupGroup': return does(walk, `It answers what rings in the group ${meaning.number} (${meaning.members.join(', ') || 'no members'}).`, `pickupGroups[${meaning.number}]`, 'number')
    case 'parkSlot': return does(walk, `It takes the call that waits in slot ${meaning.slot}.`, `parkLots[${meaning.lot}]`, 'range')
    case 'parkRetrieve': return does(walk, `It takes the call that waits in slot ${meaning.slot}.`, 'featureCodes', 'parkRetrieve')
    case 'park': { say(walk, 'Only a call in progress can be parked, by a transfer.', 'featureCodes', 'park'); return refused(walk, 404) }
    case 'unknown': { say(walk, `Nobody has ${to}: no line, hunt group, park slot, pickup group, feature code or user.`); return refused(walk, 404) }
  }
}

function does(walk: Walk, text: string, object: string, field: string): Explanation {
  say(walk, text, object, field)
  return { outcome: 'feature', rings: [], steps: walk.steps }
}
