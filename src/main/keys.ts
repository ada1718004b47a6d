/**
 * The two keys of an installation, beside its certificates: what seals stored secrets, and what nonces are made with.
 *
 * Security   0600 in DATA/pki (0700), written whole or not at all; a key that is lost while secrets depend on it is never silently replaced
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredObject } from '../directory/changes.ts'
import { SealKey } from '../directory/seal.ts'
import { errorCode } from '../kit/error.ts'
import { fail, ok, type Result } from '../kit/result.ts'
import { type Secret, secret } from '../kit/secret.ts'
import { mainProblem } from './problems.ts'

export interface Keys { readonly seal: SealKey; readonly nonce: Secret; readonly made: boolean }

const octets = 32

export function pkiDirectory(dataDir: string): string { return join(dataDir, 'pki') }

export function sealKeyFile(dataDir: string): string { return join(pkiDirectory(dataDir), 'seal.key') }

/** `objects`: what is stored already; a seal key that is missing then is a loss, not a first start. */
export function openKeys(dataDir: string, objects: readonly StoredObject[]): Result<Keys> {
  const seal = openKey(sealKeyFile(dataDir), objects.some(({ body }) => holdsSealed(body)))
  if (!seal.ok) return seal
  const nonce = openKey(join(pkiDirectory(dataDir), 'nonce.key'), false)
  if (!nonce.ok) return nonce
  return ok({ seal: new SealKey(seal.value.key), nonce: secret(nonce.value.key.toString('hex')), made: seal.value.made })
}

/** The seal key alone, for the desk: the process that answers for calls has made it. */
export function readSealKey(dataDir: string): Result<SealKey> {
  const read = readKey(sealKeyFile(dataDir))
  if (!read.ok) return read
  return read.value ? ok(new SealKey(read.value)) : fail(mainProblem('main.keyLost', sealKeyFile(dataDir)))
}

function openKey(file: string, needed: boolean): Result<{ key: Buffer; made: boolean }> {
  const read = readKey(file)
  if (!read.ok) return read
  if (read.value) return ok({ key: read.value, made: false })
  if (needed) return fail(mainProblem('main.keyLost', file))
  const key = randomBytes(octets)
  const written = writeKey(file, key)
  return written.ok ? ok({ key, made: true }) : written
}

function readKey(file: string): Result<Buffer | undefined> {
  try {
    const text = readFileSync(file, 'latin1').trim()
    return /^[0-9a-f]{64}$/.test(text) ? ok(Buffer.from(text, 'hex')) : fail(mainProblem('main.keyDamaged', file))
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(undefined) : fail(mainProblem('main.unwritable', file, errorCode(error)))
  }
}

function writeKey(file: string, key: Buffer): Result<void> {
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
    const aside = `${file}.${randomBytes(6).toString('hex')}`
    const fd = openSync(aside, 'wx', 0o600)
    try { writeSync(fd, `${key.toString('hex')}\n`); fsyncSync(fd) } finally { closeSync(fd) }
    renameSync(aside, file)
    return ok(undefined)
  } catch (error) { return fail(mainProblem('main.unwritable', file, errorCode(error))) }
}

function holdsSealed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'sealed' in value && 'mark' in value ? true : Object.values(value).some(holdsSealed)
}
