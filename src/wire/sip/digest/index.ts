/** Digest authentication: what the other rooms use of it. */
export { algorithmOf, ha1, response, type Algorithm, type AlgorithmRow, type Covered, type Ha1s, type HashName } from './algorithms.ts'
export { ahead, answer, newClientMemory, newClientState, type Answering, type ClientMemory, type ClientState, type Credential } from './client.ts'
export { check, mint, newNonces, rotate, type Nonces, type NonceSettings } from './nonce.ts'
export { parseChallenge, parseCredentials, type Challenge, type Credentials, type DigestChallenge, type DigestCredentials } from './parse.ts'
export { challenge, newDigestServer, verify, type Asked, type Asking, type DigestServer, type Verdict } from './server.ts'
