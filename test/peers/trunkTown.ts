/** One Ringfort with trunks around it: each peer stands at a loopback address of its own, as peers on a network do; its phones stay at 127.0.0.1. */
import { anyPorts, domain, openTown, passwordOf, type Resident, type Town } from './town.ts'
import { freePorts } from './programs.ts'

export interface Peer {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Digits that lead to it, in front of what is dialled there. */
  readonly prefix: string
  /** Fields of its security profile, and of the trunk. */
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
    sipTrunkSecurityProfiles: peers.map(({ name, profile = {} }) => ({ name: `To ${name}`, incomingPort: profile.deviceSecurityMode === undefined ? ports.clear : ports.tls, ...(profile.deviceSecurityMode === undefined ? { outgoingTransport: 'udp' } : {}), ...profile })),
    trunks: peers.map(({ name, address, port, trunk = {} }) => ({ name, securityProfile: `To ${name}`, destinations: [{ address, port }], optionsPing: false, ...trunk })),
    partitions: [{ name: 'Peers' }], callingSearchSpaces: [{ name: 'Staff', partitions: ['Peers'] }],
    routePatterns: peers.map(({ name, prefix }) => ({ pattern: `${prefix}.!`, partition: 'Peers', trunk: name, discard: 'PreDot' })),
    ...more,
  })
}

export interface TrunkTown extends Town { readonly ports: Ports }

export async function openTrunkTown(site: TrunkSite): Promise<TrunkTown> {
  const ports = await twoPorts()
  return { ...await openTown(trunkSite(site, ports)), ports }
}
