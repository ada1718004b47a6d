/** What the processes count, as plain data: taken in the call process, shown by the desk. */
export interface Reading {
  /** Milliseconds since the process began. */
  readonly uptime: number
  readonly rev: number
  readonly registrations: { readonly bound: number; readonly lines: number; readonly totals: Readonly<Record<string, number>> }
  readonly calls: { readonly active: number; readonly started: number; readonly answered: number; readonly ended: number; readonly refused: number }
  readonly requests: Readonly<Record<string, number>>
  readonly malformed: Readonly<Record<string, number>>
  readonly challenged: number
  readonly wrongPasswords: number
  readonly locked: number
  /** Who came to a port of trunks and is none of them: by address, by certificate. */
  readonly unknown: { readonly source: number; readonly subject: number }
  readonly shed: number
  readonly transactions: number
  readonly legs: number
  /** Octets of SIP that came and went. */
  readonly octets: { readonly in: number; readonly out: number }
  /** Numbers of the guard's report, and its state in words. */
  readonly guard: Readonly<Record<string, number>>
  readonly overload: string
  /** Milliseconds since the last reading began: how late the loop was. */
  readonly loopDelay: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly memory: { readonly resident: number; readonly heap: number }
  readonly store: { readonly bindings: number; readonly records: number; readonly lostBindings: number; readonly lostRecords: number; readonly failing: string | undefined; readonly damaged?: boolean | undefined }
  readonly engineFailures: number
  readonly logLost: number
  /** When the server certificate ends, epoch ms; undefined without TLS. */
  readonly certificateEnds: number | undefined
}
