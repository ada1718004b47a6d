/** 11.4: time periods by the clock on the wall, over midnight, by dates, and where daylight saving begins and ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isZone, newClock, parsePeriod, scheduleOf, type TimePeriod } from '../../../src/policy/dialling/schedule.ts'

function open(given: Partial<TimePeriod>, at: string, zone: string): boolean {
  const period = parsePeriod({ name: 'p', start: '00:00', end: '24:00', ...given })
  assert.ok(period.ok, JSON.stringify(given))
  return scheduleOf([period.value], newClock())(Date.parse(at), zone)
}

test('11.4 a period by the day and by the date, over midnight and over the year', () => {
  const rows: [Partial<TimePeriod>, string, boolean][] = [
    [{}, '2026-01-01T00:00Z', true], [{ start: '08:00', end: '17:00' }, '2026-01-01T08:00Z', true], [{ start: '08:00', end: '17:00' }, '2026-01-01T07:59:59.999Z', false], [{ start: '08:00', end: '17:00' }, '2026-01-01T17:00Z', false],
    [{ days: ['thursday'] }, '2026-01-01T12:00Z', true], [{ days: ['friday'] }, '2026-01-01T12:00Z', false], [{ days: [] }, '2026-01-01T12:00Z', false],
    // over midnight: the small hours belong to the evening before
    [{ start: '22:00', end: '06:00', days: ['friday'] }, '2026-01-02T23:00Z', true], [{ start: '22:00', end: '06:00', days: ['friday'] }, '2026-01-03T05:59Z', true],
    [{ start: '22:00', end: '06:00', days: ['friday'] }, '2026-01-02T05:00Z', false], [{ start: '22:00', end: '06:00', days: ['friday'] }, '2026-01-03T06:00Z', false], [{ start: '12:00', end: '12:00', days: ['friday'] }, '2026-01-03T11:59Z', true],
    [{ dates: { from: '12-24', to: '01-01' } }, '2026-12-24T00:00Z', true], [{ dates: { from: '12-24', to: '01-01' } }, '2027-01-01T23:59Z', true], [{ dates: { from: '12-24', to: '01-01' } }, '2027-01-02T00:00Z', false],
    [{ dates: { from: '12-25', to: '12-26' } }, '2031-12-26T12:00Z', true], [{ dates: { from: '02-29', to: '02-29' } }, '2028-02-29T12:00Z', true], [{ dates: { from: '02-29', to: '02-29' } }, '2027-03-01T12:00Z', false],
    [{ dates: { from: '2026-05-01', to: '2026-05-03' } }, '2026-05-03T23:59Z', true], [{ dates: { from: '2026-05-01', to: '2026-05-03' } }, '2027-05-02T12:00Z', false],
    [{ dates: { from: '05-01', to: '05-31' }, days: ['monday'] }, '2026-05-04T12:00Z', true], [{ dates: { from: '05-01', to: '05-31' }, days: ['monday'] }, '2026-05-05T12:00Z', false],
    [{ start: '22:00', end: '06:00', dates: { from: '12-31', to: '12-31' } }, '2027-01-01T05:00Z', true],
  ]
  for (const [period, at, expected] of rows) assert.equal(open(period, at, 'UTC'), expected, `${JSON.stringify(period)} ${at}`)
})

test('11.4 daylight saving: the hour that is left out is never there, the hour that comes twice counts twice', () => {
  const night = { start: '02:00', end: '03:00' }, early = { start: '02:30', end: '04:00' }, day = { start: '08:00', end: '17:00' }
  const rows: [Partial<TimePeriod>, string, string, boolean][] = [
    // Berlin 29 March 2026: 02:00 becomes 03:00 at 01:00Z
    [night, '2026-03-29T00:59:59Z', 'Europe/Berlin', false], [night, '2026-03-29T01:00Z', 'Europe/Berlin', false], [night, '2026-03-28T01:30Z', 'Europe/Berlin', true], [early, '2026-03-29T01:00Z', 'Europe/Berlin', true], [early, '2026-03-29T00:59Z', 'Europe/Berlin', false], [early, '2026-03-29T02:00Z', 'Europe/Berlin', false],
    [day, '2026-03-28T07:00Z', 'Europe/Berlin', true], [day, '2026-03-29T06:00Z', 'Europe/Berlin', true], [day, '2026-03-28T06:30Z', 'Europe/Berlin', false],
    // Berlin 25 October 2026: 03:00 becomes 02:00 at 01:00Z
    [night, '2026-10-25T00:30Z', 'Europe/Berlin', true], [night, '2026-10-25T01:30Z', 'Europe/Berlin', true], [night, '2026-10-25T02:00Z', 'Europe/Berlin', false],
    // New York 8 March and 1 November 2026
    [night, '2026-03-08T07:00Z', 'America/New_York', false], [night, '2026-11-01T06:30Z', 'America/New_York', false], [{ start: '01:00', end: '02:00' }, '2026-11-01T05:30Z', 'America/New_York', true], [{ start: '01:00', end: '02:00' }, '2026-11-01T06:30Z', 'America/New_York', true],
    // half an hour: Lord Howe 5 April 2026, 02:00 becomes 01:30 at 15:00Z
    [{ start: '01:30', end: '02:00' }, '2026-04-04T14:45Z', 'Australia/Lord_Howe', true], [{ start: '01:30', end: '02:00' }, '2026-04-04T15:15Z', 'Australia/Lord_Howe', true], [{ start: '01:30', end: '02:00' }, '2026-04-04T15:30Z', 'Australia/Lord_Howe', false],
    // zones off the hour, and a day that is another one there
    [{ start: '17:45', end: '18:00' }, '2026-01-01T12:00Z', 'Asia/Kathmandu', true], [{ days: ['friday'] }, '2026-01-01T23:00Z', 'Asia/Tokyo', true], [{ days: ['thursday'] }, '2026-01-02T04:00Z', 'America/New_York', true],
  ]
  for (const [period, at, zone, expected] of rows) assert.equal(open(period, at, zone), expected, `${JSON.stringify(period)} ${at} ${zone}`)
})

test('11.4 one clock for all its life: the change is seen in the minute in which it comes', () => {
  const clock = newClock(), change = Date.parse('2026-03-29T01:00Z')
  const shown = [-60_000, -1, 0, 1, 899_999, 900_000].map((after) => clock(change + after, 'Europe/Berlin')?.toISOString().slice(11, 16))
  assert.deepEqual(shown, ['01:59', '01:59', '03:00', '03:00', '03:14', '03:15'])
})

test('11.4 what is no period and no zone', () => {
  const wrong: Partial<TimePeriod>[] = [
    { start: '8:00' }, { start: '24:00' }, { end: '24:01' }, { end: '12:60' }, { start: 'noon' }, { dates: { from: '13-01', to: '13-02' } }, { dates: { from: '02-30', to: '03-01' } },
    { dates: { from: '2026-02-29', to: '2026-03-01' } }, { dates: { from: '12-24', to: '2026-12-26' } }, { dates: { from: '1-1', to: '1-2' } },
  ]
  for (const given of wrong) {
    const period = parsePeriod({ name: 'p', start: '00:00', end: '24:00', ...given })
    assert.equal(period.ok ? 'taken' : period.problem.code, 'dialling.time', JSON.stringify(given))
  }
  for (const [zone, expected] of [['Europe/Berlin', true], ['UTC', true], ['Mars/Olympus', false], ['', false]] as const) assert.equal(isZone(zone), expected, zone)
})
