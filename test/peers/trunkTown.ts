/** One Ringfort with trunks around it: each peer stands at a loopback address of its own, as peers on a network do; its phones stay at 127.0.0.1. */
import { join } from 'node:path'
import { send } from '../../src/admin/client.ts'
import type { LiveTrunk } from '../../src/admin/live.ts'
import { anyPorts, domain, openTown, passwordOf, type Resident, type Town } from './town.ts'
import { ringfort } from '../main/running.ts'
import { freePorts } from './programs.ts'

export interface Peer {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Digits that lead to it, in front of what is dialled there. */
  readonly prefix: string
  /** Fields of its security profile, and of the trunk; one that names the profile of another has none of its own. */
  readonly profile?: Record<string, unknown>
  readonly trunk?: Record<string, unknown>
}

export interface TrunkSite {
  readonly residents: readonly Resident[]
  readonly peers: readonly Peer[]
  readonly more?: Record<string, unknown>
  readonly system?: Record<string, unknown>
}

export interface Ports { readonly clear: number; readonly tls: number }
export const twoPorts = async (): Promise<Ports> => { const clear = await freePorts(2); return { clear, tls: clear + 1 } }

/** JSON is YAML. Every phone may dial every trunk. */
export function trunkSite({ residents, peers, more = {}, system = {} }: TrunkSite, ports: Ports): string {
  const phones = residents.map(({ user, mediaSecurity, deviceSecurityMode = 'nonSecure' }) => ({ name: user, user, digest: { user, password: passwordOf(user) }, deviceSecurityMode, mediaSecurity, callingSearchSpace: 'Staff' }))
  return JSON.stringify({
    services: { ...anyPorts, 'sip-udp': { port: ports.clear }, 'sip-tcp': { port: ports.clear }, 'sip-tls': { port: ports.tls } },
    system: { domain, listen: '127.0.0.1', ...system }, users: residents.map(({ user, number }) => ({ userId: user, extension: number })), phones,
    lines: residents.filter(({ line }) => line !== undefined).map(({ number, line }) => ({ number, ...line })),
    sipTrunkSecurityProfiles: peers.filter(({ trunk }) => trunk?.securityProfile === undefined).map(({ name, profile = {} }) => ({ name: `To ${name}`, incomingPort: profile.deviceSecurityMode === undefined ? ports.clear : ports.tls, ...(profile.deviceSecurityMode === undefined ? { outgoingTransport: 'udp' } : {}), ...profile })),
    trunks: peers.map(({ name, address, port, trunk = {} }) => ({ name, securityProfile: `To ${name}`, destinations: [{ address, port }], optionsPing: false, ...trunk })),
    partitions: [{ name: 'Peers' }], callingSearchSpaces: [{ name: 'Staff', partitions: ['Peers'] }],
    routePatterns: peers.map(({ name, prefix }) => ({ pattern: `${prefix}.!`, partition: 'Peers', trunk: name, discard: 'PreDot' })),
    ...more,
  })
}

export interface TrunkTown extends Town { readonly ports: Ports }

/** What `ringfort show trunks` says of one of them. */
export async function shownTrunk({ running }: Town, name: string): Promise<LiveTrunk> {
  const answer = await send(running.dataDir, { command: 'show trunks', options: {} })
  if (!answer.ok) throw new Error(`ringfort show trunks: ${JSON.stringify(answer.problem)}`)
  return (answer.value.document as { trunks: LiveTrunk[] }).trunks.find((one) => one.name === name)!
}

export async function openTrunkTown(site: TrunkSite): Promise<TrunkTown> {
  const ports = await twoPorts()
  return { ...await openTown(trunkSite(site, ports)), ports }
}

export interface Certificate { readonly certificate: string; readonly key: string; readonly authority: string }

/** Of our authority, for the peer of a trunk. */
export async function certificateOf({ folder, running }: Town, name: string): Promise<Certificate> {
  const out = join(folder, `${name}-pki`), { code, error } = await ringfort(['certificate', 'issue', '--name', name, '--peer', '--out', out, '--data', running.dataDir])
  if (code !== 0) throw new Error(`ringfort certificate issue: ${error}`)
  return { certificate: join(out, `${name}.pem`), key: join(out, `${name}.key`), authority: join(out, 'ca.pem') }
}
