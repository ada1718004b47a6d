/**
 * GET /metrics and GET /health on the loopback; nothing else is answered.
 *
 * Security   programs of this machine: few connections, short heads, short waits, no body is read
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { fail, ok, type Result } from '../kit/result.ts'
import { type Health, healthOf } from './health.ts'
import type { Reading } from './reading.ts'

/** Not by `import`, which reads every export of a builtin: one of them is a whole HTTP client, 50 ms of each start. */
const { createServer } = process.getBuiltinModule('node:http')

export interface Exposition { readonly address: string; readonly port: number; close(): Promise<void> }

export interface ExpositionSetup { readonly address: string; readonly port: number; readonly read: () => Promise<Reading | undefined>; readonly now: () => number }

/** Fails with the system's error, for the one who knows the service's name. */
export function openExposition(setup: ExpositionSetup): Promise<Result<Exposition, unknown>> {
  const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 5_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 }, (request, response) => {
    answer(setup, request, response).catch(() => { response.destroy() })
  })
  server.maxConnections = 32
  return new Promise((resolve) => {
    server.once('error', (error) => { resolve(fail(error)) })
    server.listen({ host: setup.address, port: setup.port, exclusive: true }, () => {
      const bound = server.address()
      resolve(ok({ address: setup.address, port: typeof bound === 'object' && bound ? bound.port : setup.port, close: () => close(server) }))
    })
  })
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => { server.close(() => { done() }) })
}

async function answer({ read, now }: ExpositionSetup, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?', 1)[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') { send(response, 405, 'text/plain', 'GET only\n'); return }
  if (path === '/metrics') {
    const { metricsText, metricsType } = await import('./metrics.ts')
    send(response, 200, metricsType, await metricsText(await read()))
  } else if (path === '/health') {
    const health: Health = healthOf(await read(), now())
    send(response, health.status === 'failing' ? 503 : 200, 'application/json', `${JSON.stringify(health)}\n`)
  } else send(response, 404, 'text/plain', 'not found\n')
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(text)
}
