/** The site file of a start: read where it lies; on a first start checked before anything is made. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceOverride } from '../edge/bindings.ts'
import { errorCode } from '../kit/error.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { mainProblem } from './problems.ts'

const maxSite = 16 * 1024 * 1024

export function readSiteFile(file: string): Result<string> {
  try {
    return statSync(file).size > maxSite ? fail(mainProblem('main.siteTooLarge', file)) : ok(readFileSync(file, 'utf8'))
  } catch (error) { return fail(mainProblem('main.siteUnreadable', file, errorCode(error))) }
}

/** A first start that is refused for its site file leaves nothing behind; a later one is checked against what is stored. */
export async function checkFirstSite(dataDir: string, file: string | undefined): Promise<readonly Problem[]> {
  if (file === undefined || existsSync(join(dataDir, 'ringfort.db'))) return []
  const text = readSiteFile(file)
  if (!text.ok) return [text.problem]
  const [{ readSite }, { planBindings }, { serviceNames }] = await Promise.all([import('../directory/site.ts'), import('../edge/bindings.ts'), import('./ports.ts')])
  const site = readSite(text.value, file, { current: [], serviceNames })
  if (!site.ok) return site.problem
  const ports = planBindings({ services: Object.fromEntries(site.value.objects.filter(({ kind }) => kind === 'service').map(({ key, draft }) => [key, draft as ServiceOverride])) })
  return ports.ok ? [] : ports.problem
}
