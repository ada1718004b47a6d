/**
 * Multipart bodies: the first part of a wanted type, one level of nesting deep.
 *
 * Standards  RFC 2046 5.1, RFC 5621
 * Security   fed by strangers: bounded in parts and depth, linear
 */
import { body, header, type SipMessage } from './message.ts'
import { param } from './params.ts'

export const maxParts = 16
const maxDepth = 2

/** The body of the first part whose Content-Type is `wanted` (lower case); undefined if there is none. */
export function part(message: SipMessage, wanted: string): string | undefined {
  return find(body(message), header(message, 'Content-Type') ?? '', wanted, maxDepth)
}

function find(text: string, type: string, wanted: string, depth: number): string | undefined {
  const semicolon = type.indexOf(';'), boundary = semicolon < 0 ? undefined : param(type.slice(semicolon), 'boundary')
  if (!boundary || boundary.length > 70 || depth === 0) return undefined
  const mark = `--${boundary}`
  let at = text.startsWith(mark) ? 0 : text.indexOf(`\r\n${mark}`)
  for (let parts = 0; at >= 0 && parts < maxParts; parts++) {
    const lineEnd = text.indexOf('\r\n', at + mark.length)
    const next = lineEnd < 0 ? -1 : text.indexOf(`\r\n${mark}`, lineEnd)
    if (next < 0) return undefined
    const found = inPart(text.slice(lineEnd + 2, next), wanted, depth)
    if (found !== undefined) return found
    at = next
  }
  return undefined
}

function inPart(text: string, wanted: string, depth: number): string | undefined {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const type = /^content-type[ \t]*:[ \t]*([^\r\n]{1,512})/im.exec(text.slice(0, end))?.[1] ?? 'text/plain'
  const bare = type.split(';', 1)[0]!.trim().toLowerCase()
  if (bare.startsWith('multipart/')) return find(text.slice(end + 4), type, wanted, depth - 1)
  return bare === wanted ? text.slice(end + (end === 0 ? 2 : 4)) : undefined
}
