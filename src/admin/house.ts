/** What commands need of the system around them: handed in by main, small, and no more than is used. */
import type { AuditQuery, AuditRow, ChangeSet, ConfigurationStore, StoredObject } from '../directory/changes.ts'
import type { SealKey } from '../directory/seal.ts'
import type { Snapshot } from '../directory/snapshot.ts'
import type { CertificateRow } from '../kit/certificate.ts'
import type { Problem, Result } from '../kit/result.ts'
import type { OccupiedPort } from '../policy/trunk/sharing.ts'
import type { BoundPort, LiveAnswer, LiveRequest } from './live.ts'

export interface Configuration extends ConfigurationStore {
  audit(query: AuditQuery): AuditRow[]
  changeSet(rev: number): ChangeSet | undefined
  /** The whole history is as it was written: place and hash of its last row; else what does not fit. Linear in all rows. */
  verifyAudit(): Result<{ readonly id: number; readonly hash: string }>
}

/** The least of a call record that is shown; legs as the calls room wrote them. */
export interface StoredCall {
  readonly id: string
  readonly startedAt: number
  readonly answeredAt?: number | undefined
  readonly endedAt: number
  readonly from: string
  readonly to: string
  readonly ending: string
  readonly security: string
  readonly legs: readonly unknown[]
}

/** What somebody tried and was kept from. */
export interface IncidentRow { readonly id: string; readonly at: number; readonly what: string; readonly who: string; readonly detail: Readonly<Record<string, unknown>> }

export interface IncidentStore {
  list(query: { limit?: number | undefined; what?: string | undefined }): Promise<Result<IncidentRow[]>>
  verify(): Promise<Result<{ rows: number; hash: string }>>
}

export interface RecordStore {
  find(id: string): Promise<Result<StoredCall | undefined>>
  list(query: { limit?: number | undefined; party?: string | undefined }): Promise<Result<StoredCall[]>>
}

/** A row of the port table, as far as it is shown. */
export interface PortRow {
  readonly name: string
  readonly purpose: string
  readonly process: string
  readonly port: number
  readonly lastPort?: number | undefined
  readonly transports: readonly string[]
  readonly reach: string
  readonly tls: string
  readonly enabled: boolean
  /** Why there is no listener, where there can be none. */
  readonly notProvided?: string | undefined
}

/** What is said to a method outside a dialog. */
export interface MethodRow {
  /** Who may send it: anybody, a phone that has proved who it is, or nobody. */
  readonly who: 'anybody' | 'phone' | 'nobody'
  /** What it is refused with, whoever sends it (a phone after its proof); without a status it is not answered. */
  readonly refusal?: { readonly status?: number; readonly because: string } | undefined
}

export interface House {
  readonly now: () => number
  readonly version: { readonly ringfort: string; readonly node: string }
  readonly dataDir: string
  readonly key: SealKey
  readonly configuration: Configuration
  readonly records: RecordStore
  readonly incidents: IncidentStore
  /** Asks the call process; fails where it does not answer in time. */
  readonly live: <R extends LiveRequest>(request: R) => Promise<Result<LiveAnswer<R>>>
  /** Ports that this process has bound itself. */
  readonly ownPorts: () => readonly BoundPort[]
  /** Of the configuration in use. */
  readonly snapshot: () => Snapshot
  /** The same of the system, its services and its trunks alone: all that listeners are made of, however great the rest is. */
  readonly doors: () => Snapshot
  readonly portTable: (snapshot: Snapshot) => readonly PortRow[]
  readonly serviceNames: readonly string[]
  /** The method table of call control. */
  readonly methods: () => Promise<ReadonlyMap<string, MethodRow>>
  /** Learns which revision the call process uses. */
  readonly synchronise: () => Promise<void>
  /** The revision in use: the last that is stored, unless something is saved and waits. */
  readonly inUse: () => number
  /** What is saved and not in use, oldest first. */
  readonly waiting: () => readonly { readonly rev: number; readonly set: ChangeSet }[]
  /** Ports of services that are on. */
  readonly occupied: (snapshot: Snapshot) => readonly OccupiedPort[]
  /** What would be wrong with the listeners of this configuration. */
  readonly checkPorts: (objects: readonly StoredObject[]) => { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }
  /** Text for nft: our whole table, or the set of known sources alone. */
  readonly firewall: { readonly rules: (known: readonly string[], strangers: number | undefined) => string; readonly known: (known: readonly string[]) => string }
  readonly certificates: () => readonly CertificateRow[]
  /** `peer`: server as well as client (RFC 5280 4.2.1.12), for who is called over TLS. */
  readonly issueCertificate: (name: string, folder: string, kind: 'device' | 'peer') => Promise<Result<readonly string[]>>
  /** Its name in the certificate. */
  readonly trustAuthority: (name: string, pem: string) => Promise<Result<string>>
  /** False where there is none of this name. */
  readonly untrustAuthority: (name: string) => Promise<Result<boolean>>
  /** The configuration was written: every process takes it over. Problems: it could not be used, and the former one still is. */
  readonly changed: () => Promise<readonly Problem[]>
  /** Requirements and their text; undefined where the list is not part of this installation. */
  readonly requirements: () => readonly Readonly<Record<string, unknown>>[] | undefined
}
