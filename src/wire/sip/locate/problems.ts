/** Why no hop was found. Codes are stable. */
import type { Problem } from '../../../kit/result.ts'

const problem = (what: string, text: string, remedy: string): Problem => ({ code: `sip.locate${what}`, text, remedy })

export const problems = {
  name: problem('Name', 'The host is neither a domain name nor an address.', 'Correct the host of the URI or of the destination.'),
  transport: problem('Transport', 'The peer offers no transport that may be used.', 'Compare the transport asked for, sips, and the transports of this side.'),
  loop: problem('Loop', 'The NAPTR records of the domain lead back to themselves, or too far.', 'The domain needs a NAPTR record with flag s.'),
  unavailable: problem('Unavailable', 'The domain says that it offers no such service.', 'Its SRV record names the root as target (RFC 2782).'),
  notFound: problem('NotFound', 'No address was found for the host.', 'Check the name, and that it has A or AAAA records.'),
  noAnswer: problem('NoAnswer', 'The name servers did not answer.', 'Check that they are reached; it is tried again with the next request.'),
}
