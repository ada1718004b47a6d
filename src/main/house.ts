/** The system as commands see it, made of the desk's own store and what the call process answers. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { House } from '../admin/house.ts'
import type { BoundPort } from '../admin/live.ts'
import type { Kind, StoredObject } from '../directory/changes.ts'
import type { SealKey } from '../directory/seal.ts'
import { buildSnapshot, type Snapshot } from '../directory/snapshot.ts'
import { fail, ok, type Problem } from '../kit/result.ts'
import type { Log } from '../ops/log.ts'
import type { Store } from '../store/store.ts'
import type { Binding } from '../edge/bindings.ts'
import { firewallRules, knownRules } from '../edge/firewall.ts'
import { certificates, issue, writeIssued } from '../edge/authority.ts'
import { commonName } from '../edge/tls.ts'
import { trust, untrust } from '../edge/trusted.ts'
import type { Live } from './desk.ts'
import { inUseOf } from './inUse.ts'
import { pkiDirectory } from './keys.ts'
import { methodTable } from './methods.ts'
import { bindingPlan, occupiedPorts, portTable, serviceNames } from './ports.ts'
import { monotonicNow } from './parts.ts'
import { ownVersion } from './version.ts'

export interface DeskHouse extends House {
  readonly bound: BoundPort[]
  /** What the desk itself has to take over after a change. */
  alsoChanged: () => Promise<readonly Problem[]>
}

interface Around { readonly dataDir: string; readonly store: Store; readonly key: SealKey; readonly live: Live; readonly log: Log }

/** All that listeners are made of. */
const doorKinds: readonly Kind[] = ['system', 'service', 'trunk', 'trunkProfile']

const root = resolve(import.meta.dirname, '../..')

export function deskHouse({ dataDir, store, key, live, log }: Around): DeskHouse {
  const { configuration, records, incidents } = store, bound: BoundPort[] = [], inUse = inUseOf(configuration, key)
  let isSure = false
  const house: DeskHouse = {
    now: monotonicNow, version: { ringfort: ownVersion(), node: process.versions.node }, dataDir, key, configuration, records, incidents, live, bound,
    ownPorts: () => bound, snapshot: inUse.pictures(), doors: inUse.pictures(doorKinds), portTable, serviceNames, methods: methodTable,
    synchronise: async () => {
      if (inUse.rev() === configuration.rev() && isSure) return
      const said = await live({ ask: 'revision' })
      if (said.ok) inUse.learn(said.value)
      isSure = said.ok
    },
    inUse: inUse.rev, waiting: inUse.waiting, occupied: occupiedPorts, checkPorts: (objects) => checkPorts(objects, key),
    firewall: { known: knownRules, rules: (known, strangersTogether) => firewallRules(bindings(house.doors()), { known, strangersTogether }) },
    certificates: () => certificates(pkiDirectory(dataDir)), issueCertificate: (name, folder, kind) => issueTo(dataDir, name, folder, kind),
    ...trustIn(dataDir, live),
    changed: async () => {
      const done = await live({ ask: 'reload' })
      if (!done.ok) log.problem('error', done.problem)
      if (done.ok) inUse.learn(done.value.rev)
      const problems = done.ok ? done.value.problems : []   // written; a call process that does not answer now reads it when it comes back
      return problems.length > 0 ? problems : house.alsoChanged()
    },
    requirements: () => requirements(), alsoChanged: async () => [],
  }
  return house
}

function checkPorts(objects: readonly StoredObject[], key: SealKey): ReturnType<House['checkPorts']> {
  const plan = bindingPlan(buildSnapshot(0, objects.filter(({ kind }) => doorKinds.includes(kind)), key))
  return plan.ok ? { problems: [], warnings: plan.value.warnings } : { problems: plan.problem, warnings: [] }
}

function bindings(snapshot: Snapshot): readonly Binding[] {
  const plan = bindingPlan(snapshot)
  return plan.ok ? plan.value.bindings : []          // a configuration that cannot be bound was refused when it was applied
}

/** What is written is told to the process that answers for calls. */
function trustIn(dataDir: string, live: Live): Pick<House, 'trustAuthority' | 'untrustAuthority'> {
  const tell = async (): Promise<Problem | undefined> => { const done = await live({ ask: 'retrust' }); return done.ok ? done.value[0] : done.problem }
  return {
    trustAuthority: async (name, pem) => {
      const trusted = trust(pkiDirectory(dataDir), name, pem, monotonicNow())
      if (!trusted.ok) return trusted
      const problem = await tell()
      return problem ? fail(problem) : ok(commonName(trusted.value) || trusted.value.subject.replaceAll('\n', ', '))
    },
    untrustAuthority: async (name) => {
      const was = untrust(pkiDirectory(dataDir), name), problem = was ? await tell() : undefined
      return problem ? fail(problem) : ok(was)
    },
  }
}

async function issueTo(dataDir: string, name: string, folder: string, kind: 'device' | 'peer'): ReturnType<House['issueCertificate']> {
  const issued = await issue(pkiDirectory(dataDir), name, kind, monotonicNow())
  return issued.ok ? writeIssued(resolve(folder), name, issued.value) : issued
}

/** docs/requirements.json; what the tests show of it is found by `npm run trace`. */
function requirements(): readonly Readonly<Record<string, unknown>>[] | undefined {
  const file = join(root, 'docs/requirements.json')
  if (!existsSync(file)) return undefined
  const read = JSON.parse(readFileSync(file, 'utf8')) as unknown
  const rows = Array.isArray(read) ? read : Object.entries(read as object).map(([id, of]) => ({ id, ...(typeof of === 'object' ? of : { text: String(of) }) }))
  return rows as readonly Readonly<Record<string, unknown>>[]
}
