/** This SIPp speaks no TLS: a door in plain TCP to our TLS, which verifies our certificate, and back to a SIPp that waits, over the connection that registered (RFC 5626). */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { local } from './programs.ts'

export interface Door { readonly port: number; close(): void }

/** `behind`: where the SIPp listens that what comes from us is for once its own connection has ended. */
export async function openDoor(tls: number, ca: string, behind: number): Promise<Door> {
  const open = new Set<{ destroy(): void }>()
  const server = createServer((plain) => {
    const secure = connectTls({ host: local, port: tls, ca, servername: 'localhost' })
    let inside: Socket | undefined = plain
    const attach = (to: Socket) => {
      inside = to
      open.add(to)
      to.on('data', (bytes) => { secure.write(bytes) })
      to.on('close', () => { if (inside === to) inside = undefined })
      to.on('error', () => { to.destroy() })
    }
    attach(plain)
    open.add(secure)
    secure.on('data', (bytes) => {
      if (!inside) attach(connect(behind, local))
      inside?.write(bytes)
    })
    secure.on('error', () => { inside?.destroy() })
    secure.on('close', () => { inside?.destroy() })
  })
  server.listen(0, local)
  await once(server, 'listening')
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, close: () => { server.close(); for (const one of open) one.destroy() } }
}
