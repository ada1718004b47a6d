/** A table of dialogues between SIPp behind a trunk and SIPp as a phone, around one Ringfort: each row has a trunk, an address and a phone of its own. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, isInstalled, type Program } from './programs.ts'
import { registering, sipp, type SippOptions, sippServing, type Step } from './sipp.ts'
import { type DialogOf, dialogIn, trace } from './sippPlay.ts'
import { passwordOf, type Resident } from './town.ts'
import { openTrunkTown, type Peer, type TrunkTown } from './trunkTown.ts'

export interface TrunkRow {
  readonly name: string
  readonly profile?: Record<string, unknown>
  readonly trunk?: Record<string, unknown>
  /** What stands behind the trunk, and the phone. Who calls begins. */
  readonly peer?: readonly Step[]
  readonly phone?: readonly Step[]
  readonly from: 'peer' | 'phone'
  /** Credentials of the peer. */
  readonly user?: string
  readonly password?: string
  readonly transport?: 'tcp'
  readonly mediaSecurity?: Resident['mediaSecurity']
  /** Status of the record, seen by the phone's number. */
  readonly ends?: number
  /** A line of which all calls go on to the peer: the phone dials this instead (its number is in `forwarding`). */
  readonly forwards?: boolean
  /** Where the call comes from and goes to, and the second call of the same peer, begun when the first has its 200. */
  readonly second?: (first: DialogOf) => readonly Step[]
  /** Of all messages that the peer saw. */
  readonly check?: (messages: string, open: TrunkTown) => void | Promise<void>
  readonly seconds?: number
}

type Options = Omit<SippOptions, 'name' | 'steps'>
export interface TrunkStage { readonly town: Promise<TrunkTown>; play(row: TrunkRow): Promise<void>; peerOptions(row: TrunkRow): Promise<Options> }

/** Undefined where there is no SIPp. `net`: third part of the addresses; `more`: of the site. */
export function openTrunkStage(rows: readonly TrunkRow[], net: number, more: Record<string, unknown> = {}, system: Record<string, unknown> = {}): TrunkStage | undefined {
  if (!isInstalled('sipp')) return undefined
  const town = openRows(rows, net, more, system), peerOptions = async (row: TrunkRow): Promise<Options> => { const { open, peers } = await town; return peerIn(open, peers[rows.indexOf(row)]!, row, numberOf(rows.indexOf(row))) }
  return {
    town: town.then(({ open }) => open), peerOptions,
    play: async (row) => { const { open, peers } = await town, at = rows.indexOf(row); await play(open, row, peers[at]!, at) },
  }
}

const numberOf = (at: number): string => `7${String(at).padStart(2, '0')}1`
const forwarderOf = (at: number): string => `7${String(at).padStart(2, '0')}2`

async function openRows(rows: readonly TrunkRow[], net: number, more: Record<string, unknown>, system: Record<string, unknown>): Promise<{ open: TrunkTown; peers: Peer[] }> {
  const peers = await Promise.all(rows.map(async (row, at): Promise<Peer> => ({
    name: `t${at}`, address: `127.0.${net}.${at + 1}`, port: await freePorts(6), prefix: `8${String(at).padStart(2, '0')}`, profile: row.transport === 'tcp' ? { outgoingTransport: 'tcp', ...row.profile } : row.profile ?? {}, trunk: row.trunk ?? {},
  })))
  const residents = rows.flatMap((row, at): Resident[] => [
    { user: `s${numberOf(at)}`, number: numberOf(at), mediaSecurity: row.mediaSecurity ?? 'off' },
    ...(row.forwards === true ? [{ user: `f${numberOf(at)}`, number: forwarderOf(at), mediaSecurity: 'off' as const, line: { forwardAll: `${peers[at]!.prefix}${beyond}`, callingSearchSpace: 'Staff' } }] : []),
  ])
  return { open: await openTrunkTown({ residents, peers, more, system }), peers }
}

/** The number beyond, on either side. */
export const beyond = '5551000'

function peerIn(open: TrunkTown, { address, port }: Peer, { transport, user = 'nobody', password = '' }: TrunkRow, number: string): Options {
  return { folder: mkdtempSync(join(open.folder, 'p-')), server: open.ports.clear, address, port, user, password, caller: beyond, callee: number, transport: transport === 'tcp' ? 't1' : 'u1' }
}

async function phoneIn(open: TrunkTown, number: string, callee: string): Promise<Options> {
  return { folder: mkdtempSync(join(open.folder, 's-')), server: open.ports.clear, port: await freePorts(6), user: `s${number}`, password: passwordOf(`s${number}`), caller: number, callee }
}

/** A SIPp that has its port. */
export async function waiting(options: SippOptions): Promise<Program> {
  const one = sippServing(options), bound = `:${options.port.toString(16).toUpperCase().padStart(4, '0')} `
  await until(() => readFileSync(`/proc/net/${options.transport === 't1' ? 'tcp' : 'udp'}`, 'latin1').includes(bound) || undefined, `${options.name} waits`)
  return one
}

const messages = (folder: string, name: string) => existsSync(join(folder, `${name}.msg`)) ? readFileSync(join(folder, `${name}.msg`), 'latin1') : ''

async function play(open: TrunkTown, row: TrunkRow, peer: Peer, at: number): Promise<void> {
  const number = numberOf(at), outside = peerIn(open, peer, row, number), isOut = row.from === 'phone', seconds = row.seconds ?? 20
  const inside = await phoneIn(open, number, row.forwards === true ? forwarderOf(at) : isOut ? `${peer.prefix}${beyond}` : number)
  const behind = row.peer && { ...outside, ...(isOut ? { caller: number, callee: beyond } : {}), name: 'peer', steps: row.peer, seconds }
  const own = row.phone && { ...inside, ...(isOut ? {} : { caller: beyond, callee: number }), name: 'phone', steps: row.phone, seconds }
  if (own && !isOut) {
    const { code, out } = await sipp({ ...inside, name: 'register', steps: registering() })
    assert.equal(code, 0, `${number} registers: ${out.slice(-300)}`)
  }
  const [waits, calls] = isOut ? [behind, own] : [own, behind], told = () => [waits, calls].map((one) => one && trace(one.folder, one.name)).join('\n=====\n')
  const called = waits && await waiting(waits), caller = calls && sipp(calls)
  if (row.second) await callAgain({ ...outside, port: await freePorts(6) }, row.second(await until(() => dialogIn(messages(outside.folder, 'peer')), 'the first call is answered')))
  if (caller) assert.equal((await caller).code, 0, told())
  if (called) assert.equal(await called.ended, 0, told())
  await row.check?.(messages(outside.folder, 'peer'), open)
  if (row.ends !== undefined) assert.equal((await open.record(number)).status, row.ends)
}

async function callAgain(options: Options, steps: readonly Step[]): Promise<void> {
  const { code } = await sipp({ ...options, name: 'again', steps, seconds: 20 })
  assert.equal(code, 0, trace(options.folder, 'again'))
}
