/**
 * Time of day: a period is open by the clock on the wall of its zone, a schedule while one of its periods is.
 * The hour that daylight saving leaves out is never there; the hour that comes twice counts twice.
 *
 * Standards  dial plan 11.4
 */
import { fail, ok, type Result } from '../../kit/result.ts'
import { problem } from './problems.ts'

export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
export type Weekday = typeof weekdays[number]

/** From `start` to before `end`; an end that is not after the start is on the next day, which still belongs to the day on which it began. */
export interface TimePeriod {
  readonly name: string
  /** HH:MM, 00:00 to 24:00. */
  readonly start: string
  readonly end: string
  /** Every day where neither days nor dates are given; where both are, both must hold. */
  readonly days?: readonly Weekday[] | undefined
  /** MM-DD each year (an end before the start is in the next year), or YYYY-MM-DD; both included. */
  readonly dates?: { readonly from: string; readonly to: string } | undefined
}

export interface TimeSchedule { readonly name: string; readonly periods: readonly string[] }

interface Period { readonly start: number; readonly end: number; readonly days: ReadonlySet<number>; readonly from: number; readonly to: number; readonly yearly: boolean }

/** Is it open at this moment, in milliseconds since 1970, in this zone? */
export type Schedule = (now: number, zone: string) => boolean

const day = 1_440

export function parsePeriod(given: TimePeriod): Result<Period> {
  const start = minutes(given.start), end = minutes(given.end), dates = given.dates
  const from = dates ? dateOf(dates.from) : 0, to = dates ? dateOf(dates.to) : 0
  const mixed = dates !== undefined && dates.from.length !== dates.to.length
  if (start === undefined || end === undefined || start === day || from === undefined || to === undefined || mixed) return fail(problem('dialling.time', given.name))
  const days = new Set(given.days?.map((name) => weekdays.indexOf(name)) ?? weekdays.keys())
  return ok({ start, end: end > start ? end : end + day, days, from: dates ? from : 0, to: dates ? to : 99_999_999, yearly: dates?.from.length === 5 })
}

function minutes(text: string): number | undefined {
  if (!/^[0-9]{2}:[0-9]{2}$/.test(text)) return undefined
  const [hour, minute] = [Number(text.slice(0, 2)), Number(text.slice(3))]
  return minute < 60 && hour * 60 + minute <= day ? hour * 60 + minute : undefined
}

/** As a number that can be compared: MMDD, or YYYYMMDD. */
function dateOf(text: string): number | undefined {
  if (!/^(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}$/.test(text)) return undefined
  const year = text.length > 5 ? Number(text.slice(0, 4)) : 2000   // a leap year: 29 February is a day of the year
  const month = Number(text.slice(-5, -3)), date = Number(text.slice(-2)), real = new Date(Date.UTC(year, month - 1, date))
  return real.getUTCMonth() === month - 1 && real.getUTCDate() === date ? Number(text.replaceAll('-', '')) : undefined
}

export function scheduleOf(periods: readonly Period[], clock: Clock): Schedule {
  return (now, zone) => {
    const wall = clock(now, zone)
    if (!wall) return false
    const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes()
    const yesterday = new Date(wall.getTime() - day * 60_000)
    return periods.some((period) => (minute >= period.start && minute < period.end && onDay(period, wall)) || (minute + day < period.end && onDay(period, yesterday)))
  }
}

function onDay({ days, from, to, yearly }: Period, wall: Date): boolean {
  if (!days.has(wall.getUTCDay())) return false
  const date = (wall.getUTCMonth() + 1) * 100 + wall.getUTCDate()
  if (!yearly) { const whole = wall.getUTCFullYear() * 10_000 + date; return whole >= from && whole <= to }
  return from <= to ? date >= from && date <= to : date >= from || date <= to
}

/** The clock on the wall of a zone, as a Date whose UTC fields say what it shows; undefined for a zone that is not known. */
type Clock = (now: number, zone: string) => Date | undefined

/** Offsets change at whole quarters of an hour: a zone is asked once in each. */
const quarter = 900_000
const maxZones = 1_000

export function newClock(): Clock {
  const formats = new Map<string, Intl.DateTimeFormat>(), offsets = new Map<string, { quarter: number; offset: number }>()
  return (now, zone) => {
    const begin = Math.floor(now / quarter) * quarter, known = offsets.get(zone)
    if (known?.quarter === begin) return new Date(now + known.offset)
    if (formats.size >= maxZones) formats.clear()
    const format = formats.get(zone) ?? formatOf(zone)
    if (!format) return undefined
    formats.set(zone, format)
    if (offsets.size >= maxZones) offsets.clear()
    const offset = shown(format, begin) - begin
    offsets.set(zone, { quarter: begin, offset })
    return new Date(now + offset)
  }
}

/** What the clock on the wall shows as YYYY-MM-DDTHH:MM, in milliseconds since 1970; the later one of an hour that comes twice. */
export function momentOf(text: string, zone: string): number | undefined {
  const shows = Date.parse(`${text}Z`), clock = newClock()
  if (Number.isNaN(shows)) return undefined
  let moment = shows
  for (let turn = 0; turn < 2; turn++) moment += shows - (clock(moment, zone)?.getTime() ?? Number.NaN)
  return Number.isFinite(moment) ? moment : undefined
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!isZone(zone)) return undefined
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

function shown(format: Intl.DateTimeFormat, moment: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(moment)) part[type] = Number(value)
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second)
}

export function isZone(zone: string): boolean {
  try { new Intl.DateTimeFormat('en-GB', { timeZone: zone }); return true } catch { return false }
}
