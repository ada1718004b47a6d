/**
 * SEARCH: numbers become UIDs on the way out, and numbers again on the way back.
 *
 * Standards  RFC 3501 6.4.4, 7.2.5, RFC 4731, RFC 5182, RFC 7162 3.1.5
 */
import type { Command, SearchKey, SearchReturn } from '../command.ts'
import { count, intersection, numbers, printRanges, type Ranges, rangesOf } from '../ranges.ts'
import { sequencesOf } from '../view.ts'
import type { Answer, Selected } from './state.ts'
import { ask, done, known, refused, type Turn, untagged } from './turn.ts'

type Search = Command & { is: 'search' }

export function search(turn: Turn, command: Search): void {
  if (command.modSeq) turn.session.condstore = true
  ask(turn, { is: 'search', key: byUid(turn.session.selected!, command.key) })
}

/** The key without sequence numbers, of which those beyond the last message find nothing. */
function byUid(selected: Selected, key: SearchKey): SearchKey {
  switch (key.is) {
    case 'messages': return { is: 'uids', uids: known(selected, key.set, key.uid) }
    case 'recent': return { is: 'uids', uids: selected.recent }
    case 'not': return { is: 'not', key: byUid(selected, key.key) }
    case 'and': case 'or': return { is: key.is, keys: key.keys.map((k) => byUid(selected, k)) }
    default: return key
  }
}

export function found(turn: Turn, command: Search, answer: Answer): void {
  const { session } = turn, { selected } = session
  const saves = command.give?.includes('SAVE') === true
  if (answer.is === 'refused') {
    if (saves) selected!.saved = []                                                           // RFC 5182 2.1
    refused(turn, answer)
    return
  }
  if (answer.is !== 'found') return
  const uids = intersection(answer.uids, selected!.view.uids), shown = command.uid ? uids : sequencesOf(selected!.view, uids)
  const modSeq = command.modSeq && uids.length > 0 ? answer.modSeq : undefined
  if (saves) selected!.saved = saved(command.give!, uids)
  if (command.give || session.rev2) extended(turn, command, shown, modSeq)
  else untagged(turn, `SEARCH${[...numbers(shown)].map((n) => ` ${n}`).join('')}${modSeq === undefined ? '' : ` (MODSEQ ${modSeq})`}`)
  done(turn)
}

/** RFC 5182 2.1: with MIN or MAX alone, these are saved. */
function saved(give: readonly SearchReturn[], uids: Ranges): Ranges {
  const [min, max] = [uids[0]?.from, uids.at(-1)?.to]
  if (min === undefined || max === undefined || give.includes('ALL') || give.includes('COUNT') || give.length === 1) return uids
  return rangesOf([...(give.includes('MIN') ? [min] : []), ...(give.includes('MAX') ? [max] : [])])
}

function extended(turn: Turn, command: Search, shown: Ranges, modSeq: number | undefined): void {
  const give = command.give ?? ['ALL'], first = shown[0], last = shown.at(-1), said: string[] = []
  if (give.length === 1 && give[0] === 'SAVE') return
  if (give.includes('MIN') && first) said.push(` MIN ${first.from}`)
  if (give.includes('MAX') && last) said.push(` MAX ${last.to}`)
  if (give.includes('COUNT')) said.push(` COUNT ${count(shown)}`)
  if (give.includes('ALL') && first) said.push(` ALL ${printRanges(shown)}`)
  if (modSeq !== undefined) said.push(` MODSEQ ${modSeq}`)
  untagged(turn, `ESEARCH (TAG "${turn.session.doing!.tag}")${command.uid ? ' UID' : ''}${said.join('')}`)
}
