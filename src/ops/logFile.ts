/**
 * The file that the log goes into: appended by every process of the system, renamed by one of them when it has grown.
 *
 * Security   0600; what the disk does not take waits in a bounded buffer and is then dropped and counted: a full disk stops no call
 */
import { renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface LogFileOptions {
  /** This process renames the file when it is full; one process of a system does. */
  readonly rotates: boolean
  /** Octets of one file. */
  readonly maxBytes: number
  /** Old files kept: ringfort.log.1 is the youngest. */
  readonly keep: number
}
export const logFileDefaults: LogFileOptions = { rotates: true, maxBytes: 16 * 1024 * 1024, keep: 5 }

const lookEvery = 1_000

/** What is asked of the stream that writes. */
export interface LogStream {
  reopen(path: string): void
  on(event: 'ready', tell: () => void): unknown
}

export interface LogFile { readonly path: string; look(): void; close(): void }

export function logPath(dataDir: string): string { return join(dataDir, 'log', 'ringfort.log') }

/** Looks once a second: is the file too long (who rotates), is it still the one that is open (everybody)? */
export function watchLogFile(path: string, stream: LogStream, options: LogFileOptions): LogFile {
  let inode = inodeOf(path)
  const look = (): void => {
    const found = statOf(path)
    if (options.rotates && found && found.size >= options.maxBytes) rotate(path, options.keep)
    const now = inodeOf(path)
    if (now === inode && now !== undefined) return
    reopen(stream, path)
    inode = inodeOf(path)
  }
  const timer = setInterval(look, lookEvery).unref()
  stream.on('ready', () => { inode = inodeOf(path) })
  return { path, look, close: () => { clearInterval(timer) } }
}

function reopen(stream: LogStream, path: string): void {
  try { stream.reopen(path) } catch { /* it is closed, or being opened already: the next look tries again */ }
}

function rotate(path: string, keep: number): void {
  try {
    rmSync(`${path}.${keep}`, { force: true })
    for (let i = keep - 1; i >= 1; i--) if (statOf(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`)
    renameSync(path, `${path}.1`)
  } catch { /* the folder cannot be written: the stream tells of that itself */ }
}

function statOf(path: string) { return statSync(path, { throwIfNoEntry: false }) }

function inodeOf(path: string): number | undefined { return statOf(path)?.ino }
