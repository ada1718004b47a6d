/**
 * Phones on persistent TLS connections, as a process of their own: SIPp from Debian cannot do TLS. Told by messages of `fork`:
 * first a setup, then rounds; its CPU does not count.
 */
import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'

export interface PhonesSetup { readonly port: number; readonly domain: string; readonly callers: readonly Line[]; readonly callees: readonly Line[]; readonly secure: boolean }
export interface Line { readonly number: string; readonly cert: string; readonly key: string }
export interface PhonesRound { readonly count: number; readonly rate: number }

interface Phone { readonly line: Line; readonly socket: TLSSocket; rest: string; registered: () => void }
interface Call { readonly phone: Phone; readonly from: string; readonly to: string; end: (good: boolean) => void }

/** Each side has its own master key: an answer with the key of the offer is refused. */
const keys = { offer: 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz', answer: 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj' }
const crypto = (key: string): string => `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`
const sdp = (secure: boolean, key: string): string => `v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/${secure ? 'S' : ''}AVP 0\r\na=rtpmap:0 PCMU/8000\r\n${secure ? crypto(key) : ''}`

let setup: PhonesSetup, offer = '', answer = '', numbers = 0
const calls = new Map<string, Call>()

const field = (text: string, name: string): string => {
  const at = text.indexOf(`\r\n${name}: `)
  return at < 0 ? '' : text.slice(at + name.length + 4, text.indexOf('\r\n', at + 2))
}
/** Every line of a header, in order, with its name. */
function all(text: string, name: string): string[] {
  const found: string[] = [], mark = `\r\n${name}: `
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 2)) found.push(text.slice(at + 2, text.indexOf('\r\n', at + 2)))
  return found
}

const send = (phone: Phone, lines: readonly string[], content = ''): void => {
  phone.socket.write(`${lines.join('\r\n')}\r\n${content === '' ? '' : 'Content-Type: application/sdp\r\n'}Content-Length: ${content.length}\r\n\r\n${content}`, 'latin1')
}
const via = (phone: Phone): string => `Via: SIP/2.0/TLS 127.0.0.1:${phone.socket.localPort};branch=z9hG4bKtls${process.pid}x${numbers++}`
const contact = (phone: Phone): string => `Contact: <sip:${phone.line.number}@127.0.0.1:${phone.socket.localPort};transport=tls>`
const address = (number: string): string => `<sip:${number}@${setup.domain}>`

function open(line: Line): Promise<Phone> {
  const socket = connect({ host: '127.0.0.1', port: setup.port, rejectUnauthorized: false, cert: readFileSync(line.cert), key: readFileSync(line.key) })
  const phone: Phone = { line, socket, rest: '', registered: () => {} }
  socket.setNoDelay(true).on('data', (bytes: Buffer) => { read(phone, bytes.toString('latin1')) })
  return new Promise((resolve, reject) => { socket.once('secureConnect', () => { resolve(phone) }); socket.once('error', reject) })
}

function read(phone: Phone, text: string): void {
  phone.rest += text
  for (;;) {
    const head = phone.rest.indexOf('\r\n\r\n')
    if (head < 0) return
    const whole = head + 4 + Number(field(phone.rest.slice(0, head + 2), 'Content-Length') || '0')
    if (phone.rest.length < whole) return
    const message = phone.rest.slice(0, whole)
    phone.rest = phone.rest.slice(whole)
    if (message.startsWith('SIP/2.0 ')) responded(phone, message)
    else requested(phone, message)
  }
}

/** The called side: rings, answers, lets go. */
function requested(phone: Phone, message: string): void {
  if (message.startsWith('ACK ')) return
  const to = field(message, 'To'), tagged = to.includes(';tag=') ? to : `${to};tag=c${numbers++}`
  const reply = (status: string, content = ''): void => {
    send(phone, [`SIP/2.0 ${status}`, ...all(message, 'Via'), ...all(message, 'Record-Route'), `From: ${field(message, 'From')}`, `To: ${tagged}`, `Call-ID: ${field(message, 'Call-ID')}`, `CSeq: ${field(message, 'CSeq')}`, contact(phone)], content)
  }
  if (!message.startsWith('INVITE ')) { reply('200 OK'); return }
  reply('180 Ringing')
  reply('200 OK', answer)
}

