/** The site file of a start: read where it lies, or given as text; on a first start checked before anything is made. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Site } from '../directory/site.ts'
import { services } from '../edge/services.ts'
import { fileReason } from '../kit/error.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
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
  const { reviewFirst } = await import('./siteReview.ts')
  return reviewFirst(given.value.text, file, Date.now())
}

/** The site with a free port for each service that is on and not named in it. */
export function withFreePorts(site: Site): Site {
  const named = new Set(site.objects.filter(({ kind }) => kind === 'service').map(({ key }) => key))
  const free = services.filter((row) => row.provided === true && row.enabledByDefault && !named.has(row.name)).map(({ name }) => ({ kind: 'service' as const, key: name, draft: { port: 0 } }))
  return { ...site, given: new Set([...site.given, 'service' as const]), objects: [...site.objects, ...free] }
}
