/**
 * DATA/spool/records.jsonl: where call records wait while the database does not take them. One line a record, appended and
 * synchronised; read back in pieces; removed when all of it is in the database. Read twice it does no harm: ids are unique.
 *
 * Security   bounded in bytes; a line that is torn, too long or not a record is counted and passed over
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fail, type Result } from '../kit/result.ts'
import { makeDirectory } from './lock.ts'
import { guarded, storeProblem } from './problems.ts'
import { type CallRecord, type Incident, isCallRecord, isIncident } from './store.ts'

export const maxSpoolBytes = 512 * 1024 * 1024
/** A longer line is not a record of ours. */
export const maxLineBytes = 1024 * 1024
/** Records read back at a time. */
const piece = 500
const chunk = 256 * 1024

export interface Spool {
  /** On the disk when it says ok; nothing of it there when it does not. */
  append(lines: string): Result<void>
  /** The next records; call take() once they are safe. undefined: all read. */
  peek(): Result<Piece | undefined>
  take(read: Piece): void
}
export interface Piece { readonly records: (CallRecord | Incident)[]; readonly damaged: number; readonly until: number }

export function openSpool(dataDir: string, limit = maxSpoolBytes): Spool {
  const folder = join(dataDir, 'spool')
  const path = join(folder, 'records.jsonl')
  let [read, file] = [0, '']
  const size = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return {
    append: (lines) => {
      const room = guarded(path, size)
      if (!room.ok) return room
      if (room.value + lines.length > limit) return fail(storeProblem('store.spoolFull', path))
      return guarded(path, () => { makeDirectory(folder); appendWhole(path, lines) })
    },
    peek: () => guarded(path, () => {
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return undefined
      const now = `${found.ino} ${found.birthtimeMs}`                        // an inode's number alone is given out again
      if (now !== file || found.size < read) [read, file] = [0, now]   // another file than last time: none of it was read yet
      if (found.size > read) return readPiece(path, read)
      rmSync(path)
      return undefined
    }),
    take: (done) => { read = done.until },
  }
}

/** All or nothing: a full disk leaves no torn line. The newline before ends a line that a crash tore. */
function appendWhole(path: string, lines: string): void {
  const file = openSync(path, 'a', 0o600)
  const before = fstatSync(file).size
  const bytes = Buffer.from(`\n${lines}\n`)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } catch (error) {
    ftruncateSync(file, before)
    throw error
  } finally {
    closeSync(file)
  }
}

/** Whole lines from `from` on, up to `piece` of them; what is left without a newline at the end was never acknowledged. */
function readPiece(path: string, from: number): Piece {
  const file = openSync(path, 'r')
  try {
    const { lines, until } = readLines(file, from)
    const found = lines.map(readRecord)
    const records = found.filter((record) => record !== undefined)
    return { records, damaged: found.length - records.length, until }
  } finally {
    closeSync(file)
  }
}

function readLines(file: number, from: number): { lines: string[]; until: number } {
  const lines: string[] = []
  let [until, held] = [from, Buffer.alloc(0)]
  while (lines.length < piece) {
    const more = Buffer.alloc(chunk)
    const got = readSync(file, more, 0, chunk, until + held.length)
    held = Buffer.concat([held, more.subarray(0, got)])
    for (let end = held.indexOf(10); end >= 0 && lines.length < piece; end = held.indexOf(10)) {
      if (end > 0) lines.push(held.subarray(0, end).toString())
      until += end + 1
      held = held.subarray(end + 1)
    }
    if (got > 0 && held.length <= maxLineBytes) continue
    if (held.length > 0 && lines.length < piece) { lines.push(''); until += held.length; held = Buffer.alloc(0) }   // torn or too long: counted as damaged
    if (got === 0) break
  }
  return { lines, until }
}

function readRecord(line: string): CallRecord | Incident | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isCallRecord(value) || isIncident(value) ? value : undefined
  } catch {
    return undefined
  }
}
