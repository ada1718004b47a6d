/** Every problem of a restriction table and of setting one up: code, sentence, remedy. Codes are stable. */
import type { Problem } from '../../kit/result.ts'

const table = {
  'policy.restriction.name': ['the name of a table is missing, too long or not one line of text.', 'Give 1 to 64 characters.'],
  'policy.restriction.sameName': ['another table has this name.', 'Every table has a name of its own.'],
  'policy.restriction.tooManyTables': ['there are too many tables beside the shipped ones.', 'At most 100; let classes of service share them.'],
  'policy.restriction.rows': ['a table has 1 to 50 rows.', 'Put several numbers into one pattern.'],
  'policy.restriction.lastRow': ['the last row of a table is the pattern *, to be allowed or blocked.', 'Add it, or move it to the end.'],
  'policy.restriction.pattern': ['a pattern is empty, too long or has a character that nothing can match.', 'Digits, +, #, letters and @ of an address; * for any number of characters, ? for one.'],
  'policy.restriction.separator': ['a number is compared without its separators, so this pattern can never match.', 'Write the digits alone.'],
  'policy.restriction.blocked': ['a row neither blocks nor allows.', 'Give true or false.'],
  'policy.restriction.digits': ['the numbers of digits are not whole numbers in order.', 'At least 1, at most 30, the least first.'],
  'policy.restriction.shipped': ['the shipped tables can be changed and renamed, not deleted.', 'Leave it; nothing has to use it.'],
  'policy.restriction.inUse': ['this table is used.', 'Give its users another table first.'],
  'policy.restriction.codes': ['the trunk codes or international prefixes are not digits, or too many.', 'Up to 6 digits each, at most 8 codes and 4 prefixes.'],
  'policy.restriction.tooManyPatterns': ['these codes and prefixes need more rows than a table has.', 'Write a table that allows what may be dialled and ends with * blocked.'],
} as const satisfies Record<string, readonly [string, string]>

export type RestrictionCode = keyof typeof table

export function problem(code: RestrictionCode, where?: string, detail?: string): Problem {
  const [text, remedy] = table[code], sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return { code, text: detail === undefined ? sentence : `${sentence.slice(0, -1)}: ${detail}.`, where, remedy }
}
