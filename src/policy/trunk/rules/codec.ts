/**
 * A codec taken out of a description: its payload types leave the m= line, and what is said of them goes with them.
 *
 * Standards  RFC 3551 6 (static types), RFC 4566 5.14, 6; RFC 4588 8.1 (apt), RFC 3264 5.1
 * Security   a medium keeps at least one codec: telephone events, comfort noise and repair are none; linear in the lines
 */

/** Payload types that need no rtpmap. */
const statics: Readonly<Record<string, readonly string[]>> = {
  pcmu: ['0'], gsm: ['3'], g723: ['4'], dvi4: ['5', '6', '16', '17'], lpc: ['7'], pcma: ['8'], g722: ['9'], l16: ['10', '11'], qcelp: ['12'], cn: ['13'], mpa: ['14'], g728: ['15'], g729: ['18'],
  celb: ['25'], jpeg: ['26'], nv: ['28'], h261: ['31'], mpv: ['32'], mp2t: ['33'], h263: ['34'],
}
const staticName: ReadonlyMap<string, string> = new Map(Object.entries(statics).flatMap(([name, types]) => types.map((type) => [type, name])))
/** They go along with a codec and are none. */
const companions: ReadonlySet<string> = new Set(['telephone-event', 'cn', 'red', 'rtx', 'ulpfec', 'flexfec'])

/** The lines without the codec; the same array where nothing goes. */
export function withoutCodec(lines: readonly string[], codec: string): readonly string[] {
  const name = codec.toLowerCase(), starts = lines.flatMap((line, i) => line.startsWith('m=') ? [i] : []), [first] = starts
  if (first === undefined) return lines
  const media = starts.map((start, i) => { const own = lines.slice(start, starts[i + 1]); return withoutIn(own, name) })
  return media.some(({ changed }) => changed) ? [...lines.slice(0, first), ...media.flatMap(({ own }) => own)] : lines
}

function withoutIn(own: readonly string[], codec: string): { own: readonly string[]; changed: boolean } {
  const [line = '', ...attributes] = own, [media = '', port = '', transport = '', ...formats] = words(line)
  const names = namesOf(attributes), nameOf = (type: string): string => names.get(type) ?? staticName.get(type) ?? ''
  const gone = transport.includes('RTP/') ? new Set(formats.filter((type) => nameOf(type) === codec)) : new Set<string>()
  if (gone.size > 0) for (const type of repairOf(attributes, gone)) if (nameOf(type) === 'rtx') gone.add(type)
  const kept = formats.filter((type) => !gone.has(type)), isCodec = (type: string): boolean => !companions.has(nameOf(type))
  if (gone.size === 0 || kept.length === 0 || (formats.some(isCodec) && !kept.some(isCodec))) return { own, changed: false }
  return { own: [[media, port, transport, ...kept].join(' ') + (line.endsWith('\r') ? '\r' : ''), ...attributes.filter((one) => !gone.has(typeOf(one)))], changed: true }
}

/** a=rtpmap:101 telephone-event/8000 → 101: telephone-event. */
function namesOf(attributes: readonly string[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const line of attributes) {
    if (!line.startsWith('a=rtpmap:')) continue
    const [type = '', encoding = ''] = words(line.slice('a=rtpmap:'.length))
    names.set(type, encoding.split('/', 1)[0]!.toLowerCase())
  }
  return names
}

/** Types that repair one of these: a=fmtp:97 apt=96. */
function repairOf(attributes: readonly string[], of: ReadonlySet<string>): string[] {
  return attributes.flatMap((line) => {
    const [type = '', ...parameters] = line.startsWith('a=fmtp:') ? words(line.slice('a=fmtp:'.length)) : []
    return parameters.some((one) => one.startsWith('apt=') && of.has(one.slice('apt='.length).split(';', 1)[0]!)) ? [type] : []
  })
}

const ofTypes: ReadonlySet<string> = new Set(['rtpmap', 'fmtp', 'rtcp-fb', 'imageattr', 'gpmd'])

/** The payload type that an attribute is about, '' where it is about none. */
function typeOf(line: string): string {
  const colon = line.indexOf(':')
  return colon > 0 && line.startsWith('a=') && ofTypes.has(line.slice(2, colon)) ? words(line.slice(colon + 1))[0] ?? '' : ''
}

function words(line: string): string[] { return line.trimEnd().split(' ').filter((word) => word !== '') }
