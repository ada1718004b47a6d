/** Who dials, as policies see them. */
import type { LinePicture, PhonePicture, TrunkPicture } from '../../directory/picture.ts'
import type { Snapshot } from '../../directory/snapshot.ts'

/** Who dials, or in whose name a call goes on. `origin`: the trunk that the caller came by; `calling`: the caller's number where it is another's. */
export type Dialler =
  | {
    readonly is: 'line'; readonly line: LinePicture; readonly phone?: PhonePicture | undefined
    /** The line forwards; the line transfers. */
    readonly forwarding?: boolean | undefined; readonly transfer?: boolean | undefined
    /** Counts in place of the user's: a drill asks as anybody. */
    readonly classOfService?: string | undefined
    readonly origin?: TrunkPicture | undefined; readonly calling?: string | undefined
  }
  | { readonly is: 'trunk'; readonly trunk: TrunkPicture; readonly use: 'inbound' | 'rerouting' | 'refer'; readonly transfer?: boolean | undefined; readonly origin?: TrunkPicture | undefined; readonly calling?: string | undefined }

/** `1001`, `alice`, `trunk carrier`. */
export function diallerNamed(snapshot: Snapshot, name: string): Dialler | undefined {
  if (name.startsWith('trunk ')) {
    const trunk = snapshot.trunks.get(name.slice('trunk '.length))
    return trunk && { is: 'trunk', trunk, use: 'inbound' }
  }
  const line = snapshot.numberOrUser(name)
  return line.is === 'line' ? { is: 'line', line, phone: snapshot.phonesOfLine(line.number)[0] } : undefined
}
