/** Lines, hunt groups and features as a call finds them at this moment: who rings, who is passed over, where it goes on. Standards dial plan 11.6, 11.7 */
import type { HuntPicture, LinePicture } from '../../directory/picture.ts'
import type { Dialler } from '../dialling/dialler.ts'
import type { Known } from '../dialling/resolve.ts'
import { place } from '../place.ts'
import { originOf } from '../toll/offNet.ts'
import { type Explanation, refused, say, type Walk } from './walk.ts'

export function ownNumber(walk: Walk, who: Dialler, meaning: Known): Explanation {
  if (meaning.is === 'line') return line(walk, who, meaning)
  return meaning.is === 'huntGroup' ? hunt(walk, who, meaning) : feature(walk, meaning)
}

function rings({ steps }: Walk, lines: readonly string[]): Explanation { return { outcome: 'rings', rings: lines, trunks: [], steps } }

function line(walk: Walk, who: Dialler, found: LinePicture): Explanation {
  const { moment, snapshot } = walk, { number } = found, object = `lines[${number}]`
  say(walk, `${number} is a line${found.user === undefined ? '' : ` of ${found.user}`}.`, object, 'number', number)
  const by: Dialler = { is: 'line', line: found, forwarding: true, origin: originOf(who) }
  if (found.forwardAll !== undefined) return forward(walk, by, object, 'forwardAll', found.forwardAll, 'Every call is forwarded')
  if (found.doNotDisturb) { say(walk, 'It does not want to be disturbed.', object, 'doNotDisturb', true); return otherwise(walk, by, object, 'forwardBusy', found.forwardBusy, 480) }
  const calls = moment.calls(number)
  if (calls >= found.maxCalls) { say(walk, `It is in ${calls} calls, as many as it may have.`, object, 'maxCalls', found.maxCalls); return otherwise(walk, by, object, 'forwardBusy', found.forwardBusy, 486) }
  if (calls > 0 && !found.callWaiting) { say(walk, 'It is busy and takes no second call.', object, 'callWaiting', false); return otherwise(walk, by, object, 'forwardBusy', found.forwardBusy, 486) }
  const phones = snapshot.phonesOfLine(number).map((phone) => phone.name)
  if (!moment.reachable(number)) {
    say(walk, phones.length === 0 ? 'No phone carries it.' : `None of its phones is registered (${phones.join(', ')}).`, object)
    return otherwise(walk, by, object, 'forwardNotRegistered', found.forwardNotRegistered, 480)
  }
  say(walk, `It rings at ${phones.join(', ')}.`, object)
  if (found.forwardNoAnswer !== undefined) later(walk, by, object, found.forwardNoAnswer, found.noAnswerSeconds)
  return rings(walk, [number])
}

/** What is to come is looked at and not walked. */
function later(walk: Walk, by: Dialler, object: string, number: string, seconds: number): void {
  const found = place(walk.snapshot, by, number, walk.moment.now)
  const why = found.is === 'refused' || found.is === 'refuse' ? ` That would be refused: ${found.text}` : ''
  say(walk, `Without an answer after ${seconds} s it goes to ${number}.${why}`, object, 'forwardNoAnswer', number)
}

function forward(walk: Walk, by: Dialler, object: string, field: string, number: string, why: string): Explanation {
  say(walk, `${why} to ${number}.`, object, field, number)
  return walk.reach(by, number)
}

function otherwise(walk: Walk, by: Dialler, object: string, field: string, number: string | undefined, status: number): Explanation {
  if (number !== undefined) return forward(walk, by, object, field, number, 'So the call is forwarded')
  say(walk, `Nothing says where the call should go instead: it is refused with ${status}.`, object, field)
  return refused(walk, status)
}

/** A group has no rights of its own: where it forwards, the caller's count. */
function hunt(walk: Walk, who: Dialler, group: HuntPicture): Explanation {
  const object = `huntGroups[${group.number}]`
  say(walk, `${group.number} is a hunt group.`, object, 'algorithm', group.algorithm)
  const free = group.members.filter((member) => isFree(walk, member, object))
  if (free.length === 0) { say(walk, 'No member can take the call.', object, 'members'); return otherwise(walk, who, object, 'onBusy', group.onBusy, 480) }
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

function feature(walk: Walk, meaning: Exclude<Known, LinePicture | HuntPicture>): Explanation {
  switch (meaning.is) {
    case 'pickup': return does(walk, 'It answers what rings in the caller\'s pickup group.', 'featureCodes', 'pickup')
    case 'directedPickup': return does(walk, `It answers what rings at ${meaning.number}.`, 'featureCodes', 'directedPickup')
    case 'pickupGroup': return does(walk, `It answers what rings in the group ${meaning.number} (${meaning.members.join(', ') || 'no members'}).`, `pickupGroups[${meaning.number}]`, 'number')
    case 'parkSlot': return does(walk, `It takes the call that waits in slot ${meaning.slot}.`, `parkLots[${meaning.lot}]`, 'range')
    case 'parkRetrieve': return does(walk, `It takes the call that waits in slot ${meaning.slot}.`, 'featureCodes', 'parkRetrieve')
    case 'park': { say(walk, 'Only a call in progress can be parked, by a transfer.', 'featureCodes', 'park'); return refused(walk, 404) }
  }
}

function does(walk: Walk, text: string, object: string, field: string): Explanation {
  say(walk, text, object, field)
  return { outcome: 'feature', rings: [], trunks: [], steps: walk.steps }
}
