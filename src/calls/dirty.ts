/**
 * What the disk does not know yet of the bindings: written behind in batches.
 *
 * Security   no longer than the table and what of it is on disk: a binding that was never written leaves no trace
 */
import type { Millis } from '../kit/machine.ts'
import type { BoundContact } from '../wire/sip/registrar.ts'
import { type BindingKey, type BindingRow, keyOf, toRow } from './binding.ts'
import type { Stored } from './stored.ts'

export interface Dirty {
  readonly changed: Set<Stored>
  /** Rows to be taken away, by line and key. */
  readonly gone: Map<string, BindingKey>
}

/** For one transaction: first `gone`, then `saved`. */
export interface Batch { readonly saved: readonly BindingRow[]; readonly gone: readonly BindingKey[] }

export function newDirty(): Dirty { return { changed: new Set(), gone: new Map() } }

function nameOf({ aor, key }: BindingKey): string { return `${aor} ${key}` }

export function noteChange(dirty: Dirty, binding: Stored): void { dirty.changed.add(binding) }

/** A contact written in another way has another key: the old row goes. */
export function noteKeyChange(dirty: Dirty, binding: Stored, asked: BoundContact): void {
  if (binding.regId > 0 || binding.contact === asked.contact || binding.savedUntil === 0) return
  noteGone(dirty, { aor: binding.line, key: keyOf(binding) })
}

export function noteGone(dirty: Dirty, key: BindingKey): void { dirty.gone.set(nameOf(key), key) }

/** The binding is no more. A row that has expired is nobody's any more: the store sweeps those itself. */
export function forgetWritten(dirty: Dirty, binding: Stored, now: Millis): void {
  dirty.changed.delete(binding)
  if (binding.savedUntil > now) noteGone(dirty, { aor: binding.line, key: keyOf(binding) })
}

export function isDirty(dirty: Dirty): boolean { return dirty.changed.size > 0 || dirty.gone.size > 0 }

/** The next batch, at most `most` rows; the rows in it count as written from now on (else: giveBack in locations.ts). Batches are to be written in order. */
export function takeDirty(dirty: Dirty, most: number): Batch {
  const gone: BindingKey[] = [], saved: BindingRow[] = []
  for (const [name, key] of dirty.gone) {
    if (gone.length >= most) break
    dirty.gone.delete(name)
    gone.push(key)
  }
  for (const binding of dirty.changed) {
    if (gone.length + saved.length >= most || dirty.gone.size > 0) break   // what is saved must not be taken away by a later batch
    dirty.changed.delete(binding)
    binding.savedUntil = binding.expiresAt
    saved.push(toRow(binding))
  }
  return { saved, gone }
}
