/**
 * SIP over WebSocket, on a port that answers everything else with 404.
 *
 * Standards  RFC 6455 4.2, RFC 7118 3–5 (subprotocol `sip`, one message a frame)
 * Security   anyone may connect; a message is bounded by the library before it is put together, no compression, 16 kB of request head
 */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { blame, type Carrier, closed, type Connection, hear, openConnection } from './connections.ts'
import type { Door } from './door.ts'
import { peerOf } from './peers.ts'
import { problem, reasonOf } from './problems.ts'
import { flowOf, type Speaker, type Visitor } from './stream.ts'

/** Not by `import`, which reads every export of a builtin: one of them is a whole HTTP client, 50 ms of each start. */
const { createServer } = process.getBuiltinModule('node:http')

/** Speaks HTTP with an admitted socket until it becomes a WebSocket. */
export function speakWebSocket(door: Door): Speaker {
  const visitors = new WeakMap<Socket, Visitor>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: door.guard.limits.maxWebSocketMessage, perMessageDeflate: false, handleProtocols: () => 'sip' })
  const http = httpEnd(door, visitors, sockets)
  return (socket, visitor) => {
    visitors.set(socket, visitor)
    http.emit('connection', socket)
  }
}

function httpEnd(door: Door, visitors: WeakMap<Socket, Visitor>, sockets: WebSocketServer): Server {
  const http = createServer({ maxHeaderSize: 16_384 }, (_request, response) => {
    response.writeHead(404, { 'Content-Type': 'text/plain', Connection: 'close' }).end('not found\n')
  })
  http.on('clientError', (_error, socket) => { socket.destroy() })
  http.on('upgrade', (request, socket: Socket, head) => {
    const refused = refusal(request)
    if (refused) { socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`); return }
    const visitor = visitors.get(socket)
    if (!visitor) { socket.destroy(); return }
    sockets.handleUpgrade(request, socket, head, (ws) => greet(door, ws, socket, visitor))
  })
  return http
}

/** RFC 7118 4.1: the client must offer `sip`. */
function refusal(request: IncomingMessage): string | undefined {
  if (request.url?.split('?', 1)[0] !== '/sip') return '404 Not Found'
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim().toLowerCase())
  return offered.includes('sip') ? undefined : '400 Bad Request'
}

function greet(door: Door, ws: WebSocket, socket: Socket, { watch, binding, leave }: Visitor): void {
  const flow = flowOf(door, socket, binding.name, 'wss', peerOf(socket))
  if (!flow) { ws.terminate(); return }
  leave()
  const held: { connection?: Connection } = {}
  let broke: unknown
  ws.on('error', (error) => {
    broke = error
    blame(door, flow, brokenWeight)
  })
  ws.on('close', () => {
    if (held.connection) closed(door, held.connection, broke ? problem('edge.badWebSocket', flow.remoteAddress, reasonOf(broke)) : undefined)
  })
  const connection = openConnection(door, flow, watch, webSocketCarrier(ws))
  held.connection = connection
  ws.on('ping', () => { watch.heardAt = door.now() })
  ws.on('message', (data) => hear(door, connection, data as Buffer, 'message'))
}

const brokenWeight = 10

function webSocketCarrier(ws: WebSocket): Carrier {
  return {
    write: (data, done) => {
      const bytes = Buffer.from(data, 'latin1')
      ws.send(bytes, { binary: !isUtf8(bytes) }, done)   // RFC 6455 5.6: a text frame must be UTF-8
    },
    queued: () => ws.bufferedAmount,
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    end: () => ws.close(1000),
    destroy: () => ws.terminate(),
  }
}
