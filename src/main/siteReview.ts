/** A site file looked at as the whole configuration that it would make, by rules and ports. Loaded where there is one: a start without needs none of it. */
import { randomBytes } from 'node:crypto'
import { changed, type StoredObject } from '../directory/changes.ts'
import { plan, unsealed } from '../directory/plan.ts'
import { SealKey } from '../directory/seal.ts'
import { readSite, type Site } from '../directory/site.ts'
import { buildSnapshot } from '../directory/snapshot.ts'
import type { Problem } from '../kit/result.ts'
import { review, type ReviewFinding } from '../policy/review.ts'
import { ownObjects } from './ownObjects.ts'
import { bindingPlan, occupiedPorts, serviceNames } from './ports.ts'

/** Errors refuse it; each is told at its place in the file. Secrets need not be sealed yet. */
export function reviewSite(site: Site, objects: readonly StoredObject[], key: SealKey, now: number): { problems: readonly Problem[]; warnings: readonly Problem[] } {
  const snapshot = buildSnapshot(0, objects, key), { errors, warnings } = review(snapshot, { now, portRows: occupiedPorts(snapshot) })
  const told = (items: readonly ReviewFinding[]): Problem[] => items.map(({ kind, key: name, field, code, text, remedy }) => ({ code, text, where: site.placeOf(kind, name, field), remedy }))
  const ports = errors.length > 0 ? undefined : bindingPlan(snapshot)
  return { problems: [...told(errors), ...ports && !ports.ok ? ports.problem : []], warnings: told(warnings) }
}

/** What is wrong with a site file for a system that is new. */
export function reviewFirst(text: string, file: string, now: number): readonly Problem[] {
  const current = ownObjects(), site = readSite(text, file, { current, serviceNames })
  if (!site.ok) return site.problem
  const key = new SealKey(randomBytes(32))
  return reviewSite(site.value, changed(current, unsealed(plan(current, site.value, key))), key, now).problems
}
