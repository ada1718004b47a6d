/** What can be wrong with a message that is to be written. What is wrong with one that is read is only understood less. */
import type { Problem } from '../../kit/result.ts'

const problem = (what: string, text: string, where?: string): Problem => ({ code: `mime.${what}`, text, ...(where ? { where } : {}) })

export const problems = {
  injection: (where: string) => problem('injection', 'The value holds a line end or another control character.', where),
  fieldName: (where: string) => problem('fieldName', 'That is not the name of a header field.', where),
  type: (where: string) => problem('type', 'That is not a media type.', where),
  address: (where: string) => problem('address', 'That is not an address.', where),
  noParts: problem('noParts', 'A multipart has no part.'),
}
