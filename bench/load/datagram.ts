/** OPTIONS over UDP until somebody answers: how long a start takes, and when a peer is up. */
import { createSocket } from 'node:dgram'

const request = (port: number, number: number): string =>
  `OPTIONS sip:127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKup${process.pid}x${number};rport\r\nMax-Forwards: 70\r\nFrom: <sip:bench@bench.test>;tag=up${number}\r\n` +
  `To: <sip:127.0.0.1:${port}>\r\nCall-ID: up-${process.pid}-${number}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`

/** Milliseconds until the first answer. */
export function answersOptions(port: number, patience: number, every = 5): Promise<number> {
  const began = performance.now(), socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    let number = 0
    const stop = (): void => { clearInterval(timer); socket.close() }
    const timer = setInterval(() => {
      if (performance.now() - began > patience) { stop(); reject(new Error(`nobody answers at ${port}`)); return }
      socket.send(request(port, number++), port, '127.0.0.1')
    }, every)
    socket.on('error', () => {})
    socket.once('message', () => { stop(); resolve(performance.now() - began) })
  })
}
