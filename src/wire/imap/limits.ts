/**
 * Every bound of the IMAP room, in one place.
 *
 * Security   A41: before login a stranger costs at most maxCommandBefore + maxWaitingBefore octets, whatever length he announces
 */
import type { Millis } from '../../kit/machine.ts'

/** Octets of one command with its literals: before login, and after (a set of 10,000 scattered UIDs fits). */
export const maxCommandBefore = 8_192
export const maxCommand = 131_072
/** RFC 7888 5: a literal that comes unasked may hold so much before login. */
export const maxLiteralBefore = 4_096
/** Octets of a message that a client may append; the mailbox may allow less. */
export const maxAppend = 32 << 20
/** Octets of a refused literal that comes all the same and is read past; a longer one ends the connection. */
export const maxDiscard = 1 << 20
/** Octets that wait while a command is at work: before login, and after. */
export const maxWaitingBefore = 16_384
export const maxWaiting = 262_144
/** Waiting octets at which the driver is asked to stop reading. */
export const pauseAt = 8_192
/** Octets given to the driver and not yet taken by the network: above it nothing more is fetched and no command begins. */
export const maxUnsent = 262_144
/** Messages asked of the mailbox at once, and octets of a body. */
export const maxRows = 500
export const maxPiece = 65_536
export const maxTag = 64
/** Nested lists and search keys. */
export const maxDepth = 16
export const maxKeys = 1_024
export const maxFetchItems = 64
export const maxFields = 128
export const maxSectionDepth = 16
export const maxFlags = 64
export const maxFlag = 100
export const maxMailboxName = 512
export const maxPatterns = 16
/** RFC 2971 3.3 */
export const maxIdFields = 30
/** Commands that are wrong, and logins that fail, before the connection ends. */
export const maxWrongBefore = 3
export const maxWrong = 20
export const maxLogins = 3

/** Time to log in. */
export const loginTime: Millis = 60_000
/** A failed login is answered so late. */
export const failureDelay: Millis = 2_000
/** RFC 3501 5.4: at least 30 minutes. RFC 2177 3: a client ends its IDLE after 29. */
export const idleTime: Millis = 30 * 60_000
