/** The simplest of SIP clients: one request, its answer, over a datagram, a connection or TLS. */
import { createHash } from 'node:crypto'
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const patience = 30_000
let numbers = 0

export interface Request { readonly method: string; readonly uri: string; readonly user: string; readonly port: number; readonly transport: string; readonly headers?: string; readonly body?: string; readonly callId?: string; readonly cseq?: number; readonly to?: string; readonly fromTag?: string }

export function print({ method, uri, user, port, transport, headers = '', body = '', callId, cseq = 1, to = uri, fromTag }: Request): string {
  const number = ++numbers
  return `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/${transport} 127.0.0.1:${port};branch=z9hG4bKspeak${process.pid}x${number};rport\r\nMax-Forwards: 70\r\nFrom: <sip:${user}@example.test>;tag=${fromTag ?? `speak${number}`}\r\n` +
    `To: <${to}>\r\nCall-ID: ${callId ?? `call-${process.pid}-${number}`}@speak.test\r\nCSeq: ${cseq} ${method}\r\nContact: <sip:${user}@127.0.0.1:${port}>\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

export function statusOf(answer: string): number { return Number(/^SIP\/2.0 (\d{3})/.exec(answer)?.[1] ?? 0) }

/** OPTIONS until one is answered: how a phone looks whether we are there. */
export async function options(transport: 'udp' | 'tcp' | 'tls', port: number, ca?: string): Promise<string> {
  const text = print({ method: 'OPTIONS', uri: 'sip:127.0.0.1', user: 'speak', port: 5060, transport: transport.toUpperCase() })
  if (transport === 'udp') { const phone = await newPhone(port); try { return await phone.ask(text) } finally { phone.close() } }
  const socket: Socket = transport === 'tls' ? connectTls({ host: '127.0.0.1', port, ca, servername: '' }) : connect(port, '127.0.0.1')
  try {
    await once(socket, transport === 'tls' ? 'secureConnect' : 'connect')
    socket.write(text)
    return await new Promise((resolve, reject) => {
      socket.once('data', (bytes: Buffer) => { resolve(bytes.toString('latin1')) })
      socket.once('close', () => { reject(new Error('hung up')) })
      socket.once('error', reject)
    })
  } finally { socket.destroy() }
}

export interface Phone {
  readonly port: number
  readonly heard: string[]
  send(text: string): void
  /** Sent again until the first answer with its Call-ID and CSeq that is final. */
  ask(text: string): Promise<string>
  wait(fits: (message: string) => boolean): Promise<string>
  /** 200, or what came instead. */
  register(user: string, password: string, line: string): Promise<string>
  close(): void
}

const field = (text: string, name: string) => new RegExp(`^${name}: *([^\\r]*)`, 'im').exec(text)?.[1] ?? ''

export async function newPhone(server: number): Promise<Phone> {
  const socket: Datagrams = createSocket('udp4'), heard: string[] = [], waiting = new Set<() => void>()
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.on('message', (bytes) => { heard.push(bytes.toString('latin1')); for (const look of waiting) look() })
  const { port } = socket.address()
  const send = (text: string): void => { socket.send(Buffer.from(text, 'latin1'), server, '127.0.0.1') }
  const wait = (fits: (message: string) => boolean): Promise<string> => new Promise((resolve, reject) => {
    const timer = setTimeout(() => { waiting.delete(look); reject(new Error(`no such message among ${heard.map((m) => m.split('\r\n')[0]).join(', ')}`)) }, patience)
    const look = (): void => {
      const found = heard.find(fits)
      if (found === undefined) return
      waiting.delete(look)
      clearTimeout(timer)
      resolve(found)
    }
    waiting.add(look)
    look()
  })
  const ask = async (text: string): Promise<string> => {
    const again = setInterval(() => { send(text) }, 500)
    send(text)
    try { return await wait((m) => statusOf(m) >= 200 && field(m, 'Call-ID') === field(text, 'Call-ID') && field(m, 'CSeq') === field(text, 'CSeq')) } finally { clearInterval(again) }
  }
  const register = async (user: string, password: string, line: string): Promise<string> => {
    const parts = { method: 'REGISTER', uri: 'sip:example.test', user: line, port, transport: 'UDP', to: `sip:${line}@example.test`, callId: `reg-${line}-${port}`, headers: 'Expires: 600\r\n' }
    const challenge = await ask(print(parts))
    if (statusOf(challenge) !== 401) return challenge
    return ask(print({ ...parts, cseq: 2, headers: `Expires: 600\r\n${authorization(challenge, user, password, 'REGISTER', 'sip:example.test')}` }))
  }
  return { port, heard, send, ask, wait, register, close: () => { socket.close() } }
}

/** RFC 7616 3.4 with MD5, as every phone can. */
export function authorization(challenge: string, user: string, password: string, method: string, uri: string): string {
  const line = challenge.split('\r\n').find((one) => /^WWW-Authenticate:.*algorithm=MD5/i.test(one)) ?? field(challenge, 'WWW-Authenticate')
  const value = (name: string) => new RegExp(`${name}="?([^",]*)"?`, 'i').exec(line)?.[1] ?? ''
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const [realm, nonce, cnonce, nc] = [value('realm'), value('nonce'), 'speak', '00000001']
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`)
  return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5, cnonce="${cnonce}", qop=auth, nc=${nc}\r\n`
}

