/**
 * The log: one JSON object a line in DATA/log/ringfort.log, and what an administrator must know in words on standard error.
 *
 * Correlation: `request` (a mark of the Call-ID) → `call` → `record`. The library is loaded after the first lines: they wait, at most `maxEarly`.
 * Security   A43: no text of a message, no number, no address but the source of an attack; Secret and Pii print as marks
 */
import { hash } from 'node:crypto'
import { mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import { errorCode } from '../kit/error.ts'
import type { Millis } from '../kit/machine.ts'
import { printProblem, type Problem } from '../kit/result.ts'
import { type LogFile, logFileDefaults, type LogFileOptions, logPath, watchLogFile } from './logFile.ts'
import { mayTell, newRate, type RateLimits } from './rate.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Fields = { readonly [name: string]: unknown }

export interface Log {
  /** `event`: stable and searchable, room, dot, what. */
  write(level: Level, event: string, fields?: Fields): void
  /** A problem under its own code; warnings and errors also in words on standard error. */
  problem(level: Level, problem: Problem, fields?: Fields): void
  /** A line that a stranger can cause: at most so many a source and window. */
  stranger(source: string, level: Level, event: string, fields?: Fields): void
  /** The same log with fields that stand in every line. */
  with(fields: Fields): Log
  /** Lines that were lost: the disk did not take them in time. */
  lost(): number
  close(): Promise<void>
}

export interface LogSetup {
  readonly dataDir: string
  /** Which process writes: `call`, `desk`, `launcher`. */
  readonly process: string
  readonly level?: Level | undefined
  /** Words for people; nothing where undefined. */
  readonly words?: ((line: string) => void) | undefined
  readonly now?: (() => Millis) | undefined
  readonly file?: Partial<LogFileOptions> | undefined
  readonly rate?: RateLimits | undefined
}

const maxEarly = 1_000
/** Octets that wait for the disk. */
const maxWaiting = 8 * 1024 * 1024
const maxWordsPerSecond = 20
const endLimit = 2_000
/** Lines are gathered, for at most 250 ms: each write wakes a thread, which costs as much as ten lines. What warns goes out at once. */
const gathered = 32 * 1024, flushEvery = 250

interface Sink { logger: Logger | undefined; early: (() => void)[]; lost: number; file: LogFile | undefined; flush: () => void; end: () => Promise<void>; closed: boolean; ending: Promise<void> | undefined; opened: boolean }

export function openLog(setup: LogSetup): Log {
  const sink: Sink = { logger: undefined, early: [], lost: 0, file: undefined, flush: () => {}, end: async () => {}, closed: false, ending: undefined, opened: false }
  const opening = openSink(sink, setup)
  const rate = newRate(setup.rate), words = newWords(setup), now = setup.now ?? Date.now
  return logOn({ sink, setup, opening, words, now, admit: (source) => mayTell(rate, now(), source) }, {})
}

interface LogState {
  readonly sink: Sink
  readonly setup: LogSetup
  readonly opening: Promise<void>
  readonly words: (level: Level, text: string) => void
  readonly now: () => Millis
  readonly admit: (source: string) => { allowed: boolean; told: number }
}

function logOn(state: LogState, own: Fields): Log {
  const { sink } = state
  const write = (level: Level, event: string, fields: Fields = {}): void => {
    if (sink.closed) return
    const line = { event, ...own, ...fields, at: new Date(state.now()).toISOString() }
    if (sink.logger) {
      sink.logger[level](line)
      if (level === 'warn' || level === 'error') sink.flush()
    }
    else if (!sink.opened && sink.early.length < maxEarly) sink.early.push(() => sink.logger?.[level](line))
    else sink.lost++
  }
  return {
    write,
    problem: (level, problem, fields) => {
      write(level, problem.code, { text: problem.text, where: problem.where, remedy: problem.remedy, ...fields })
      if (level === 'warn' || level === 'error') state.words(level, printProblem(problem))
    },
    stranger: (source, level, event, fields) => {
      const { allowed, told } = state.admit(source)
      if (told > 0) write('warn', 'log.suppressed', { lines: told })
      if (allowed) write(level, event, { source, ...fields })
    },
    with: (fields) => logOn(state, { ...own, ...fields }),
    lost: () => sink.lost,
    close: () => sink.ending ??= end(state),
  }
}

async function end({ opening, sink }: LogState): Promise<void> {
  await opening
  sink.closed = true
  await sink.end()
}

async function openSink(sink: Sink, setup: LogSetup): Promise<void> {
  const { pino } = await import('pino')
  sink.opened = true
  const path = logPath(setup.dataDir), file = openFile(path)
  const unwritable = (error: unknown): void => { sink.lost++; setup.words?.(`ringfort: warning: the log cannot be written: ${errorCode(error)} [log.unwritable]`) }
  if (typeof file !== 'number') { unwritable(file.error); sink.lost += sink.early.length; sink.early = []; return }
  const stream = pino.destination({ dest: file, sync: false, maxLength: maxWaiting, minLength: gathered, maxWrite: 2 * gathered, contentMode: 'buffer' })
  const octets = stream as unknown as { write(line: Buffer): boolean }   // its types know texts alone; texts put together from pieces are slow to hand to a disk
  const timer = setInterval(() => { stream.flush() }, flushEvery).unref()
  let broken = false
  stream.on('write', () => { broken = false })
  stream.on('drop', () => { sink.lost++ })
  stream.on('error', (error: unknown) => {
    if (broken) sink.lost++
    else unwritable(error)
    broken = true
  })
  sink.file = watchLogFile(path, stream, { ...logFileDefaults, ...setup.file })
  sink.logger = pino({
    level: setup.level ?? 'info', timestamp: false, messageKey: 'text',
    base: { process: setup.process, pid: process.pid }, formatters: { level: (label) => ({ level: label }) },
  }, { write: (line: string) => { octets.write(Buffer.from(line)) } })
  for (const line of sink.early) line()
  sink.early = []
  sink.flush = () => { stream.flush() }
  sink.end = async () => {
    clearInterval(timer)
    sink.file?.close()
    const closed = Promise.withResolvers<void>()
    stream.once('close', closed.resolve)
    stream.end()
    const limit = setTimeout(closed.resolve, endLimit)   // a disk that takes nothing does not hold up a stop
    await closed.promise
    clearTimeout(limit)
  }
}

function openFile(path: string): number | { error: unknown } {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSync(path, 'a', 0o600)
  } catch (error) { return { error } }
}

/** Words for people, a few a second: a storm belongs into the file. */
function newWords(setup: LogSetup): (level: Level, text: string) => void {
  let [second, count] = [0, 0]
  return (level, text) => {
    const now = Math.floor((setup.now ?? Date.now)() / 1_000)
    if (now !== second) { second = now; count = 0 }
    if (++count <= maxWordsPerSecond) setup.words?.(`ringfort: ${level === 'error' ? 'error' : 'warning'}: ${text}`)
  }
}

/** A mark by which lines about one dialog are found; it does not tell the Call-ID, which may hold an address. */
export function requestMark(callId: string): string { return hash('sha256', callId, 'hex').slice(0, 12) }

/** A log that writes nothing: for systems of a test. */
export const silentLog: Log = {
  write: () => {}, problem: () => {}, stranger: () => {}, with: () => silentLog, lost: () => 0, close: async () => {},
}
