/** How much somebody may call: of a trunk and of a class of service. Standards attack class A44 (toll fraud), dial plan 11.10 */
import { optional, whole, yesNo } from './define.ts'

export const limitFields = {
  callsAtOnce: optional(whole('Calls at once', 'Calls to the outside under way at one time.', 0, 100_000)),
  callsPerSecond: optional(whole('Calls a second', 'New calls to the outside in one second.', 1, 10_000)),
  callsPerHour: optional(whole('Calls an hour', 'New calls to the outside in any hour.', 0, 1_000_000)),
  minutesPerDay: optional(whole('Minutes a day', 'Minutes to the outside in any 24 hours; a call that reaches it ends.', 0, 10_000_000)),
  callsPerHourAfterHours: optional(whole('Calls an hour, after hours', 'The same while the schedule tollControl.officeHours is closed.', 0, 1_000_000)),
  stop: yesNo('Stop', 'Whether calls over a limit are refused; without it there is only the alarm.', true),
}

export interface Limits {
  readonly callsAtOnce?: number | undefined
  readonly callsPerSecond?: number | undefined
  readonly callsPerHour?: number | undefined
  readonly minutesPerDay?: number | undefined
  readonly callsPerHourAfterHours?: number | undefined
  readonly stop: boolean
}
