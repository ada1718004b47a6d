/** Everything that must be right before a port is opened: the data directory, the database, the keys, the site file, the picture. */
import { existsSync, statSync } from 'node:fs'
import { type Change, changed, inverse, type StoredObject } from '../directory/changes.ts'
import { buildSnapshot, checkSeals, type Snapshot } from '../directory/snapshot.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { databasePath, openReader, type Reader } from '../store/reader.ts'
import type { Store } from '../store/store.ts'
import { type Keys, openKeys, sealKeyFile } from './keys.ts'
import { lackingObjects, ownSet } from './ownObjects.ts'
import { mainProblem } from './problems.ts'
import { type SiteSource, siteText, withFreePorts } from './siteFile.ts'

export interface PrepareOptions {
  readonly dataDir: string
  readonly site?: SiteSource | undefined
  /** Check every page of the database; by default after a stop that was none. */
  readonly verify?: boolean | undefined
  readonly now: number
}

export interface Prepared {
  readonly store: Reader
  readonly keys: Keys
  readonly rev: number
  readonly objects: readonly StoredObject[]
  readonly snapshot: Snapshot
  readonly warnings: readonly Problem[]
  /** What the site file changed is as it was before: for a system that cannot open under it. */
  readonly takeBack: () => void
}

export async function prepare(options: PrepareOptions): Promise<Result<Prepared, readonly Problem[]>> {
  const lost = lostDatabase(options.dataDir)
  if (lost) return fail([lost])
  const quick = options.site === undefined ? openReader(options.dataDir, options.verify === false) : undefined
  if (quick) {
    const ready = await prepareOn(quick, options)
    if (ready !== 'older') return ready
  }
  const opened = await openWhole(options)
  return opened.ok ? await prepareOn(opened.value, options) as Result<Prepared, readonly Problem[]> : fail([opened.problem])
}

/** The store is closed where nothing came of it. `older`: something has to be written first, and this reader cannot. */
async function prepareOn(store: Reader | Store, options: PrepareOptions): Promise<Result<Prepared, readonly Problem[]> | 'older'> {
  const ready = await prepareWith(store, options)
  if (ready === 'older' || !ready.ok) await store.close()
  return ready
}

/** A first start is one where neither the database nor the key that seals its secrets is there: a key alone tells of a loss. */
function lostDatabase(dataDir: string): Problem | undefined {
  const file = databasePath(dataDir), size = (name: string) => statSync(name, { throwIfNoEntry: false })?.size ?? 0
  const isThere = size(file) > 0 || size(`${file}-wal`) > 0
  return isThere || !existsSync(sealKeyFile(dataDir)) ? undefined : mainProblem('main.databaseLost', file)
}

/** The first start, one after a stop that was none, one with a site file: the store with everything that it can. */
async function openWhole({ dataDir, verify }: PrepareOptions): Promise<Result<Store>> {
  const { openStore } = await import('../store/open.ts')
  return openStore(dataDir, { verify })
}

async function prepareWith(store: Reader | Store, options: PrepareOptions): Promise<Result<Prepared, readonly Problem[]> | 'older'> {
  const loaded = load(store)
  if (!loaded.ok) return fail([loaded.problem])
  const lacking = lackingObjects(loaded.value.objects)
  if (lacking.length > 0 && !('records' in store)) return 'older'
  const stored = lacking.length > 0 && 'records' in store ? complete(store, loaded.value, lacking, options.now) : loaded
  if (!stored.ok) return fail([stored.problem])
  const keys = openKeys(options.dataDir, stored.value.objects)
  if (!keys.ok) return fail([keys.problem])
  const unsealable = checkSeals(stored.value.objects, keys.value.seal)
  if (unsealable) return fail([unsealable])
  const site = options.site === undefined || !('records' in store) ? ok<Applied>({ configuration: stored.value, warnings: [], takeBack: () => {} }) : await applySite(store, keys.value, stored.value, options.site, options.now)
  if (!site.ok) return site
  const { rev, objects } = site.value.configuration
  return ok({ store, keys: keys.value, rev, objects, snapshot: buildSnapshot(rev, objects, keys.value.seal), warnings: site.value.warnings, takeBack: site.value.takeBack })
}

interface Loaded { readonly rev: number; readonly objects: StoredObject[] }

interface Applied { readonly configuration: Loaded; readonly warnings: readonly Problem[]; readonly takeBack: () => void }

/** The store throws its own problems where an interface has no room for them. */
function load(store: Reader): Result<Loaded> {
  try { return ok(store.configuration.load()) } catch (error) {
    const problem = (error as { problem?: Problem }).problem
    if (!problem) throw error
    return fail(problem)
  }
}

function complete(store: Store, { rev, objects }: Loaded, lacking: readonly Change[], now: number): Result<Loaded> {
  const done = store.configuration.apply(ownSet(lacking, now), rev)
  return done.ok ? ok({ rev: done.value.rev, objects: changed(objects, lacking, done.value.rev) }) : done
}

async function applySite(store: Store, { seal }: Keys, { rev, objects }: Loaded, source: SiteSource, now: number): Promise<Result<Applied, readonly Problem[]>> {
  const given = siteText(source)
  if (!given.ok) return fail([given.problem])
  // a start without a site file needs neither YAML nor argon2
  const [{ readSite }, { carryOut, plan, unsealed }, { serviceNames }, { reviewSite }] = await Promise.all([import('../directory/site.ts'), import('../directory/plan.ts'), import('./ports.ts'), import('./siteReview.ts')])
  const { text, name, freePorts } = given.value
  const site = readSite(text, name, { current: objects, serviceNames })
  if (!site.ok) return site
  const planned = plan(objects, freePorts ? withFreePorts(site.value) : site.value, seal)
  const reviewed = reviewSite(site.value, changed(objects, unsealed(planned)), seal, now), warnings = [...site.value.warnings, ...reviewed.warnings]
  if (reviewed.problems.length > 0) return fail(reviewed.problems)
  const set = await carryOut(planned, seal, { by: 'owner', at: now, via: 'start' })
  if (set.changes.length === 0) return ok({ configuration: { rev, objects }, warnings, takeBack: () => {} })
  const done = store.configuration.apply(set, rev)
  if (!done.ok) return fail([done.problem])
  const written = done.value.rev, takeBack = (): void => { store.configuration.apply(inverse(set, written, 'system', now, 'The system could not open under it'), written) }
  return ok({ configuration: { rev: written, objects: changed(objects, set.changes, written) }, warnings, takeBack })
}