/** A session description whose key is a canary where one is wanted. */
const session = (key?: string, version = 1) => `v=0\r\no=- 1 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${4_000 + version} RTP/AVP 0\r\n${key === undefined ? '' : `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`}`

const copied = (message: string, toTag = '') => message.slice(0, message.indexOf('\r\n\r\n')).split('\r\n').filter((l) => /^(?:Via|From|To|Call-ID|CSeq|Record-Route):/i.test(l))
  .map((l) => toTag !== '' && /^To:/i.test(l) && !l.includes('tag=') ? `${l};tag=${toTag}` : l).join('\r\n')

export interface SpokenCall {
  /** A re-INVITE with which Alice moves her media, answered by Bob: resolves with the answer that she got. */
  move(): Promise<string>
  hangUp(): Promise<void>
}

/** Alice (1001, alice-desk) calls Bob (1002), who answers. `key`: SRTP key that Alice offers. */
export async function call(alice: Phone, bob: Phone, key?: string): Promise<SpokenCall> {
  const number = ++numbers, [aliceTag, bobTag] = [`alice${number}`, `bob${number}`]
  const invite = { method: 'INVITE', uri: 'sip:1002@example.test', user: '1001', port: alice.port, transport: 'UDP', body: session(key), callId: `talk-${alice.port}-${number}`, fromTag: aliceTag, headers: 'Content-Type: application/sdp\r\n' }
  const isMine = (m: string) => field(m, 'From').includes(`tag=${aliceTag}`), answered = (cseq: number) => (m: string) => isMine(m) && statusOf(m) >= 200 && field(m, 'CSeq') === `${cseq} INVITE`
  const answer = session(), before = new Set(bob.heard)
  const isNew = (m: string) => !before.has(m)
  const take = (m: string): void => { bob.send(`SIP/2.0 200 OK\r\n${copied(m, bobTag)}\r\nContact: <sip:1002@127.0.0.1:${bob.port}>\r\nContent-Type: application/sdp\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`) }
  const challenge = await alice.ask(print(invite))
  alice.send(print({ ...invite, cseq: 2, headers: `${invite.headers}${authorization(challenge, 'alice-desk', 'battery-staple-1', 'INVITE', 'sip:1002@example.test')}` }))
  take(await bob.wait((m) => isNew(m) && m.startsWith('INVITE')))
  const taken = await alice.wait(answered(2))
  const toTag = /^To:.*tag=([^;\r]+)/im.exec(taken)?.[1] ?? '', contact = /^Contact: *<([^>]+)>/im.exec(taken)?.[1] ?? ''
  const say = (method: string, cseq: number, more: Partial<Request> = {}) => print({ ...invite, uri: contact, body: '', headers: '', ...more, method, cseq, to: 'x' }).replace('To: <x>', `To: <sip:1002@example.test>;tag=${toTag}`)
  alice.send(say('ACK', 2))
  await bob.wait((m) => isNew(m) && m.startsWith('ACK'))
  let cseq = 2
  return {
    move: async () => {
      const known = new Set(bob.heard), mine = ++cseq
      alice.send(say('INVITE', mine, { body: session(key, mine), headers: invite.headers }))
      take(await bob.wait((m) => !known.has(m) && m.startsWith('INVITE') && field(m, 'To').includes(bobTag)))
      const moved = await alice.wait(answered(mine))
      alice.send(say('ACK', mine))
      await bob.wait((m) => !known.has(m) && m.startsWith('ACK'))
      return moved
    },
    hangUp: async () => {
      const done = alice.ask(say('BYE', ++cseq)), bye = await bob.wait((m) => isNew(m) && m.startsWith('BYE'))
      bob.send(`SIP/2.0 200 OK\r\n${copied(bye)}\r\nContent-Length: 0\r\n\r\n`)
      await done
    },
  }
}
