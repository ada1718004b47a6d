/** A generator that never sleeps: so many datagrams under way at once, each answer calls for the next one. What one costs when the loop is always busy. */
import { createSocket } from 'node:dgram'

const window = 64

/** `make`: the n-th datagram. Answers that were lost are not waited for. */
export function windowed(port: number, count: number, make: (n: number) => Buffer): Promise<{ good: number; failed: number }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1_048_576 })
  return new Promise((resolve) => {
    let [sent, back, seen] = [0, 0, -1]
    const send = (): void => { socket.send(make(sent++), port, '127.0.0.1') }
    const look = setInterval(() => {
      if (back === seen) for (let n = 0; n < window; n++) send()
      seen = back
    }, 500)
    socket.on('message', () => {
      if (++back >= count) { clearInterval(look); socket.close(); resolve({ good: back, failed: sent - back }) } else send()
    })
    socket.bind(0, '127.0.0.1', () => { for (let n = 0; n < window; n++) send() })
  })
}

const body = 'v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n'

/** A request of nobody that we know, no two alike. */
export function strangersRequest(method: string, n: number): Buffer {
  const invites = method === 'INVITE', type = invites ? 'Contact: <sip:x@127.0.0.1:6003>\r\nContent-Type: application/sdp\r\n' : ''
  return Buffer.from(`${method} sip:2002@bench.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:6003;branch=z9hG4bK-w-${n};rport\r\nMax-Forwards: 70\r\nFrom: <sip:x@bench.test>;tag=w${n}\r\nTo: <sip:2002@bench.test>\r\n` +
    `Call-ID: w${n}@127.0.0.1\r\nCSeq: 1 ${method}\r\n${type}Content-Length: ${invites ? body.length : 0}\r\n\r\n${invites ? body : ''}`, 'latin1')
}
