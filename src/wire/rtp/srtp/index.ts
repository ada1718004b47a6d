/** The door of SRTP: keys, and packets protected and unprotected in place. Pure; usable alone. */
export { changeSendingKey, newSender, overhead, protectRtcp, protectRtp } from './protect.ts'
export type { Sender } from './protect.ts'
export { maxStreams } from './session.ts'
export { isSuite, keyLength, masterKey, ownKey, suites } from './suites.ts'
export type { CryptoLine, MasterKey, Suite, SuiteName } from './suites.ts'
export { changeReceivingKey, newReceiver, unprotectRtcp, unprotectRtp } from './unprotect.ts'
export type { Receiver } from './unprotect.ts'
