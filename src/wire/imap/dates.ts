/**
 * Dates of APPEND, INTERNALDATE and SEARCH.
 *
 * Standards  RFC 3501 9 (date, date-time)
 */
import type { Millis } from '../../kit/machine.ts'
import { problems } from './problems.ts'
import { astring, type Reader, string, wrong } from './scan.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMillis = 86_400_000

/** `17-Jul-1996` or `"17-Jul-1996"`: days since 1970-01-01. */
export function day(reader: Reader): number {
  const text = astring(reader), found = /^\d{1,2}-[A-Za-z]{3}-\d{4}$/.test(text) ? dayOf(text.split('-')) : undefined
  if (found === undefined) wrong(reader, problems.date)
  return found ?? 0
}

function dayOf([date, month, year]: readonly string[]): number | undefined {
  const m = months.indexOf(month?.toLowerCase() ?? ''), at = Date.UTC(Number(year), m, Number(date))
  return m >= 0 && new Date(at).getUTCDate() === Number(date) && Number(year) >= 100 ? at / dayMillis : undefined
}

/** `" 7-Jul-1996 02:44:25 -0700"`: milliseconds since 1970. */
export function dateTime(reader: Reader): Millis {
  const text = string(reader), at = /^[ \d]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/.test(text) ? timeOf(text) : undefined
  if (at === undefined) wrong(reader, problems.date)
  return at ?? 0
}

function timeOf(text: string): Millis | undefined {
  const date = dayOf(text.slice(0, 11).trim().split('-')), two = (at: number): number => Number(text.slice(at, at + 2))
  const [hours, minutes, seconds, zoneHours, zoneMinutes] = [two(12), two(15), two(18), two(22), two(24)]
  if (date === undefined || hours > 23 || minutes > 59 || seconds > 60 || zoneMinutes > 59) return undefined
  const zone = (zoneHours * 60 + zoneMinutes) * (text[21] === '-' ? -1 : 1)
  return date * dayMillis + ((hours * 60 + minutes - zone) * 60 + seconds) * 1_000
}

/** As INTERNALDATE writes it, in UTC. */
export function printDateTime(at: Millis): string {
  const date = new Date(at), two = (n: number): string => String(n).padStart(2, '0')
  return `"${String(date.getUTCDate()).padStart(2)}-${monthNames[date.getUTCMonth()]}-${String(date.getUTCFullYear()).padStart(4, '0')} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000"`
}

/** Days since 1970-01-01, in UTC. */
export function dayAt(at: Millis): number { return Math.floor(at / dayMillis) }
