/**
 * The V.150.1 filter on an offer that goes out over a trunk: what an older call manager or a network of newer ones cannot read is left out.
 * Lines in, lines out. A payload type that telephone-event or a codec uses stays, whatever else it is mapped to; no medium disappears.
 *
 * Standards  R372–R375; ITU-T V.150.1 annex E, RFC 3407 (sqn, cdsc, cpar), RFC 3264 8.2 (port 0), sip-trunk 1.9
 * Security   one pass to read and one to write; at most 128 payload types a medium, everything else grows with the lines alone
 */
import type { V150Choice, V150Filter } from './profile.ts'

/** What a profile's choice comes to: the cluster-wide parameter is nothing unless an administrator says otherwise (R373). */
export function effectiveFilter(choice: V150Choice, clusterWide: V150Filter = 'none'): V150Filter { return choice === 'useDefault' ? clusterWide : choice }

/** The offer without what the filter takes; the same array where it takes nothing. */
export function filterV150(lines: readonly string[], filter: V150Filter): readonly string[] {
  if (filter === 'none' || !lines.some(mentions[filter])) return lines
  const everywhere = payloadTypes(lines, encodings[filter])
  return cut(lines).flatMap((own) => {
    const gone = payloadTypes(own, encodings[filter])
    return filterSection(own, gone, own[0]!.startsWith('m=') ? gone : everywhere, filter)
  })
}

/** What stands before the first m= line, then medium by medium; none is empty. */
function cut(lines: readonly string[]): string[][] {
  const sections: string[][] = []
  for (const line of lines) {
    if (sections.length === 0 || line.startsWith('m=')) sections.push([])
    sections.at(-1)!.push(line)
  }
  return sections
}

type Filtering = Exclude<V150Filter, 'none'>
const encodings: Readonly<Record<Filtering, ReadonlySet<string>>> = { removeMer: new Set(['v150fw', 'v150mr', 'noaudio']), removePreMer: new Set(['x-nse']) }
const ownAttributes: Readonly<Record<Filtering, ReadonlySet<string>>> = { removeMer: new Set(['sprtmap', 'sprtparm', 'vndpar']), removePreMer: new Set(['x-sqn', 'x-cap', 'x-cpar']) }
const mentions: Readonly<Record<Filtering, (line: string) => boolean>> = {
  removeMer: (line) => /v150|noaudio|sprt|vndpar|vbd/i.test(line), removePreMer: (line) => /^a=x-|x-nse/i.test(line),
}

/** One medium, or what stands before the first: there capabilities speak of every medium, so `capable` is what goes everywhere. */
function filterSection(lines: readonly string[], gone: ReadonlySet<string>, capable: ReadonlySet<string>, filter: Filtering): string[] {
  let kept = lines.filter((line) => !isOwn(line, filter) && !describes(line, gone, encodings[filter]))
  if (filter === 'removeMer') kept = filterCapabilities(kept, capable)
  return kept.map((line, i) => i === 0 && line.startsWith('m=') ? filterMedium(line, gone) : line)
}

/** Payload types that are mapped to one of the encodings and to nothing else. */
function payloadTypes(lines: readonly string[], of: ReadonlySet<string>): Set<string> {
  const gone = new Set<string>(), used = new Set<string>()
  for (const line of lines) {
    const map = mapping(line)
    if (map) (of.has(map.encoding) ? gone : used).add(map.type)
  }
  return gone.difference(used)
}

interface Mapping { readonly type: string; readonly encoding: string }

/** a=rtpmap:118 v150fw/8000 → 118, v150fw; the same inside a capability's parameter. */
function mapping(line: string): Mapping | undefined {
  const name = attributeOf(line), plain = name.startsWith('cpar') ? innerOf(line) : line
  if (attributeOf(plain) !== 'rtpmap') return undefined
  const [type = '', encoding = ''] = words(plain.slice('a=rtpmap:'.length))
  return { type, encoding: encoding.split('/', 1)[0]!.toLowerCase() }
}

/** Name of an attribute in lower case, '' for another line. */
function attributeOf(line: string): string {
  if (!line.startsWith('a=')) return ''
  const colon = line.indexOf(':')
  return line.slice(2, colon < 0 ? undefined : colon).trim().toLowerCase()
}

/** a=cpar: a=fmtp:120 … → a=fmtp:120 … */
function innerOf(line: string): string { return line.slice(line.indexOf(':') + 1).trimStart() }

function words(text: string): string[] { return text.split(' ').filter((word) => word !== '') }

/** Attributes of the kind alone, and what a voice-band data line says of a codec. */
function isOwn(line: string, filter: Filtering): boolean {
  const name = attributeOf(line)
  return ownAttributes[filter].has(name) || (filter === 'removeMer' && name === 'gpmd' && /\bvbd\b/i.test(line))
}

const describing: ReadonlySet<string> = new Set(['rtpmap', 'fmtp', 'rtcp-fb', 'gpmd'])

/** A line that is about a payload type that goes, or that maps one that stays to an encoding that goes. */
function describes(line: string, gone: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  const name = attributeOf(line)
  if (!describing.has(name)) return false
  return gone.has(words(line.slice(line.indexOf(':') + 1))[0] ?? '') || of.has(mapping(line)?.encoding ?? '')
}

/** RFC 3407: descriptors lose what goes and are counted anew; parameters go with the descriptor that they follow; without a descriptor there is no set. */
function filterCapabilities(lines: readonly string[], gone: ReadonlySet<string>): string[] {
  const out: string[] = []
  let next = 1, isKept = true
  for (const line of lines) {
    const name = attributeOf(line)
    if (name === 'cdsc') {
      const formats = descriptor(line, gone)
      isKept = formats.length > 2
      if (isKept) out.push(`a=cdsc:${next} ${formats.join(' ')}`)
      next += Math.max(0, formats.length - 2)
    } else if (!name.startsWith('cpar') || (isKept && !isOfModem(line, gone))) out.push(line)
  }
  return next > 1 ? out : out.filter((line) => attributeOf(line) !== 'sqn')
}

/** Medium, transport and the formats that stay: a=cdsc:1 audio RTP/AVP 118 0 18. */
function descriptor(line: string, gone: ReadonlySet<string>): string[] {
  const [, medium = '', transport = '', ...formats] = words(line.slice('a=cdsc:'.length))
  return isSprt(transport) ? [] : [medium, transport, ...formats.filter((format) => !gone.has(format))]
}

function isSprt(transport: string): boolean { return transport.toLowerCase() === 'udpsprt' }

/** a=cpar: a=sprtmap:120 v150mr/8000 and its like; the attribute inside is read as one of the medium. */
function isOfModem(line: string, gone: ReadonlySet<string>): boolean {
  const inner = innerOf(line)
  return isOwn(inner, 'removeMer') || describes(inner, gone, encodings.removeMer) || /\bv150(?:fw|mr)\b|\bmrmods\b|\bCDSCselect\b/i.test(inner)
}

/** The m= line without the formats that go; with none left, or of SPRT alone, the medium is declined (RFC 3264 8.2): it keeps its place. */
function filterMedium(line: string, gone: ReadonlySet<string>): string {
  const [kind = '', port = '', transport = '', ...formats] = words(line)
  const kept = formats.filter((format) => !gone.has(format))
  if (isSprt(transport) || kept.length === 0) return [kind, '0', transport, ...formats].join(' ')
  return kept.length === formats.length ? line : [kind, port, transport, ...kept].join(' ')
}
