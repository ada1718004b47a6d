/** The configuration that the call process uses, as the desk knows it: what is stored, without what is saved and waits. Standards R321 */
import { changed, type ChangeSet, inverse, type Kind, type StoredObject } from '../directory/changes.ts'
import type { SealKey } from '../directory/seal.ts'
import { buildSnapshot, type Snapshot } from '../directory/snapshot.ts'
import type { Configuration } from '../store/store.ts'

export interface InUse {
  /** The last revision where nobody has said otherwise. */
  readonly rev: () => number
  /** The call process said which it is. */
  readonly learn: (rev: number) => void
  readonly waiting: () => { rev: number; set: ChangeSet }[]
  /** Pictures of it, or of these kinds of it; built again when it has changed. */
  readonly pictures: (kinds?: readonly Kind[]) => () => Snapshot
}

export function inUseOf(configuration: Configuration, key: SealKey): InUse {
  let told: number | undefined
  const rev = (): number => Math.min(told ?? Number.POSITIVE_INFINITY, configuration.rev())
  const waiting = (): { rev: number; set: ChangeSet }[] => setsAfter(configuration, rev())
  return {
    rev, waiting, learn: (now) => { told = now },
    pictures: (kinds) => {
      let known: Snapshot | undefined
      return () => known?.rev === rev() ? known : known = buildSnapshot(rev(), withoutWaiting(configuration.load(kinds).objects, waiting(), kinds), key)
    },
  }
}

function setsAfter(configuration: Configuration, rev: number): { rev: number; set: ChangeSet }[] {
  const sets: { rev: number; set: ChangeSet }[] = []
  for (let from = rev; from < configuration.rev();) {
    const page = configuration.changesSince(from)
    if (page.length === 0) break
    sets.push(...page)
    from = page.at(-1)!.rev
  }
  return sets
}

/** The last one is taken back first. */
function withoutWaiting(objects: readonly StoredObject[], sets: readonly { rev: number; set: ChangeSet }[], kinds: readonly Kind[] | undefined): readonly StoredObject[] {
  return sets.reduceRight<readonly StoredObject[]>((all, { rev, set }) => {
    const { changes } = inverse(set, rev, '', 0)
    return changed(all, kinds ? changes.filter(({ kind }) => kinds.includes(kind)) : changes)
  }, objects)
}
