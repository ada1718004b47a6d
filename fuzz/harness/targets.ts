/** Finds the targets: what the modules of fuzz/ export and looks like one. */
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { FuzzTarget } from '../target.ts'

const folder = resolve(import.meta.dirname, '..')

/** Every target whose name begins so; all for ''. */
export async function findTargets(prefix: string): Promise<FuzzTarget[]> {
  const files = globSync('*.ts', { cwd: folder }).filter((file) => file !== 'run.ts' && file !== 'target.ts').sort()
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(resolve(folder, file)).href) as Promise<Record<string, unknown>>))
  return modules.flatMap((module) => Object.values(module)).flat().filter(isTarget).filter(({ name }) => name.startsWith(prefix))
}

function isTarget(value: unknown): value is FuzzTarget {
  return typeof value === 'object' && value !== null && 'name' in value && 'seeds' in value && 'run' in value && typeof value.run === 'function'
}
