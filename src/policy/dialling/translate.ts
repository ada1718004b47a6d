/**
 * From a dialled number to the row that decides: match, and where a translation pattern matches, transform and look again.
 *
 * Standards  dial plan 11.2, 11.3
 * Security   at most maxHops translations, a circle is told; default refuse
 */
import { type RefusalCause, causes } from './causes.ts'
import { find } from './find.ts'
import type { DialPlan, Rule } from './plan.ts'
import type { OwnNumber } from './table.ts'
import { type Note, transform } from './transform.ts'

/** Translation patterns that may follow on one another. */
export const maxHops = 10

export interface Asked {
  /** In its one spelling: dialledDigits. */
  readonly dialled: string
  /** Of the line, then of the device. */
  readonly spaces: readonly string[]
  readonly calling: string
  /** External phone number mask of the line. */
  readonly externalMask?: string | undefined
  /** Milliseconds since 1970, and the caller's time zone. */
  readonly now: number
  readonly zone: string
}

export type Decision =
  /** `digits` are what the rule matched, before its own transformation; `calling` after all translations. */
  | { readonly is: 'found'; readonly rule: Rule; readonly digits: string; readonly calling: string }
  | { readonly is: 'own'; readonly own: OwnNumber; readonly digits: string; readonly calling: string }
  | { readonly is: 'refused'; readonly cause: RefusalCause; readonly object?: string | undefined }

export function decide(plan: DialPlan, asked: Asked, note?: Note): Decision {
  let seen: Set<string> | undefined   // few calls are translated
  let { dialled: digits, spaces, calling } = asked
  for (let hop = 0; ; hop++) {
    const { rule, own, more } = find(plan, plan.sight(spaces, asked.now, asked.zone), digits)
    if (own) {
      note?.({ text: `${digits} is a number of this system${own.partition === undefined ? '' : ` in ${own.partition}`}.`, object: own.object })
      return { is: 'own', own, digits, calling }
    }
    if (!rule) return refused(more ? 'incomplete' : 'noMatch', digits, spaces, note)
    note?.({ text: `${digits} matches ${rule.row.pattern}${rule.row.partition === undefined ? '' : ` in ${rule.row.partition}`}.`, object: rule.row.object, field: 'pattern', value: rule.row.pattern })
    const { to, object } = rule.row
    if (to.is === 'block') return stopped(to.cause, `It is blocked: ${causes[to.cause].text}.`, object, note)
    if (to.is !== 'translate') return { is: 'found', rule, digits, calling }
    const turn = `${object} ${digits} ${spaces.join()}`   // the same row at the same number with the same search space would come here again
    if (seen?.has(turn)) return stopped('loop', 'It was here before: the translation patterns go in a circle.', object, note)
    if (hop === maxHops) return stopped('loop', `More than ${maxHops} translation patterns follow on one another.`, object, note)
    ;(seen ??= new Set()).add(turn)
    const after = rewritten(rule, digits, calling, asked.externalMask, note)
    if (!after) return stopped('notDialable', 'What is left is no number.', object, note)
    ;({ called: digits, calling } = after)
    if (to.callingSearchSpace === undefined) continue
    spaces = [to.callingSearchSpace]
    note?.({ text: `It is looked for with ${to.callingSearchSpace}.`, object, field: 'callingSearchSpace', value: to.callingSearchSpace })
  }
}

function refused(cause: RefusalCause, digits: string, spaces: readonly string[], note: Note): Decision {
  note?.({ text: `${digits} matches nothing that the caller may dial (${spaces.join(', ') || 'no calling search space'}): ${causes[cause].text}.` })
  return { is: 'refused', cause }
}

function stopped(cause: RefusalCause, text: string, object: string, note: Note): Decision {
  note?.({ text, object, field: 'to' })
  return { is: 'refused', cause, object }
}

/** Both numbers after a rule's own transformations; undefined where one is no number any more. */
export function rewritten(rule: Rule, digits: string, calling: string, externalMask: string | undefined, note: Note): { called: string; calling: string } | undefined {
  const { row: { object }, spellings } = rule
  const called = transform(rule.called, digits, { what: 'called', object, spellings }, note)
  const from = transform(rule.calling, calling, { what: 'calling', object, externalMask }, note)
  return called === undefined || from === undefined ? undefined : { called, calling: from }
}
