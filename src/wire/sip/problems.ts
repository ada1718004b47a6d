/** Everything a stranger's SIP can be told is wrong with it. Codes are stable: tests, logs and the console carry them. */
import type { Problem } from '../../kit/result.ts'

const problem = (what: string, text: string, where?: string): Problem => ({ code: `sip.${what}`, text, ...(where ? { where } : {}) })

export const problems = {
  empty: problem('empty', 'The message is empty.'),
  tooLong: problem('tooLong', 'The message or one of its lines is longer than is read.'),
  tooManyHeaders: problem('tooManyHeaders', 'The message has more header lines than are read.'),
  startLine: problem('startLine', 'The first line is neither a request line nor a status line.'),
  version: problem('version', 'The SIP version is not 2.0.'),
  lineEnd: problem('lineEnd', 'A line does not end in CR LF, or the empty line after the headers is missing.'),
  control: problem('control', 'A header line holds a control character.'),
  uriTooLong: problem('uriTooLong', 'The Request-URI is longer than is read.', 'Request-URI'),
  requestUri: problem('requestUri', 'The Request-URI is malformed or holds headers.', 'Request-URI'),
  header: (where: string) => problem('header', 'A header line is malformed.', where),
  missing: (where: string) => problem('missing', `The header ${where} is missing.`, where),
  twice: (where: string) => problem('twice', `The header ${where} stands twice.`, where),
  contentLength: problem('contentLength', 'Content-Length does not fit the message.', 'Content-Length'),
  outOfStep: problem('outOfStep', 'Where the next message of the stream begins cannot be told: the connection is closed.'),
  mismatch: problem('mismatch', 'The method in CSeq is not the method of the request.', 'CSeq'),
  uri: (text: string) => problem('uri', `The URI ${text}.`),
  address: (where: string) => problem('address', `The address in ${where} is malformed.`, where),
  list: (where: string) => problem('list', `The list in ${where} is malformed.`, where),
}
