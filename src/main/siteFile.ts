/** The site file of a start: read where it lies, or given as text; on a first start checked before anything is made. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { changed, type StoredObject } from '../directory/changes.ts'
import type { SealKey } from '../directory/seal.ts'
import type { Site } from '../directory/site.ts'
import { buildSnapshot } from '../directory/snapshot.ts'
import { services } from '../edge/services.ts'
import { fileReason } from '../kit/error.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import type { ReviewFinding } from '../policy/review.ts'
import { databasePath } from '../store/reader.ts'
import { mainProblem } from './problems.ts'

const maxSite = 16 * 1024 * 1024

/** What a site file says, wherever it comes from. */
export interface SiteText {
  readonly text: string
  /** What faults call it. */
  readonly name: string
  /** Services that it does not name get any free port. */
  readonly freePorts?: boolean | undefined
}

/** Site file text (YAML), or the same as an object: JSON is YAML. */
export type SiteDocument = string | { readonly [list: string]: unknown }

export function textOf(site: SiteDocument): string { return typeof site === 'string' ? site : JSON.stringify(site) }

/** A file's name, or the text itself. */
export type SiteSource = string | SiteText

export function siteText(source: SiteSource): Result<SiteText> {
  if (typeof source !== 'string') return ok(source)
  const read = readSiteFile(source)
  return read.ok ? ok({ text: read.value, name: source }) : read
}

function readSiteFile(file: string): Result<string> {
  try {
    return statSync(file).size > maxSite ? fail(mainProblem('main.siteTooLarge', file)) : ok(readFileSync(file, 'utf8'))
  } catch (error) { return fail(mainProblem('main.siteUnreadable', file, fileReason(error))) }
}

/** A first start that is refused for its site file leaves nothing behind; a later one is checked against what is stored. */
export async function checkFirstSite(dataDir: string, file: string | undefined): Promise<readonly Problem[]> {
  if (file === undefined || existsSync(databasePath(dataDir))) return []
  const given = siteText(file)
  if (!given.ok) return [given.problem]
  const [{ readSite }, { serviceNames }, { ownObjects }, { SealKey }, { plan, unsealed }] = await Promise.all([import('../directory/site.ts'), import('./ports.ts'), import('./ownObjects.ts'), import('../directory/seal.ts'), import('../directory/plan.ts')])
  const current = ownObjects(), site = readSite(given.value.text, file, { current, serviceNames })
  if (!site.ok) return site.problem
  const key = new SealKey(randomBytes(32))
  return (await reviewSite(site.value, changed(current, unsealed(plan(current, site.value, key))), key, Date.now())).problems
}

/** What rules and ports say of the configuration that a site file would make; secrets need not be sealed yet. */
export async function reviewSite(site: Site, objects: readonly StoredObject[], key: SealKey, now: number): Promise<{ problems: readonly Problem[]; warnings: readonly Problem[] }> {
  const [{ review }, { bindingPlan, occupiedPorts }] = await Promise.all([import('../policy/review.ts'), import('./ports.ts')])
  const snapshot = buildSnapshot(0, objects, key), { errors, warnings } = review(snapshot, { now, portRows: occupiedPorts(snapshot) })
  const told = (items: readonly ReviewFinding[]): Problem[] => items.map(({ kind, key: name, field, code, text, remedy }) => ({ code, text, where: site.placeOf(kind, name, field), remedy }))
  const ports = errors.length > 0 ? undefined : bindingPlan(snapshot)
  return { problems: [...told(errors), ...ports && !ports.ok ? ports.problem : []], warnings: told(warnings) }
}

/** The site with a free port for each service that is on and not named in it. */
export function withFreePorts(site: Site): Site {
  const named = new Set(site.objects.filter(({ kind }) => kind === 'service').map(({ key }) => key))
  const free = services.filter((row) => row.provided === true && row.enabledByDefault && !named.has(row.name)).map(({ name }) => ({ kind: 'service' as const, key: name, draft: { port: 0 } }))
  return { ...site, given: new Set([...site.given, 'service' as const]), objects: [...site.objects, ...free] }
}
