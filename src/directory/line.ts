/** A number that rings, and what happens when nobody answers. Standards R-numbers of dial plan 11.7 (forwarding, pickup). */
import { define, type Defined, dialled, optional, reference, text, whole, yesNo } from './define.ts'

export const line = define({ kind: 'line', collection: 'lines', label: 'Line', about: 'A number, its phones and its forwarding. One that only a user or a phone names has the defaults.' }, {
  number: dialled('Number', 'What is dialled to reach the line.'),
  displayName: optional(text({ label: 'Display name', about: 'Shown to the other party; the user\'s where none is given.', max: 128, named: 'line' })),
  partition: optional(reference('Partition', 'Who sees the partition can call the line; without one everybody can.', ['partition'])),
  callingSearchSpace: optional(reference('Calling search space', 'What its calls may reach, before that of the phone.', ['callingSearchSpace'])),
  forwardCallingSearchSpace: optional(reference('Forwarding search space', 'What calls that it forwards may reach; that of the line itself where none is given.', ['callingSearchSpace'])),
  externalNumberMask: optional(text({ label: 'External number mask', about: 'The line as the outside knows it: laid over its number from the right, X lets a digit through.', max: 24, named: 'mask' })),
  forwardAll: optional(dialled('Forward all', 'Every call goes there at once.')),
  forwardBusy: optional(dialled('Forward busy', 'A call goes there when the line is busy or does not want to be disturbed.')),
  forwardNoAnswer: optional(dialled('Forward no answer', 'A call goes there after noAnswerSeconds.')),
  forwardNotRegistered: optional(dialled('Forward not registered', 'A call goes there when no phone of the line is registered.')),
  noAnswerSeconds: whole('No answer after', 'Seconds of ringing until a call goes to forwardNoAnswer; where that is absent it rings on.', 1, 300, 12),
  doNotDisturb: yesNo('Do not disturb', 'The line does not ring; forwarding on busy applies.', false),
  callWaiting: yesNo('Call waiting', 'A second call rings while the line is in use.', true),
  pickupGroup: optional(dialled('Pickup group', 'Number of the group whose members may answer this line.', ['pickupGroup'])),
  maxCalls: whole('Calls', 'Calls on the line at one time, at most; without a limit of its own the phones of the line say when they are busy.', 1, 100_000, 100_000),
})

export type Line = Defined<typeof line>
