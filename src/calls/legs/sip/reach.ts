/**
 * Where the requests of a leg go: over the phone's connection, to the address it sends from, or through the first of its routes.
 *
 * Standards  RFC 3261 8.1.2 (the last word on the next hop is ours), 12.2.1.1; RFC 3263 4, 4.3; RFC 5923 (a connection is used both ways)
 * Security   A24, A42: nothing goes to an address that the phone's packets did not come from, unless its route names a trusted proxy: a Contact moves the port, never the address
 */
import type { Flow, Hop } from '../../../kit/flow.ts'
import { type Dialog, parseAddress, parseUri, type Uri, uriParam } from '../../../wire/sip/index.ts'
import type { Target } from '../../../wire/sip/locate/index.ts'
import { sameAddress } from '../../addresses.ts'
import type { LegHouse, Reaching, Route } from './leg.ts'

/** Undefined while the name of the first route is being looked up; then `found` is called. */
export function nextHop(house: LegHouse, leg: Reaching, dialog: Dialog, found: (route: Route) => void): Flow | Hop | undefined {
  const first = dialog.routes[0]
  if (first === undefined) return direct(house, leg, dialog)
  const route = leg.route?.first === first ? leg.route : routed(house, leg, first, found)
  return route.waiting ? undefined : along(house, leg, dialog, route)
}

/** A route that leads nowhere, or where the phone may not send us, stays in the headers: the request goes to where the phone is. */
export function along(house: LegHouse, leg: Reaching, dialog: Dialog, route: Route): Flow | Hop { return route.hops[0] ?? direct(house, leg, dialog) }

/** No route: the open connection, else the address that its packets come from with the port of its Contact where both say the same address. */
function direct(house: LegHouse, leg: Reaching, dialog: Dialog): Flow | Hop {
  const { to } = leg, isFlow = 'service' in to, address = addressOf(to)
  if (isFlow && to.transport !== 'udp' && !house.isOpen(to)) { const again = house.trunkWay(leg); if (again) return again }
  if (isFlow && (to.transport !== 'tcp' || house.isOpen(to))) return to                 // a certificate, or a browser, is reached over its connection alone
  const uri = parseUri(dialog.target)
  if (!uri.ok || !sameAddress(uri.value.host, address)) return to
  const port = uri.value.port || (to.transport === 'tls' ? 5061 : 5060)
  return isFlow ? { transport: to.transport, address, port } : to.port === port ? to : { ...to, port }
}

function routed(house: LegHouse, leg: Reaching, first: string, found: (route: Route) => void): Route {
  const uri = parseUri(parseAddress(first)?.uri ?? ''), route: Route = { first, hops: [], waiting: [] }
  leg.route = route
  const before = uri.ok ? ownConnection(house, leg, uri.value) : undefined
  if (before || !uri.ok) { route.hops = before ? [before] : []; route.waiting = undefined; return route }
  const target = targetOf(uri.value, leg.secure)
  let isLater = false
  house.locate(leg, target, (all) => {
    const like = likeTrunk(house, leg), hops = house.through(target.host, addressOf(leg.to), all)
    if (all.length > 0 && hops.length === 0) house.strayed(leg)
    route.hops = [...connectionTo(house, leg, hops), ...like ? hops.map((hop) => ({ ...hop, ...like })) : hops]
    if (isLater && leg.route === route) found(route)
    route.waiting = undefined
  })
  isLater = true
  return route
}

/** A trunk's route leaves from its port, and to who has its certificate, as the INVITE did (R350, R354). */
function likeTrunk(house: LegHouse, leg: Reaching): Partial<Hop> | undefined {
  const way = 'service' in leg.to ? house.trunkWay(leg) : leg.to
  if (!way || (way.trust === undefined && way.localPort === undefined)) return undefined
  const { localPort, name, trust } = way
  return { ...(localPort === undefined ? {} : { localPort }), ...(trust === undefined ? {} : { trust, ...(name === undefined ? {} : { name }) }) }
}

function addressOf(to: Flow | Hop): string { return 'service' in to ? to.remoteAddress : to.address }

/** RFC 3263 4: a host, a port, a transport; what began over TLS goes on over TLS. */
function targetOf(uri: Uri, secure: boolean): Target {
  const transport = uriParam(uri, 'transport')?.toLowerCase()
  return {
    host: uriParam(uri, 'maddr') ?? uri.host, secure: secure || uri.scheme === 'sips',
    ...(uri.port > 0 ? { port: uri.port } : {}), ...(transport === 'udp' || transport === 'tcp' || transport === 'tls' ? { transport } : {}),
  }
}

/** RFC 5923: the first route is who has this connection with us, by its address or its certificate. */
function ownConnection(house: LegHouse, leg: Reaching, { host }: Uri): Flow | undefined {
  const { to } = leg
  if (!('service' in to) || to.transport === 'udp' || !house.isOpen(to)) return undefined
  const names = to.peer ? [to.peer.subject, ...to.peer.names] : []
  return sameAddress(host, to.remoteAddress) || names.includes(host) || to.transport === 'ws' || to.transport === 'wss' ? to : undefined
}

function connectionTo(house: LegHouse, leg: Reaching, hops: readonly Hop[]): Flow[] {
  const { to } = leg
  if (!('service' in to) || to.transport === 'udp' || !house.isOpen(to)) return []
  return hops.some((hop) => hop.transport === to.transport && sameAddress(hop.address, to.remoteAddress)) ? [to] : []
}
