/**
 * Names of what an m= line lists: static payload types (a table) and a=rtpmap.
 *
 * Standards  RFC 3551 6 tables 4 and 5, RFC 3264 6.1
 */
import { isRtp, type Media } from './parse.ts'
import { payloadMaps, type PayloadMap } from './facts.ts'

/** RFC 3551 6: what a payload type means without an a=rtpmap. */
const staticNames: Readonly<Record<string, string>> = {
  0: 'PCMU/8000', 3: 'GSM/8000', 4: 'G723/8000', 5: 'DVI4/8000', 6: 'DVI4/16000', 7: 'LPC/8000', 8: 'PCMA/8000', 9: 'G722/8000',
  10: 'L16/44100/2', 11: 'L16/44100', 12: 'QCELP/8000', 13: 'CN/8000', 14: 'MPA/90000', 15: 'G728/8000', 16: 'DVI4/11025', 17: 'DVI4/22050',
  18: 'G729/8000', 25: 'CELB/90000', 26: 'JPEG/90000', 28: 'NV/90000', 31: 'H261/90000', 32: 'MPV/90000', 33: 'MP2T/90000', 34: 'H263/90000',
}

/** Format → name in capitals with clock, `OPUS/48000/2`; RTP formats that nothing explains are absent, others stand for themselves. */
export function codecNames(media: Media): Map<string, string> {
  const names = new Map<string, string>()
  const maps = isRtp(media.proto) ? payloadMaps(media) : undefined
  for (const format of media.formats) {
    const map = maps?.get(Number(format))
    const name = maps === undefined ? format : map === undefined ? staticNames[format] : codecName(map)
    if (name !== undefined) names.set(format, name)
  }
  return names
}

function codecName(map: PayloadMap): string {
  const name = map.clock === undefined ? map.name : `${map.name}/${map.clock}`
  return (map.channels > 1 ? `${name}/${map.channels}` : name).toUpperCase()
}
