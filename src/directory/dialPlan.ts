/**
 * The dial plan: who sees which numbers, what becomes of them, and by which trunks they go.
 *
 * Standards  dial plan 11.1–11.4, 11.10; policy/dialling compiles it
 * Security   what is in a partition is seen by nobody until a calling search space shows it
 */
import { define, type Defined, group, listOf, oneOf, optional, reference, text, yesNo } from './define.ts'

const named = (label: string, about: string) => text({ label, about, max: 64, named: 'line' })
const patternText = text({ label: 'Pattern', about: 'Digits, X, !, ?, +, [sets], . and @ (dial plan 11.1).', max: 100, named: 'pattern' })
const partitionOf = optional(reference('Partition', 'The partition that it is in; without one everybody sees it.', ['partition']))
const numberingOf = {
  numberingPlan: optional(reference('Numbering plan', 'What @ stands for.', ['numberingPlan'], { also: ['NANP', 'E164'] })),
  filter: optional(reference('Route filter', 'Which numbers of @ are meant.', ['routeFilter'])),
}
const calledFields = {
  discard: optional(text({ label: 'Discard', about: 'NoDigits, PreDot, Trailing-#, PreAt, 10-10-Dialing, 11D->10D, 11D->7D, 10D->7D, IntlTollBypass, and several with spaces between.', max: 100, named: 'line' })),
  mask: optional(text({ label: 'Mask', about: 'Laid over the number from the right: X lets a digit through.', max: 50, named: 'mask' })),
  prefix: optional(text({ label: 'Prefix', about: 'Put in front.', max: 24, named: 'number' })),
}
const callingFields = {
  useExternalMask: yesNo('Use external mask', 'First lays the line\'s externalNumberMask over the caller\'s number.', false),
  mask: optional(text({ label: 'Mask', about: 'Laid over the number from the right.', max: 50, named: 'mask' })),
  prefix: optional(text({ label: 'Prefix', about: 'Put in front.', max: 24, named: 'number' })),
}
const calling = optional(group('Calling number', 'What becomes of the number that calls.', callingFields))
const blockCauses = ['noError', 'unallocatedNumber', 'callRejected', 'numberChanged', 'invalidNumberFormat', 'precedenceExceeded'] as const

export const partition = define({ kind: 'partition', collection: 'partitions', label: 'Partition', about: 'Numbers that are seen together.' }, {
  name: named('Name', 'Name of the partition.'),
  description: optional(text({ label: 'Description', about: 'What is in it.', max: 128, named: 'line' })),
  schedule: optional(reference('Schedule', 'Seen only while this time schedule is open.', ['timeSchedule'])),
  zone: optional(text({ label: 'Time zone', about: 'Europe/Zurich; the caller\'s where none is given.', max: 64, named: 'line' })),
})

export const callingSearchSpace = define({ kind: 'callingSearchSpace', collection: 'callingSearchSpaces', label: 'Calling search space', about: 'The partitions that somebody sees, in the order that breaks ties.' }, {
  name: named('Name', 'Name of the search space.'),
  description: optional(text({ label: 'Description', about: 'Who has it.', max: 128, named: 'line' })),
  partitions: listOf('Partitions', 'Their names, in order.', reference('Partition', 'Its name in its list.', ['partition']), 1_000),
})

export const routePattern = define({ kind: 'routePattern', collection: 'routePatterns', beside: 'partition', label: 'Route pattern', about: 'Numbers that leave by a trunk or a route list, or that are blocked.' }, {
  pattern: patternText,
  partition: partitionOf,
  description: optional(text({ label: 'Description', about: 'What it is for.', max: 128, named: 'line' })),
  trunk: optional(reference('Trunk', 'Goes out there; or give routeList, or block.', ['trunk'])),
  routeList: optional(reference('Route list', 'Goes out by the first of its trunks that takes it.', ['routeList'])),
  block: optional(oneOf('Block', 'Goes nowhere, with this cause.', [...blockCauses])),
  urgent: optional(yesNo('Urgent', 'Goes as soon as it is the best match, without waiting for more digits.')),
  emergency: yesNo('Emergency', 'Goes for everybody at every time, past every limit, whatever else matches.', false),
  international: optional(yesNo('International', 'Counts as international whatever its digits are; by the prefixes of tollControl where nothing is said.')),
  premium: optional(yesNo('Premium', 'Counts as premium rate; by the prefixes of tollControl where nothing is said.')),
  ...numberingOf,
  ...calledFields,
  calling,
})

export const translationPattern = define({ kind: 'translationPattern', collection: 'translationPatterns', beside: 'partition', label: 'Translation pattern', about: 'Numbers that become others, and are looked for again.' }, {
  pattern: patternText,
  partition: partitionOf,
  description: optional(text({ label: 'Description', about: 'What it is for.', max: 128, named: 'line' })),
  callingSearchSpace: optional(reference('Calling search space', 'With which the new number is looked for; the caller\'s where none is given.', ['callingSearchSpace'])),
  block: optional(oneOf('Block', 'Goes nowhere, with this cause.', [...blockCauses])),
  urgent: optional(yesNo('Urgent', 'Without waiting for more digits; unless told otherwise it is.')),
  ...numberingOf,
  ...calledFields,
  calling,
})

const transformationFields = { pattern: patternText, partition: partitionOf, ...numberingOf, ...calledFields }
export const calledTransformation = define({ kind: 'calledTransformation', collection: 'calledTransformations', beside: 'partition', label: 'Called party transformation', about: 'What becomes of a number called, at trunks whose search space shows it.' }, transformationFields)
export const callingTransformation = define({ kind: 'callingTransformation', collection: 'callingTransformations', beside: 'partition', label: 'Calling party transformation', about: 'What becomes of a number that calls, at trunks whose search space shows it.' }, transformationFields)

