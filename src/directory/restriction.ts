/**
 * What keeps calls from costing money: restriction tables, classes of service that name them, and what there is once.
 *
 * Standards  R120–R137; unity-connection 6.3 (50 rows, 100 tables, 1 to 30 digits, the last row is *); attack class A44
 * Security   international and premium numbers are closed until a class of service opens them
 */
import { define, type Defined, group, listOf, optional, reference, text, whole, yesNo } from './define.ts'
import { limitFields } from './limits.ts'

const row = group('Row', 'From the first on, the first that matches decides.', {
  pattern: text({ label: 'Pattern', about: 'Digits; * any number of characters, ? one, # the key.', max: 64, named: 'line' }),
  blocked: yesNo('Blocked', 'Whether what matches may not be dialled.', true),
})

export const restrictionTable = define({ kind: 'restrictionTable', collection: 'restrictionTables', label: 'Restriction table', about: 'Which numbers may be dialled.' }, {
  name: text({ label: 'Name', about: 'Name of the table.', max: 64, named: 'line' }),
  patterns: listOf('Patterns', 'Rows, the last is *.', row, 50),
  minDigits: whole('Least digits', 'A shorter number is refused before any row.', 1, 30, 1),
  maxDigits: whole('Most digits', 'A longer number is refused before any row.', 1, 30, 30),
})

const tableName = (label: string, about: string, preset: string) => reference(label, about, ['restrictionTable'], { preset })

export const classOfService = define({ kind: 'classOfService', collection: 'classesOfService', label: 'Class of service', about: 'What a user may do.' }, {
  name: text({ label: 'Name', about: 'Name of the class.', max: 64, named: 'line' }),
  transferTable: tableName('Transfer table', 'Restriction table for transfers and forwards.', 'Default Transfer'),
  outdialTable: tableName('Outdial table', 'Restriction table for message notification.', 'Default Outdial'),
  faxTable: tableName('Fax table', 'Restriction table for fax.', 'Default Fax'),
  international: yesNo('International', 'May call abroad.', false),
  premium: yesNo('Premium', 'May call numbers of a premium rate.', false),
  limits: optional(group('Limits', 'How much one user may call; over that calls are refused and an alarm is raised.', limitFields)),
})

export const tollControl = define({ kind: 'tollControl', collection: 'tollControl', shape: 'one', label: 'Toll control', about: 'What there is once against calls that cost money.' }, {
  accessCodes: listOf('Access codes', 'What takes a trunk: 9, 99.', text({ label: 'Code', about: 'Digits, * and #.', max: 6, named: 'number' }), 8, ['9']),
  internationalPrefixes: listOf('International prefixes', 'What reaches the international operator behind the code.', text({ label: 'Prefix', about: 'Digits.', max: 6, named: 'number' }), 4, ['011', '00']),
  longDistance: optional(text({ label: 'Long distance', about: 'Digit before a long-distance number, where there is one.', max: 3, named: 'number' })),
  premiumPrefixes: listOf('Premium prefixes', 'Beginnings of premium-rate numbers, behind the access code.', text({ label: 'Prefix', about: 'Digits, or + and the country.', max: 16, named: 'number' }), 100, ['1900', '1976', '0900', '0901', '0906']),
  homeCountry: optional(text({ label: 'Home country', about: 'Its code with +, such as +41: numbers that begin so are not international.', max: 6, named: 'number' })),
  officeHours: optional(reference('Office hours', 'Time schedule; while it is closed the limits for after hours count.', ['timeSchedule'])),
  zone: text({ label: 'Time zone', about: 'The clock of the house, such as Europe/Zurich.', max: 64, named: 'line', preset: 'UTC' }),
  recheckAtDial: yesNo('Check again when dialled', 'A number that was set is checked again at every call.', true),
  systemTransferTable: tableName('System transfer table', 'Restriction table for callers whom nobody knows.', 'Default System Transfer'),
  alternateExtensionTable: tableName('Alternate extension table', 'Restriction table for alternate extensions.', 'User-Defined and Automatically-Added Alternate Extensions'),
  classOfService: optional(reference('Class of service', 'Of users and phones without one of their own; without it: nothing international, nothing premium, no limits.', ['classOfService'])),
})

export type RestrictionTable = Defined<typeof restrictionTable>
export type ClassOfService = Defined<typeof classOfService>
export type TollControl = Defined<typeof tollControl>
