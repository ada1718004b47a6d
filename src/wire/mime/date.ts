/**
 * The Date of a message.
 *
 * Standards  RFC 5322 3.3, 4.3
 */
import type { Millis } from '../../kit/machine.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'], dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const zones: Readonly<Record<string, number>> = { ut: 0, gmt: 0, z: 0, utc: 0, edt: -240, est: -300, cdt: -300, cst: -360, mdt: -360, mst: -420, pdt: -420, pst: -480 }

export interface WrittenDate { readonly at: Millis; /** Days since 1970-01-01 as written, whatever the zone: what SEARCH SENTON asks. */ readonly day: number }

const shape = /^(?:[A-Za-z]{1,9} ?, ?)?(\d{1,2}) ?([A-Za-z]{3})[A-Za-z]{0,6} ?(\d{2,4}) (\d{1,2}) ?: ?(\d{2})(?: ?: ?(\d{2}))?(?: ?([+-]\d{4}|[A-Za-z]{1,5}))?/

export function parseDate(value: string): WrittenDate | undefined {
  const found = shape.exec(withoutComments(value.slice(0, 200)).replaceAll('\t', ' ').replace(/ +/g, ' ').trim())
  if (!found) return undefined
  const [, day, month, year, hours, minutes, seconds, zone] = found, m = months.indexOf(month!.toLowerCase()), written = yearOf(year!)
  const start = Date.UTC(written, m, Number(day)), time = Number(hours) * 60 + Number(minutes)
  if (m < 0 || new Date(start).getUTCDate() !== Number(day) || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return undefined
  return { at: start + ((time - offset(zone ?? 'z')) * 60 + Number(seconds ?? 0)) * 1_000, day: start / 86_400_000 }
}

function withoutComments(text: string): string {
  let depth = 0, out = ''
  for (const c of text) {
    if (c === '(') depth++
    else if (c === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) out += c
  }
  return out
}

/** RFC 5322 4.3: years of two and three digits. */
function yearOf(digits: string): number {
  const year = Number(digits)
  return digits.length === 4 ? year : digits.length === 3 || year >= 50 ? year + 1900 : year + 2000
}

/** Minutes; an unknown name is -0000. */
function offset(zone: string): number {
  const sign = zone[0] === '-' ? -1 : 1
  return /^[+-]/.test(zone) ? sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5))) : zones[zone.toLowerCase()] ?? 0
}

/** In UTC. */
export function printDate(at: Millis): string {
  const date = new Date(at), two = (n: number): string => String(n).padStart(2, '0')
  return `${dayNames[date.getUTCDay()]}, ${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}
