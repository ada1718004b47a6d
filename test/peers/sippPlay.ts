/** A table of dialogues played by SIPp around one Ringfort: each row has phones of its own, which register and wait; the caller calls; each must end well. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, isInstalled, type Program } from './programs.ts'
import { registering, sipp, type SippOptions, sippServing, type Step } from './sipp.ts'
import { type Door, openDoor } from './sippDoor.ts'
import { caText, openTown, passwordOf, type Resident, siteOf, type Town } from './town.ts'

export interface Row {
  readonly name: string
  readonly caller: readonly Step[]
  readonly callee?: readonly Step[]
  readonly third?: readonly Step[]
  /** The caller's phone calls once more: begun when the caller has its 200, which tells the dialog. */
  readonly second?: (first: DialogOf) => readonly Step[]
  readonly line?: Record<string, unknown>
  readonly mediaSecurity?: Resident['mediaSecurity']
  /** UDP where nothing is said. */
  readonly transport?: 'tcp' | 'tls'
  /** Status of the record. */
  readonly ends?: number
  readonly wrongPassword?: boolean
  /** How long it may take. */
  readonly seconds?: number
  /** Of all messages that the caller saw. */
  readonly check?: (messages: string) => void
}

/** The caller's dialog, as the other end (Ringfort) knows it. */
export interface DialogOf { readonly callId: string; readonly ourTag: string; readonly theirTag: string }

export interface Stage { readonly town: Promise<Town>; play(row: Row): Promise<void>; optionsOf(number: string, callee: string): Promise<Omit<SippOptions, 'name' | 'steps'>> }

export const absent = 'not judged: sipp is not installed (tools/debian-packages.txt)'

/** Undefined where there is no SIPp. `prefix`: first digits of the numbers. */
export function openStage(rows: readonly Row[], prefix = '7'): Stage | undefined {
  if (!isInstalled('sipp')) return undefined
  const numbersOf = (row: Row) => [1, 2, 3].map((one) => `${prefix}${String(rows.indexOf(row)).padStart(2, '0')}${one}`) as [string, string, string]
  const residents = rows.flatMap((row) => residentsOf(row, numbersOf(row)))
  const town = openTown(siteOf(residents))
  const optionsOf: Stage['optionsOf'] = async (number, callee) => optionsIn(await town, number, callee)
  return { town, optionsOf, play: async (row) => { await play(await town, row, numbersOf(row)) } }
}

function residentsOf(row: Row, numbers: readonly [string, string, string]): Resident[] {
  const { line = {}, mediaSecurity = 'preferred', transport } = row, [, callee, third] = numbers
  const there = Object.fromEntries(Object.entries(line).map(([key, value]) => [key, value === 'third' ? third : value === 'callee' ? callee : value]))
  const deviceSecurityMode = transport === 'tls' ? 'encrypted' as const : 'nonSecure' as const
  return numbers.map((number) => ({ user: `s${number}`, number, deviceSecurityMode, mediaSecurity: number === callee ? mediaSecurity : 'preferred', ...(number === callee ? { line: there } : {}) }))
}

async function optionsIn(open: Town, number: string, callee: string): Promise<Omit<SippOptions, 'name' | 'steps'>> {
  const user = `s${number}`
  return { folder: mkdtempSync(join(open.folder, 's-')), server: open.udp, port: await freePorts(6), user, password: passwordOf(user), caller: number, callee }
}

interface Phone { readonly options: Omit<SippOptions, 'name' | 'steps'>; readonly door: Door | undefined }

/** Where this phone sends to: us, over TLS by a door of its own. */
async function phoneOf(open: Town, row: Row, number: string, callee: string): Promise<Phone> {
  const options = await optionsIn(open, number, callee)
  if (row.transport === undefined) return { options, door: undefined }
  const door = row.transport === 'tls' ? await openDoor(open.tls, caText(open), options.port) : undefined
  return { options: { ...options, transport: 't1', server: door?.port ?? open.tcp }, door }
}

/** A phone that has registered and waits for its dialogue. */
async function serving(open: Town, row: Row, [number, caller]: readonly [string, string], steps: readonly Step[]): Promise<Program> {
  const { options, door } = await phoneOf(open, row, number, number)
  const { code, out } = await sipp({ ...options, name: 'register', steps: registering() })
  assert.equal(code, 0, `${number} registers: ${out.slice(-300)}`)
  const one = sippServing({ ...options, caller, callee: number, name: 'serve', steps, ...(row.seconds === undefined ? {} : { seconds: row.seconds }) })
  const bound = `:${options.port.toString(16).toUpperCase().padStart(4, '0')} `, table = row.transport === undefined ? '/proc/net/udp' : '/proc/net/tcp'
  await until(() => readFileSync(table, 'latin1').includes(bound) || undefined, `${number} waits`)
  void one.ended.then(() => { door?.close() })
  return one
}

export const trace = (folder: string, name: string) => ['err', 'msg'].map((end) => join(folder, `${name}.${end}`)).filter(existsSync).map((file) => readFileSync(file, 'latin1').slice(-3_000)).join('\n')

const messages = (folder: string, name: string) => existsSync(join(folder, `${name}.msg`)) ? readFileSync(join(folder, `${name}.msg`), 'latin1') : ''

/** RFC 3891 3: Call-ID and both tags, from the first 200 to an INVITE. */
export function dialogIn(text: string): DialogOf | undefined {
  const answer = /SIP\/2\.0 200 [^\n]*\n(?:[^\n]+\n)*?CSeq: \d+ INVITE/.exec(text)?.[0]
  const [, ourTag] = /\nTo:.*;tag=([^\s;]+)/.exec(answer ?? '') ?? [], [, theirTag] = /\nFrom:.*;tag=([^\s;]+)/.exec(answer ?? '') ?? [], [, callId] = /\nCall-ID: (\S+)/.exec(answer ?? '') ?? []
  return ourTag === undefined || theirTag === undefined || callId === undefined ? undefined : { callId, ourTag, theirTag }
}

async function play(open: Town, row: Row, [a, b, c]: readonly [string, string, string]): Promise<void> {
  const withOther = (steps: readonly Step[]): Step[] => steps.map((step) => (at: number) => step(at).replaceAll('[other]', c))
  if (row.callee === undefined && row.ends !== undefined) assert.equal((await sipp({ ...await optionsIn(open, b, b), name: 'register', steps: registering() })).code, 0)
  const called = row.callee ? await serving(open, row, [b, a], withOther(row.callee)) : undefined
  const third = row.third ? await serving(open, row, [c, a], withOther(row.third)) : undefined
  const { options, door } = await phoneOf(open, row, a, b)
  const calls = sipp({ ...options, name: 'call', steps: withOther(row.caller), seconds: row.seconds ?? 20, ...(row.wrongPassword === true ? { password: 'not-it' } : {}) })
  if (row.second) await callAgain(open, a, b, withOther(row.second(await until(() => dialogIn(messages(options.folder, 'call')), 'the first call is answered'))))
  const { code } = await calls
  door?.close()
  assert.equal(code, 0, trace(options.folder, 'call'))
  for (const one of [called, third]) if (one) assert.equal(await one.ended, 0, trace(join(one.log, '..'), 'serve'))
  row.check?.(messages(options.folder, 'call'))
  if (row.ends !== undefined) assert.equal((await open.record(a)).status, row.ends)
}

async function callAgain(open: Town, a: string, b: string, steps: readonly Step[]): Promise<void> {
  const options = await optionsIn(open, a, b), { code } = await sipp({ ...options, name: 'again', steps, seconds: 20 })
  assert.equal(code, 0, trace(options.folder, 'again'))
}
