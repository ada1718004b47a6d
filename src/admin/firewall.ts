/**
 * `ringfort show firewall`: the rules that belong in the kernel, made from the port table; root loads them with `nft -f -`.
 *
 * Standards  R051, R425
 * Security   the system itself needs no privilege for it; known sources are those of the directory and of registrations, never of a mere request
 */
import { ok, type Result } from '../kit/result.ts'
import type { Answer, Command, Options } from './commands.ts'
import type { House } from './house.ts'
import { type LiveRegistration, livePage } from './live.ts'
import { numberOf } from './show.ts'

export const firewallCommands: readonly Command[] = [
  { name: 'show firewall', about: 'Rules for nft, made from the port table; with --known the addresses of phones alone.', who: 'owner',
    options: [
      { name: 'known', about: 'Only the set of known sources, to be loaded every few minutes.', takes: 'nothing' },
      { name: 'strangers', about: 'Datagrams a second of all strangers together; only where --known is loaded regularly.', takes: 'number' },
    ], run: firewall },
]

async function firewall(house: House, { known, strangers }: Options): Promise<Result<Answer>> {
  const addresses = await knownSources(house)
  if (!addresses.ok) return addresses
  const text = known === true ? house.firewall.known(addresses.value) : house.firewall.rules(addresses.value, strangers === undefined ? undefined : numberOf(strangers, 1))
  return ok({ document: { nft: text, known: addresses.value }, text })
}

/** What the kernel's set holds. */
const mostKnown = 65_536

async function knownSources(house: House): Promise<Result<readonly string[]>> {
  const found = new Set<string>()
  for (const { address } of house.snapshot().phones.values()) if (address !== undefined) found.add(addressOf(address))
  for (let skip = 0; found.size < mostKnown;) {
    const page = await house.live({ ask: 'registrations', skip })
    if (!page.ok) return page
    for (const { source } of page.value.rows as readonly LiveRegistration[]) found.add(addressOf(source))
    skip += page.value.rows.length
    if (page.value.rows.length < livePage) break
  }
  return ok([...found].slice(0, mostKnown))
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`, or the address alone. */
function addressOf(source: string): string {
  if (source.startsWith('[')) return source.slice(1, source.indexOf(']'))
  return source.split(':').length === 2 ? source.slice(0, source.indexOf(':')) : source
}