const member = group('Member', 'A group of the list; what is given here replaces the pattern\'s own.', {
  group: reference('Group', 'A route group, or Standard Local Route Group: that of the caller\'s phone.', ['routeGroup'], { also: ['Standard Local Route Group'] }),
  called: optional(group('Called number', 'What becomes of it by this group.', calledFields)),
  calling: optional(group('Calling number', 'What becomes of it by this group.', callingFields)),
})

export const routeList = define({ kind: 'routeList', collection: 'routeLists', label: 'Route list', about: 'Route groups in the order in which they are tried.' }, {
  name: named('Name', 'Name of the list.'),
  members: listOf('Members', 'Route groups, in order.', member, 50),
  stopOn: optional(group('Stop on', 'Answers after which no other trunk is tried.', {
    userBusy: yesNo('User busy', 'The other side is busy.', true),
    unallocatedNumber: yesNo('Unallocated number', 'There is no such number.', true),
    outOfBandwidth: yesNo('Out of bandwidth', 'There is no room for it.', false),
  })),
})

export const routeGroup = define({ kind: 'routeGroup', collection: 'routeGroups', label: 'Route group', about: 'Trunks that stand in for one another.' }, {
  name: named('Name', 'Name of the group.'),
  algorithm: oneOf('Algorithm', 'topDown: the first that takes it; circular: each call begins with the next one.', ['topDown', 'circular'], 'topDown'),
  trunks: listOf('Trunks', 'Their names, in order.', reference('Trunk', 'Its name in its list.', ['trunk']), 100),
})

export const timePeriod = define({ kind: 'timePeriod', collection: 'timePeriods', label: 'Time period', about: 'Hours, on days or dates.' }, {
  name: named('Name', 'Name of the period.'),
  start: text({ label: 'Start', about: 'The hour, as HH:MM.', max: 5, named: 'time', preset: '00:00' }),
  end: text({ label: 'End', about: 'HH:MM, up to 24:00; one that is not after the start is on the next day.', max: 5, named: 'time', preset: '24:00' }),
  days: listOf('Days', 'Every day where none is given.', oneOf('Day', 'Of the week.', ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'], 'monday'), 7),
  dates: optional(group('Dates', 'The first and the last day.', {
    from: text({ label: 'From', about: 'MM-DD each year, or YYYY-MM-DD.', max: 10, named: 'date' }),
    to: text({ label: 'To', about: 'The last day, in the same form.', max: 10, named: 'date' }),
  })),
})

export const timeSchedule = define({ kind: 'timeSchedule', collection: 'timeSchedules', label: 'Time schedule', about: 'Open while one of its periods is.' }, {
  name: named('Name', 'Name of the schedule.'),
  periods: listOf('Periods', 'Their names.', reference('Period', 'Its name in its list.', ['timePeriod']), 100),
})

const segment = group('Segment', 'One part of a number.', {
  tag: named('Tag', 'AREA-CODE and so on.'),
  patterns: listOf('Patterns', 'Each is an alternative.', patternText, 100),
})
const numberRow = group('Row', 'One form that numbers have.', { segments: listOf('Segments', 'From left to right.', segment, 20) })

export const numberingPlan = define({ kind: 'numberingPlan', collection: 'numberingPlans', label: 'Numbering plan', about: 'What @ in a pattern stands for. NANP and E164 are there from the start.' }, {
  name: named('Name', 'Name of the plan.'),
  rows: listOf('Rows', 'The forms of its numbers.', numberRow, 100),
})

const clause = group('Clause', 'What is asked of one tag.', {
  tag: named('Tag', 'AREA-CODE and so on.'),
  is: oneOf('Is', 'What must hold.', ['exists', 'doesNotExist', 'equals'], 'exists'),
  value: optional(text({ label: 'Value', about: 'Where it must equal something.', max: 24, named: 'number' })),
})

export const routeFilter = define({ kind: 'routeFilter', collection: 'routeFilters', label: 'Route filter', about: 'Chooses among the numbers of @.' }, {
  name: named('Name', 'Name of the filter.'),
  anyOf: listOf('Any of', 'A number stays where all clauses of one of these hold.', group('Group', 'Clauses that must hold together.', { allOf: listOf('All of', 'Clauses that hold together.', clause, 20) }), 20),
})

export const dialPlanTest = define({ kind: 'dialPlanTest', collection: 'dialPlanTests', beside: 'to', label: 'Dial plan test', about: 'What the site promises itself: looked at before every change.' }, {
  from: text({ label: 'From', about: 'A line, a user, or trunk NAME.', max: 80, named: 'line' }),
  to: text({ label: 'To', about: 'What is dialled.', max: 64, named: 'line' }),
  expected: text({ label: 'Expected', about: 'line 1001, trunk NAME, trunk NAME NUMBER, feature NAME, refused, refused CAUSE.', max: 128, named: 'line' }),
  at: optional(text({ label: 'At', about: 'A moment, as 2026-12-24T18:00; now where none is given.', max: 16, named: 'moment' })),
})

export type Partition = Defined<typeof partition>
export type CallingSearchSpace = Defined<typeof callingSearchSpace>
export type RoutePattern = Defined<typeof routePattern>
export type TranslationPattern = Defined<typeof translationPattern>
export type TransformationPattern = Defined<typeof calledTransformation>
export type RouteList = Defined<typeof routeList>
export type RouteGroup = Defined<typeof routeGroup>
export type TimePeriod = Defined<typeof timePeriod>
export type TimeSchedule = Defined<typeof timeSchedule>
export type NumberingPlan = Defined<typeof numberingPlan>
export type RouteFilter = Defined<typeof routeFilter>
export type DialPlanTest = Defined<typeof dialPlanTest>
