/**
 * The class of service that a call counts for: of the user whose line it is, else the one for everybody else; and where that is said.
 *
 * Standards  R125; issue of toll control: international and premium are closed until opened
 */
import type { ClassOfServicePicture } from '../../directory/picture.ts'
import type { Limits } from '../../directory/limits.ts'
import type { Snapshot } from '../../directory/snapshot.ts'
import type { Dialler } from '../dialling/resolve.ts'

export interface Service {
  /** Undefined: none is named, or the one named is not there; then everything that costs is closed. */
  readonly is: ClassOfServicePicture | undefined
  /** Where it is named. */
  readonly object: string
  readonly transferTable: string
}

export function serviceOf(snapshot: Snapshot, who: Dialler): Service {
  const userId = userOf(who), own = who.is === 'line' && who.classOfService !== undefined ? who.classOfService : userId === undefined ? undefined : snapshot.users.get(userId)?.classOfService
  const name = own ?? snapshot.tollControl.classOfService, is = name === undefined ? undefined : snapshot.classesOfService.get(name)
  return { is, object: own === undefined ? 'tollControl' : `users[${userId}]`, transferTable: is?.transferTable ?? 'Default Transfer' }
}

/** Who pays: the user of the line that dials, forwards or transfers. */
export function userOf(who: Dialler): string | undefined { return who.is === 'line' ? who.line.user ?? who.phone?.user : undefined }

/** Something that is counted: a user, a line of nobody, a trunk; and how much it may. */
export interface Counted { readonly key: string; readonly object: string; readonly limits: Limits }

/** What a call out counts for: who dials, the trunk that the caller came by, and the one that it leaves by. */
export function countedFor(snapshot: Snapshot, who: Dialler, trunk: string): Counted[] {
  const { is } = serviceOf(snapshot, who), found: Counted[] = []
  if (who.is === 'line' && is?.limits) {
    const user = userOf(who), name = user === undefined ? `lines[${who.line.number}]` : `users[${user}]`
    found.push({ key: name, object: `classesOfService[${is.name}]`, limits: is.limits })
  }
  const limits = snapshot.trunks.get(trunk)?.limits
  if (limits) found.push({ key: `trunks[${trunk}]`, object: `trunks[${trunk}]`, limits })
  return found
}
