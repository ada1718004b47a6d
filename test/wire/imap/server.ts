/** The session on real sockets of 127.0.0.1, with a throw-away certificate: for peers that others wrote. */
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { imapSession, type Input, newSession, type Output } from '../../../src/wire/imap/index.ts'
import { makePki } from '../../edge/harness.ts'
import { answer, type Memory, newPeer } from './memory.ts'

export interface Server { readonly port: number; /** File of the authority that signed ours. */ readonly authority: string; readonly close: () => Promise<void> }

/** `secure`: TLS from the first octet. */
export async function listen(memory: Memory, secure: boolean): Promise<Server> {
  const pki = await makePki(['localhost']), context = createSecureContext(pki.contexts().server), open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    serve(memory, socket, context, secure)
  })
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready) })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const close = async () => {
    for (const socket of open) socket.destroy()
    await new Promise((ended) => { server.close(ended) })
    pki.remove()
  }
  return { port: address.port, authority: join(pki.directory, 'ca.pem'), close }
}

/** Reads and writes for one session; what comes in the clear after `startTls` goes to the handshake. */
function serve(memory: Memory, plain: Socket, context: SecureContext, secure: boolean): void {
  const session = newSession(Date.now(), { secure, startTls: true, clearLogin: false }), queue: (Input | { is: 'wake' })[] = []
  let socket: Socket = plain, isBusy = false, timer: NodeJS.Timeout | undefined
  const peer = newPeer(memory, (news) => { give({ is: 'news', news }) })
  function give(input: Input | { is: 'wake' }): void {
    queue.push(input)
    if (isBusy) return
    isBusy = true
    for (let next = queue.shift(); next; next = queue.shift()) for (const out of imapSession.step(session, Date.now(), next)) did(out)
    isBusy = false
    clearTimeout(timer)
    if (session.wakeAt !== undefined) timer = setTimeout(() => { give({ is: 'wake' }) }, session.wakeAt - Date.now())
  }
  function hear(from: Socket): void {
    from.on('data', (data: Buffer) => { if (from === socket) give({ is: 'bytes', octets: data.toString('latin1') }) })
    from.on('error', () => { from.destroy() })
    from.on('close', () => { if (from === socket) { memory.peers.delete(peer); give({ is: 'closed' }) } })
  }
  function toTls(): void {
    plain.removeAllListeners('data')
    const secured = new TLSSocket(plain, { isServer: true, secureContext: context })
    socket = secured
    hear(secured)
    secured.once('secure', () => { if (!secure) give({ is: 'secured' }) })
  }
  function did(out: Output): void {
    switch (out.do) {
      case 'send': socket.write(out.data, 'latin1', () => { give({ is: 'written', octets: out.data.length }) }); return
      case 'ask': queue.push({ is: 'answer', id: out.id, answer: answer(memory, peer, out.ask) }); return
      case 'startTls': toTls(); return
      case 'leave': peer.selected = undefined; return
      case 'abandon': peer.appending = undefined; return
      case 'pause': socket.pause(); return
      case 'resume': socket.resume(); return
      case 'close': socket.end(); return
      case 'suspect': return
    }
  }
  hear(plain)
  if (secure) toTls()
  give({ is: 'opened' })
}
