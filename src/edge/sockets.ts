/**
 * What this process has really bound, as the kernel tells it: the live side of `verify` (R051).
 *
 * Standards  proc(5): /proc/net/{tcp,udp}{,6}, /proc/PID/fd. Linux alone; elsewhere nothing is told
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { BoundSocket } from './firewall.ts'

const tables = [['tcp', 'tcp', '0A'], ['tcp6', 'tcp', '0A'], ['udp', 'udp', '07'], ['udp6', 'udp', '07']] as const

/** Listening TCP and bound, unconnected UDP sockets of a process; undefined where the system does not tell. */
export function boundSockets(pid: number | 'self' = 'self'): BoundSocket[] | undefined {
  try {
    const own = socketInodes(pid)
    return tables.flatMap(([file, transport, state]) => socketLines(`/proc/${pid}/net/${file}`).flatMap((line) => {
      const [, local, , st, , , , , , inode] = line.trim().split(/ +/)
      return local && st === state && own.has(inode ?? '') ? [{ transport, ...addressOf(local) }] : []
    }))
  } catch {
    return undefined
  }
}

function socketInodes(pid: number | 'self'): Set<string> {
  const folder = `/proc/${pid}/fd`
  return new Set(readdirSync(folder).flatMap((fd) => {
    try {
      const target = readlinkSync(`${folder}/${fd}`)
      return target.startsWith('socket:[') ? [target.slice(8, -1)] : []
    } catch {
      return []   // closed while we looked
    }
  }))
}

function socketLines(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n').slice(1)
  } catch {
    return []   // a kernel without IPv6 has no such file
  }
}

/** `0100007F:13C4` is 127.0.0.1:5060: words of four octets, each in the machine's (little-endian) order. */
function addressOf(text: string): { address: string; port: number } {
  const [hex = '', port = ''] = text.split(':')
  const octets = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse())
  return { address: octets.length === 4 ? octets.map((o) => Number.parseInt(o, 16)).join('.') : compress(octets), port: Number.parseInt(port, 16) }
}

function compress(octets: readonly string[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => `${octets[2 * i]}${octets[2 * i + 1]}`)
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)   // the one spelling of RFC 5952
}
