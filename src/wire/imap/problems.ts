/** Everything a stranger's IMAP can be told is wrong with it. Codes are stable: tests, logs and the console carry them. */
import type { Problem } from '../../kit/result.ts'

const problem = (what: string, text: string): Problem => ({ code: `imap.${what}`, text })

export const problems = {
  tag: problem('tag', 'The command does not begin with a tag.'),
  unknown: problem('unknown', 'The command is not known.'),
  lineEnd: problem('lineEnd', 'A line does not end in CR LF.'),
  control: problem('control', 'The command holds a control character.'),
  tooLong: problem('tooLong', 'The command is longer than is read.'),
  literal: problem('literal', 'The literal is larger than is taken here.'),
  space: problem('space', 'A space is missing.'),
  more: problem('more', 'There is more than the command takes.'),
  atom: problem('atom', 'A word is missing.'),
  string: problem('string', 'A string is missing or not closed.'),
  number: problem('number', 'A number is missing or too large.'),
  list: problem('list', 'A list is missing, not closed, or too long.'),
  depth: problem('depth', 'Brackets are nested more deeply than is read.'),
  set: problem('set', 'The set of messages is malformed.'),
  flag: problem('flag', 'A flag is malformed, or there are too many.'),
  date: problem('date', 'A date is malformed.'),
  mailbox: problem('mailbox', 'The name of the mailbox is malformed.'),
  section: problem('section', 'The section is malformed.'),
  item: problem('item', 'An item of the command is not known.'),
  key: problem('key', 'A search key is not known, or there are too many.'),
  charset: problem('charset', 'The character set is not known: US-ASCII and UTF-8 are.'),
  state: problem('state', 'The command is not possible now.'),
  privacy: problem('privacy', 'Not before the connection is encrypted.'),
  tooManyWrong: problem('tooManyWrong', 'Too many wrong commands.'),
  tooManyLogins: problem('tooManyLogins', 'Too many failed logins.'),
  tooMuchWaits: problem('tooMuchWaits', 'Too much was sent ahead of the answers.'),
  slow: problem('slow', 'Nothing was heard for too long.'),
  pipelined: problem('pipelined', 'What was sent behind STARTTLS in the clear is not read.'),
  lost: problem('lost', 'A message could not be read to its end.'),
  bye: problem('bye', 'The client logged out.'),
}
