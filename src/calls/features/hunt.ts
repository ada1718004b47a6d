/** Hunt groups: in which order the members ring. Standards dial plan 11.6 (line groups). */
import type { HuntPicture } from '../../directory/picture.ts'
import type { CallHouse, Stage } from '../call.ts'

/** Stages of a group's members; who is busy or does not want to be disturbed is passed over. */
export function huntStages(house: CallHouse, group: HuntPicture): Stage[] {
  const ordered = order(house, group), free = ordered.filter((number) => isFree(house, number))
  if (group.algorithm === 'broadcast') return free.length === 0 ? [] : [{ lines: free, seconds: Math.min(group.maxSeconds, group.ringSeconds * group.members.length) }]
  return free.map((number) => ({ lines: [number], seconds: group.ringSeconds }))
}

function order(house: CallHouse, group: HuntPicture): readonly string[] {
  const { members } = group
  switch (group.algorithm) {
    case 'broadcast': case 'topDown': return members
    case 'circular': {
      const start = (house.turns.get(group.number) ?? 0) % Math.max(1, members.length)
      house.turns.set(group.number, start + 1)
      return [...members.slice(start), ...members.slice(0, start)]
    }
    case 'longestIdle': return members.toSorted((a, b) => house.idleSince(a) - house.idleSince(b))
  }
}

function isFree(house: CallHouse, number: string): boolean {
  const line = house.snapshot.lines.get(number)
  return line !== undefined && !line.doNotDisturb && house.busyCalls(number) === 0
}