/** The calling side: acknowledges and hangs up at once. */
function responded(phone: Phone, message: string): void {
  const status = Number(message.slice(8, 11)), cseq = field(message, 'CSeq')
  if (cseq.endsWith('REGISTER')) { if (status === 200) phone.registered(); else fail(`REGISTER ${status}`); return }
  const id = field(message, 'Call-ID'), call = calls.get(id)
  if (status < 200 || !call) return
  if (cseq.endsWith('BYE')) { call.end(status === 200); return }
  if (status !== 200) { call.end(false); return }
  const remote = field(message, 'Contact').replace(/^[^<]*<([^>]*)>.*$/, '$1')
  const routes = all(message, 'Record-Route').flatMap((line) => line.slice(14).split(/,\s*/)).reverse().map((route) => `Route: ${route}`)
  const within = (method: string, number: number): void => {
    send(phone, [`${method} ${remote} SIP/2.0`, via(phone), ...routes, 'Max-Forwards: 70', `From: ${call.from}`, `To: ${field(message, 'To')}`, `Call-ID: ${id}`, `CSeq: ${number} ${method}`])
  }
  within('ACK', 1)
  within('BYE', 2)
}

function fail(what: string): void { console.error(what); process.exit(1) }

function call(phone: Phone, number: string, end: (good: boolean) => void): void {
  const id = `tls-${process.pid}-${numbers++}`, from = `${address(phone.line.number)};tag=t${numbers++}`, to = address(number)
  calls.set(id, { phone, from, to, end: (good) => { calls.delete(id); end(good) } })
  send(phone, [`INVITE sip:${number}@${setup.domain} SIP/2.0`, via(phone), 'Max-Forwards: 70', `From: ${from}`, `To: ${to}`, `Call-ID: ${id}`, 'CSeq: 1 INVITE', contact(phone)], offer)
}

const register = (phone: Phone): Promise<void> => new Promise((resolve) => {
  phone.registered = resolve
  send(phone, [`REGISTER sip:${setup.domain} SIP/2.0`, via(phone), 'Max-Forwards: 70', `From: ${address(phone.line.number)};tag=r${numbers++}`, `To: ${address(phone.line.number)}`, `Call-ID: register-${process.pid}-${phone.line.number}`, 'CSeq: 1 REGISTER', contact(phone), 'Expires: 3600'])
})

/** Calls at a rate, each from the next phone to the next; those that are not over 5 s after the last began have failed. */
function round(callers: readonly Phone[], callees: readonly Phone[], { count, rate }: PhonesRound): Promise<{ good: number; failed: number }> {
  const began = performance.now(), result = { good: 0, failed: 0 }
  let [placed, last] = [0, 0]
  return new Promise((resolve) => {
    const over = (): void => { clearInterval(pace); calls.clear(); resolve({ good: result.good, failed: count - result.good }) }
    const ended = (good: boolean): void => { if (good) result.good++; else result.failed++; if (result.good + result.failed === count) over() }
    const pace = setInterval(() => {
      const due = Math.min(count, (performance.now() - began) / 1_000 * rate)
      for (; placed < due; placed++) { last = performance.now(); call(callers[placed % callers.length]!, callees[placed % callees.length]!.line.number, ended) }
      if (placed === count && performance.now() - last > 5_000) over()
    }, 2)
  })
}

process.once('message', (given: PhonesSetup) => { void begin(given) })

async function begin(given: PhonesSetup): Promise<void> {
  setup = given
  offer = sdp(setup.secure, keys.offer)
  answer = sdp(setup.secure, keys.answer)
  const callers = await Promise.all(setup.callers.map(open)), callees = await Promise.all(setup.callees.map(open))
  await Promise.all(callees.map(register))
  process.on('message', (wanted: PhonesRound) => { void answerRound(callers, callees, wanted) })
  process.send!('ready')
}

async function answerRound(...[callers, callees, wanted]: Parameters<typeof round>): Promise<void> {
  process.send!(await round(callers, callees, wanted))
}
