/** One Ringfort in its own processes with phones of others around it: the site file from rows, what it shows of calls and records. */
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { send } from '../../src/admin/client.ts'
import type { CommandRequest } from '../../src/admin/commands.ts'
import { newFolder, type Running, siteFile, until, up } from '../main/running.ts'

export const domain = 'test.lab'

export interface Resident { readonly user: string; readonly number: string; readonly mediaSecurity: 'off' | 'preferred' | 'required'; readonly deviceSecurityMode?: 'nonSecure' | 'encrypted'; readonly line?: Record<string, unknown> }

export const passwordOf = (user: string): string => `${user}-secret-7`

/** JSON is YAML. */
export function siteOf(residents: readonly Resident[], more: Record<string, unknown> = {}): string {
  const users = residents.map(({ user, number }) => ({ userId: user, extension: number }))
  const phones = residents.map(({ user, mediaSecurity, deviceSecurityMode = 'nonSecure' }) => ({ name: user, user, digest: { user, password: passwordOf(user) }, deviceSecurityMode, mediaSecurity }))
  const lines = residents.filter(({ line }) => line !== undefined).map(({ number, line }) => ({ number, ...line }))
  return JSON.stringify({ system: { domain }, users, phones, lines, ...more })
}

export interface ShownCall { readonly id: string; readonly from: string; readonly to: string; readonly state: string; readonly held: boolean; readonly security: string; readonly why?: string; readonly legs: readonly { readonly phone: string; readonly transport: string; readonly security: string }[] }
export interface ShownRecord { readonly id: string; readonly from: string; readonly to: string; readonly answeredAt?: number; readonly endedAt: number; readonly ending: string; readonly status: number; readonly security: string; readonly why?: string; readonly legs: readonly { readonly phone: string; readonly side: string; readonly transport: string; readonly status: number; readonly endedBy: string; readonly reason: string; readonly security: string }[] }

export interface Town {
  readonly running: Running
  readonly folder: string
  readonly ca: string
  readonly udp: number
  readonly tcp: number
  readonly tls: number
  calls(): Promise<readonly ShownCall[]>
  /** The call with this number in it, once it fits. */
  call(number: string, fits?: (call: ShownCall) => boolean): Promise<ShownCall>
  records(party: string): Promise<readonly ShownRecord[]>
  /** The newest record of a number, once it is there. */
  record(party: string, fits?: (record: ShownRecord) => boolean): Promise<ShownRecord>
  registrations(): Promise<readonly { readonly line: string; readonly transport: string }[]>
}

export async function openTown(site: string): Promise<Town> {
  const data = join(newFolder(), 'data')
  const running = await up(data, ['--site', siteFile(/\bservices"?:/.test(site) ? site : site.replace(/^\{/, `{${servicesJson},`))])
  const show = async <T>(what: string, key: string, options: CommandRequest['options'] = {}): Promise<T> => {   // what the command does, without a process for each question
    const answer = await send(data, { command: `show ${what}`, options })
    if (!answer.ok) throw new Error(`ringfort show ${what}: ${JSON.stringify(answer.problem)}`)
    return (answer.value.document as Record<string, T>)[key]!
  }
  const calls = () => show<readonly ShownCall[]>('calls', 'calls')
  const records = (party: string) => show<readonly ShownRecord[]>('calls', 'records', { ended: true, party })
  return {
    running, folder: newFolder(), ca: join(data, 'pki/ca.pem'), udp: running.port('sip-udp'), tcp: running.port('sip-tcp'), tls: running.port('sip-tls'), calls, records,
    call: (number, fits = () => true) => until(async () => (await calls()).find((one) => (one.from === number || one.to === number) && fits(one)), `a call of ${number} that fits`),
    record: (party, fits = () => true) => until(async () => (await records(party)).find(fits), `a record of ${party} that fits`),
    registrations: () => show('registrations', 'registrations'),
  }
}

/** Ports that the system chooses. */
export const anyPorts = Object.fromEntries(['sip-udp', 'sip-tcp', 'sip-tls', 'sip-wss', 'metrics'].map((name) => [name, { port: 0 }]))
const servicesJson = `"services":${JSON.stringify(anyPorts)}`

export function caText(town: Town): string { return readFileSync(town.ca, 'utf8') }
