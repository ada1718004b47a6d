/**
 * Requests and answers over a local socket: one JSON object a line, bounded both ways, with a time limit for every answer.
 *
 * Security   the socket stands in a directory of mode 0700 and is 0600: who owns the directory may speak, nobody else;
 *            what speaks nonsense, too much or too slowly is hung up on
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { errorCode } from '../kit/error.ts'
import { adminProblem } from './problems.ts'

/** Octets of one request: a site file of the greatest size, escaped. */
export const maxRequest = 40 * 1024 * 1024
/** Octets of one answer that a client takes. */
const maxAnswer = 256 * 1024 * 1024
/** Octets that wait for a client that does not read. */
const maxQueue = 16 * 1024 * 1024
/** A sockaddr_un holds 108 octets with its end mark. */
const maxPath = 107

export type Json = unknown
/** Sends more lines than one, for what goes on: `call tail`. */
export interface Stream { send(line: Json): void; readonly closed: boolean; onClose(tell: () => void): void }
/** `undefined`: answered through the stream. */
export type Handler = (request: Json, stream: Stream) => Promise<Json>

export interface PipeServer { close(): Promise<void> }

export interface PipeSetup { readonly path: string; readonly maxConnections: number; readonly maxRequest?: number | undefined; readonly handle: Handler }

/** Listens at `path`; a socket that a run before left behind is taken away (the data directory is ours alone: it is locked). */
export function openPipe(setup: PipeSetup): Promise<Result<PipeServer>> {
  const { path } = setup
  if (Buffer.byteLength(path) > maxPath) return Promise.resolve(fail(adminProblem('admin.pathTooLong', path)))
  const sockets = new Set<Socket>()
  const server = createServer((socket) => { serve(socket, sockets, setup) })
  server.maxConnections = setup.maxConnections
  return new Promise((resolve) => {
    server.once('error', (error) => { resolve(fail(adminProblem('admin.socket', path, errorCode(error)))) })
    try {
      makeRoom(path)
      server.listen(path, () => { chmodSync(path, 0o600); resolve(ok({ close: () => close(server, sockets) })) })
    } catch (error) { resolve(fail(adminProblem('admin.socket', path, errorCode(error)))) }
  })
}

function makeRoom(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  rmSync(path, { force: true })
}

function close(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  return new Promise((done) => { server.close(() => { done() }) })
}

function serve(socket: Socket, sockets: Set<Socket>, setup: PipeSetup): void {
  sockets.add(socket)
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const stream = streamOn(socket)
  socket.on('error', () => {})
  socket.on('close', () => { sockets.delete(socket) })
  readLines(socket, setup.maxRequest ?? maxRequest, (text) => {
    if (++waiting > 32) { socket.destroy(); return }
    last = last.then(async () => {
      const answer = await answerTo(text, stream, setup.handle)
      waiting--
      if (answer !== undefined) stream.send(answer)
    })
  })
}

async function answerTo(text: string, stream: Stream, handle: Handler): Promise<Json> {
  const request = readJson(text)
  if (request === undefined) return { ok: false, problems: [adminProblem('admin.request')] }
  try { return await handle(request, stream) } catch (error) {
    return { ok: false, problems: [adminProblem('admin.failed', undefined, error instanceof Error ? error.name : 'error')] }
  }
}

function streamOn(socket: Socket): Stream {
  return {
    send: (line) => {
      if (socket.destroyed) return
      if (socket.writableLength > maxQueue) { socket.destroy(); return }
      socket.write(`${JSON.stringify(line)}\n`)
    },
    get closed() { return socket.destroyed },
    onClose: (tell) => { if (socket.destroyed) tell(); else socket.once('close', tell) },
  }
}

function readJson(text: string): Json {
  try { return JSON.parse(text) as Json } catch { return undefined }
}

/** Whole lines as they come; a line over `most` octets ends the connection. */
function readLines(socket: Socket, most: number, line: (text: string) => void): void {
  let parts: Buffer[] = [], size = 0
  socket.on('data', (bytes: Buffer) => {
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      parts.push(bytes.subarray(from, end))
      const text = Buffer.concat(parts).toString()
      parts = []
      size = 0
      from = end + 1
      line(text)
    }
    if (from < bytes.length) { parts.push(bytes.subarray(from)); size += bytes.length - from }
    if (size > most) socket.destroy()
  })
}

/** `{ progress }`: how far long work is; the answer comes later. */
function progressOf(line: Json): string | undefined {
  return typeof line === 'object' && line !== null && 'progress' in line && typeof line.progress === 'string' ? line.progress : undefined
}

/** Asks one thing on a connection of its own; `heard` is told how far it is. */
export function ask(path: string, request: Json, timeout: number, heard: (progress: string) => void = () => {}): Promise<Result<Json>> {
  return new Promise((resolve) => {
    const call = listen(path, request, (answer) => { const step = progressOf(answer); if (step === undefined) settle(ok(answer)); else heard(step) }, (problem) => { settle(fail(problem ?? adminProblem('admin.hungUp', path))) })
    const timer = setTimeout(() => { settle(fail(adminProblem('admin.timeout', path))) }, timeout)
    const settle = (result: Result<Json>): void => { clearTimeout(timer); call.close(); resolve(result) }
  })
}

/** Asks, and hears every line that comes until one side ends it; `ended` once, with the problem if it was not our own close. */
export function listen(path: string, request: Json, heard: (line: Json) => void, ended: (problem: Problem | undefined) => void): { close(): void } {
  if (Buffer.byteLength(path) > maxPath) { queueMicrotask(() => { ended(adminProblem('admin.pathTooLong', path)) }); return { close: () => {} } }
  const socket = connect(path)
  let problem: Problem | undefined
  socket.on('connect', () => { socket.write(`${JSON.stringify(request)}\n`) })
  socket.on('error', (error) => { problem = connectProblem(path, error) })
  socket.on('close', () => { ended(problem) })
  readLines(socket, maxAnswer, (text) => { const line = readJson(text); if (line !== undefined) heard(line) })
  return { close: () => { socket.destroy() } }
}

/** Whether the launcher that noted its number there is alive; the number may be another's by now, so this only chooses words. */
function isHeld(dataDir: string): boolean {
  try {
    const pid = Number(readFileSync(join(dataDir, 'ringfort.pid'), 'latin1').slice(0, 10))
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0)
  } catch (error) { return errorCode(error) === 'EPERM' }
}

function connectProblem(path: string, error: Error & { code?: string }): Problem {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return adminProblem(isHeld(dirname(path)) ? 'admin.notReady' : 'admin.notRunning', dirname(path))
  return adminProblem(error.code === 'EACCES' || error.code === 'EPERM' ? 'admin.notYours' : 'admin.socket', path, errorCode(error))
}
