/** A bare UDP echo under the same runtime: the limit that sockets set. Told to another process by `fork`; sends its port. */
import { createSocket } from 'node:dgram'

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1_048_576 })
socket.on('message', (bytes, from) => { socket.send(bytes, 0, bytes.length, from.port, from.address) })
socket.bind(0, '127.0.0.1', () => { console.log(socket.address().port) })
