/** A number behind which several lines are tried. Standards dial plan 11.6 (line groups: 12 s ring, 1,800 s in all). */
import { define, type Defined, dialled, listOf, oneOf, optional, text, whole } from './define.ts'

export const huntGroup = define({ kind: 'huntGroup', collection: 'huntGroups', label: 'Hunt group', about: 'A number that tries its members until one answers.' }, {
  number: dialled('Number', 'What is dialled to reach the group.'),
  name: optional(text({ label: 'Name', about: 'Shown to members while it rings.', max: 128, named: 'line' })),
  algorithm: oneOf('Algorithm', 'broadcast: all together; topDown: from the first; circular: after the last one tried; longestIdle: who has waited longest.',
    ['broadcast', 'topDown', 'circular', 'longestIdle'], 'topDown'),
  members: listOf('Members', 'Numbers of the lines, in order.', dialled('Member', 'Number of a line.'), 200),
  ringSeconds: whole('Ring for', 'Seconds that one member rings.', 1, 300, 12),
  maxSeconds: whole('Hunt for', 'Seconds until the group gives up.', 1, 86_400, 1800),
  onNoAnswer: optional(dialled('On no answer', 'Where a call goes that nobody answered.')),
  onBusy: optional(dialled('On busy', 'Where a call goes when every member is busy or not there.')),
})

export type HuntGroup = Defined<typeof huntGroup>
