/** A stranger who asks OPTIONS ten times a second and says how long each answer took. Told to another process: `probe.ts ADDRESS TARGET PORT`; one JSON object a line. */
import { createSocket } from 'node:dgram'

const [own = '', target = '', port = ''] = process.argv.slice(2)
const socket = createSocket('udp4'), asked = new Map<number, number>()
let number = 0

function ask(): void {
  const at = Date.now(), id = ++number
  asked.set(id, at)
  socket.send(`OPTIONS sip:${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${own}:${socket.address().port};branch=z9hG4bKprobe${process.pid}x${id};rport\r\nMax-Forwards: 70\r\n` +
    `From: <sip:probe@bench.test>;tag=probe${id}\r\nTo: <sip:${target}>\r\nCall-ID: probe-${process.pid}-${id}\r\nCSeq: ${id} OPTIONS\r\nContent-Length: 0\r\n\r\n`, Number(port), target)
}

socket.on('message', (bytes) => {
  const id = Number(/^CSeq: (\d+)/m.exec(bytes.toString('latin1'))?.[1]), at = asked.get(id)
  if (at === undefined) return
  asked.delete(id)
  console.log(JSON.stringify({ at, took: Date.now() - at }))
})
socket.bind(0, own, () => { setInterval(ask, 100) })
