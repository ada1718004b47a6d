/** The trunks of the moment, by name: asked for page by page. Nothing where the call process does not answer. */
import type { House } from './house.ts'
import { livePage, type LiveTrunk } from './live.ts'

/** Pages that are asked for. */
const maxPages = 200

export async function liveTrunks(house: Pick<House, 'live'>): Promise<ReadonlyMap<string, LiveTrunk>> {
  const found = new Map<string, LiveTrunk>()
  for (let page = 0; page < maxPages; page++) {
    const live = await house.live({ ask: 'trunks', skip: page * livePage })
    if (!live.ok) break
    for (const trunk of live.value.rows) found.set(trunk.name, trunk)
    if ((page + 1) * livePage >= live.value.total) break
  }
  return found
}
