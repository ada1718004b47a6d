/**
 * A leg to a trunk: which destination first, which after it, and what the trunk wants said.
 *
 * Standards  RFC 3263 4.3; RFC 2782 (priority, weight); sip-trunk 1.1, 1.5–1.8; R340, R371–R373
 * Security   only destinations of the directory; SRTP as the trunk says, never less than the phone demands (policy/media)
 */
import type { Hop } from '../../kit/flow.ts'
import type { Random } from '../../kit/machine.ts'
import { effectiveFilter } from '../../policy/trunk/v150.ts'
import { printHostPort } from '../../wire/sip/index.ts'
import type { Leg } from '../call.ts'
import type { Party } from '../leg.ts'
import { outgoingLeg, type Peer, type Reaching } from '../legs/sip/index.ts'
import type { Exchange } from '../state.ts'
import type { Destination, TrunkState } from './state.ts'

/** What a leg knows of its trunk; `number` is the one at that side. */
export function trunkPeer(x: Exchange, { ready, rules }: TrunkState, number: string, name: string, claimed = false): Peer {
  const { picture, profile } = ready
  return {
    phone: `trunk ${ready.name}`, line: number, displayName: name, claimed, trusted: picture.trustedForSecurityStatus,
    mediaSecurity: picture.srtpRequired ? 'required' : picture.srtpAllowed ? 'preferred' : 'off',
    trunk: {
      name: ready.name, status: profile.transmitSecurityStatus, assertIdentity: picture.assertIdentity, remotePartyId: picture.remotePartyId, privacy: picture.privacy,
      diversion: picture.diversionOut, historyInfo: picture.historyInfoOut, srtpAlone: picture.considerSecure === 'srtp',
      v150: effectiveFilter(profile.v150OutboundSdpOfferFiltering, x.snapshot.system.v150OutboundSdpOfferFiltering), rules,
    },
  }
}

/** Undefined where no destination is up; an emergency call is tried all the same: who answers no ping may take it. */
export function legToTrunk(x: Exchange, call: string, state: TrunkState, called: string, from: Party, emergency: boolean): Leg | undefined {
  const up = state.destinations.filter((one) => one.up), order = inOrder(up.length === 0 && emergency ? state.destinations : up, x.endpoint.random), [first, ...rest] = order
  if (!first) return undefined
  const { picture } = state.ready, peer = trunkPeer(x, state, called, called)
  const [hop = { transport: first.transport, address: '', port: first.port, ...first.like }, ...others] = first.hops
  const caller: Party = { ...from, anonymous: from.anonymous === true || picture.privacy === 'always' }
  const target = `sip:${called}@${printHostPort(first.host, first.port)}${first.transport === 'udp' ? '' : `;transport=${first.transport}`}${called.startsWith('+') ? ';user=phone' : ''}`
  const seeks = first.hops.length > 0 ? undefined : { target: { host: first.host, transport: first.transport, secure: first.transport === 'tls', ...(first.port > 0 ? { port: first.port } : {}) }, only: '', otherwise: undefined, like: first.like }
  const leg = outgoingLeg(x.legHouse, call, peer, hop, target, [], caller, seeks)
  leg.others = [...others, ...rest.flatMap(({ hops }) => hops)]
  return leg
}

/** RFC 2782: by priority; inside one, each place drawn by weight. */
function inOrder(destinations: readonly Destination[], random: Random): Destination[] {
  const left = destinations.toSorted((a, b) => a.priority - b.priority), order: Destination[] = []
  while (left.length > 0) {
    const same = left.filter(({ priority }) => priority === left[0]!.priority), sum = same.reduce((all, { weight }) => all + weight, 0)
    let drawn = sum === 0 ? 0 : random.below(sum) + 1
    const one = same.find(({ weight }) => (drawn -= weight) <= 0) ?? same[0]!
    order.push(...left.splice(left.indexOf(one), 1))
  }
  return order
}

/** Where a trunk is reached whose connection to us is gone: the destination that it stands for, else the first that lives. */
export function trunkWay(x: Exchange, leg: Reaching): Hop | undefined {
  const name = 'peer' in leg ? (leg as Leg).peer.trunk?.name : undefined, state = name === undefined ? undefined : x.trunks.byName.get(name)
  if (!state) return undefined
  const address = 'service' in leg.to ? leg.to.remoteAddress : leg.to.address, hops = state.destinations.filter(({ up }) => up).flatMap((one) => one.hops)
  return hops.find((hop) => hop.address === address) ?? hops[0]
}
