/** What can be wrong with a dial plan or a dialled number: the codes of this room. Why a number is not routed stands in causes.ts. */
import type { Problem } from '../../kit/result.ts'

const texts = {
  'dialling.empty': 'A pattern or number needs at least one digit.',
  'dialling.tooLong': 'It is longer than a pattern or a number may be.',
  'dialling.character': 'This character means nothing here.',
  'dialling.nothingToRepeat': 'Nothing stands before it that could be repeated; a literal plus is written \\+.',
  'dialling.set': 'The set in brackets is not closed, empty, or has a range that does not ascend among digits or letters.',
  'dialling.negations': 'A pattern has at most one set with ^.',
  'dialling.dots': 'A pattern has at most one dot.',
  'dialling.plans': 'A pattern has at most one @.',
  'dialling.noPlan': '@ needs a numbering plan that is known here.',
  'dialling.filter': 'The route filter leaves no number, or its value is no plain pattern.',
  'dialling.tooWide': 'Its variable wildcards overlap in too many ways to count what it matches.',
  'dialling.samePattern': 'The same pattern stands twice in one partition.',
  'dialling.sameName': 'This name stands twice.',
  'dialling.unknownName': 'Nothing has this name.',
  'dialling.planTooLarge': 'The dial plan is larger than this system compiles.',
  'dialling.discard': 'This is no discard instruction.',
  'dialling.discardNeeds': 'This discard instruction needs a pattern with . or @.',
  'dialling.mask': 'A mask or prefix holds digits, A-D, *, # and +; a mask X as well.',
  'dialling.time': 'A time is written HH:MM between 00:00 and 24:00, a date MM-DD or YYYY-MM-DD.',
  'dialling.zone': 'This time zone is not known.',
  'dialling.destination': 'A route pattern has one of trunk, routeList and block.',
  'dialling.expected': 'Expected is written `line 1001`, `trunk NAME [NUMBER]`, `feature NAME` or `refused [CAUSE]`.',
  'dialling.testFailed': 'A test of the dial plan does not come out as expected.',
} as const

export type DiallingCode = keyof typeof texts

export function problem(code: DiallingCode, where?: string, detail?: string): Problem {
  return { code, text: detail === undefined ? texts[code] : `${texts[code]} ${detail}`, where }
}
