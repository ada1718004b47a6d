/** Run by itself: requests of a stranger to 127.0.0.1:PORT from 127.0.0.2, so many a second, until it is ended. node oneSource.ts PORT RATE */
import { createSocket } from 'node:dgram'

const [port, rate] = process.argv.slice(2).map(Number) as [number, number], socket = createSocket('udp4'), tick = 5
let number = 0, owed = 0, before = performance.now()
const text = (n: number): string =>
  `INVITE sip:2002@bench.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKone${n}\r\nMax-Forwards: 70\r\nFrom: <sip:nobody@127.0.0.2>;tag=n${n}\r\nTo: <sip:2002@bench.test>\r\nCall-ID: one${n}@127.0.0.2\r\nCSeq: 1 INVITE\r\nContact: <sip:nobody@127.0.0.2:5070>\r\nContent-Length: 0\r\n\r\n`
socket.on('error', () => {})
socket.bind(0, '127.0.0.2', () => {
  setInterval(() => {
    const now = performance.now()
    owed = Math.min(owed + (now - before) / 1_000 * rate, rate / 10)
    before = now
    for (; owed >= 1; owed--) socket.send(text(++number), port, '127.0.0.1')
  }, tick)
})
