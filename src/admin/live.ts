/** What the call process tells of the moment: plain data, asked for over its socket. */
import type { Problem } from '../kit/result.ts'

export interface BoundPort {
  readonly name: string
  readonly transport: string
  readonly address: string
  readonly port: number
  /** Account of the operating system under which its process runs. */
  readonly account?: string | undefined
}

export interface LiveRegistration {
  readonly line: string
  readonly phone: string
  readonly contact: string
  readonly transport: string
  readonly source: string
  readonly service: string
  /** Seconds. */
  readonly expiresIn: number
  readonly reachable: boolean
  readonly path: string
}

export interface LiveDestination {
  readonly address: string
  readonly port: number
  readonly transport: string
  readonly up: boolean
  /** It has answered, or has been found silent; false before, and where nobody asks it. */
  readonly known: boolean
  /** Why it is down, '' while it is up. */
  readonly reason: string
  /** Since when, epoch ms. */
  readonly since: number
  /** Addresses that a name stands for. */
  readonly resolved: readonly string[]
}

export interface LiveTrunk {
  readonly name: string
  readonly securityProfile: string
  readonly mode: string
  readonly incomingPort: number
  readonly inService: boolean
  readonly reason: string
  readonly calls: number
  /** Absent where the trunk does not register. */
  readonly registration?: { readonly state: string; readonly reason: string; /** Epoch ms; 0 before the first. */ readonly until: number } | undefined
  readonly destinations: readonly LiveDestination[]
}

export interface LiveLeg {
  readonly phone: string
  readonly line: string
  readonly side: 'in' | 'out'
  readonly transport: string
  readonly state: string
  readonly security: string
  /** Of its SIP dialog. */
  readonly callId: string
}

export interface LiveCall {
  readonly id: string
  readonly state: string
  readonly from: string
  readonly to: string
  readonly startedAt: number
  readonly answeredAt?: number | undefined
  readonly held: boolean
  readonly security: string
  /** Why the call is not encrypted; absent where it is. */
  readonly why?: string | undefined
  readonly legs: readonly LiveLeg[]
}

/** One message of a ladder, keys and credentials taken out. */
export interface LadderRung { readonly at: number; readonly direction: 'in' | 'out'; readonly transport: string; readonly peer: string; readonly text: string }

export interface TailEvent {
  readonly event: 'started' | 'answered' | 'ended'
  readonly at: number
  readonly call: string
  readonly from: string
  readonly to: string
  readonly security?: string | undefined
  readonly ending?: string | undefined
  readonly status?: number | undefined
}

/** Rows of one answer: a long table is asked for piece by piece, so that calls go on in between. */
export const livePage = 500

export type LiveRequest =
  | { readonly ask: 'ports' }
  | { readonly ask: 'registrations'; readonly skip: number }
  | { readonly ask: 'calls'; readonly skip: number }
  | { readonly ask: 'call'; readonly id: string }
  | { readonly ask: 'trunks'; readonly skip: number }
  /** Messages of the dialogs in which these tags of ours stand: ids of the legs of a record. */
  | { readonly ask: 'ladder'; readonly legs: readonly string[] }
  /** Which of these lines can be reached now, and how many calls each has. */
  | { readonly ask: 'lines'; readonly lines: readonly string[] }
  | { readonly ask: 'reading' }
  | { readonly ask: 'revision' }
  /** Who is trusted has changed: certificates are read again. */
  | { readonly ask: 'retrust' }
  | { readonly ask: 'reload' }
  | { readonly ask: 'tail'; readonly after: number }

export interface LiveAnswers {
  readonly ports: readonly BoundPort[]
  readonly registrations: { readonly total: number; readonly rows: readonly LiveRegistration[] }
  readonly calls: { readonly total: number; readonly rows: readonly LiveCall[] }
  readonly call: { readonly call: LiveCall | undefined; readonly rungs: readonly LadderRung[] }
  readonly trunks: { readonly total: number; readonly rows: readonly LiveTrunk[] }
  readonly ladder: readonly LadderRung[]
  readonly lines: Readonly<Record<string, { readonly reachable: boolean; readonly calls: number }>>
  readonly reading: unknown
  /** Of the configuration in use. */
  readonly revision: number
  readonly retrust: readonly Problem[]
  /** Problems: what could not be opened; the former configuration stays in use then. */
  readonly reload: { readonly rev: number; readonly problems: readonly Problem[] }
  readonly tail: { readonly last: number; readonly events: readonly TailEvent[] }
}
export type LiveAnswer<R extends LiveRequest> = LiveAnswers[R['ask']]
