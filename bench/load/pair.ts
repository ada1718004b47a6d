/** Ringfort and, where it is installed, Kamailio, both up for the length of a bench. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasKamailio, type Peer, startKamailio } from './kamailio.ts'
import { freePorts, newFolder } from './process.ts'
import { type Ringfort, startRingfort } from './ringfort.ts'
import { usersCsv } from './site.ts'
import { hasSipp, registerCallee, startCallee } from './sipp.ts'

export interface Pair { readonly ours: Ringfort; readonly all: readonly (Ringfort | Peer)[]; readonly caller: number; readonly callee: number; readonly users: string; stop(): Promise<void> }

export async function openPair({ users = 0, callee: called = false }: { users?: number; callee?: boolean }): Promise<Pair> {
  if (!hasSipp()) throw new Error('SIPp is not installed: apt-get install sip-tester')
  const [caller, callee] = await freePorts(2) as [number, number], file = join(newFolder(), 'users.csv')
  writeFileSync(file, usersCsv(Math.max(1, users)))
  const ours = await startRingfort({ caller, callee, users }), all = hasKamailio() ? [ours, await startKamailio()] : [ours]
  if (called) for (const system of all) await registerCallee(system.port, callee)
  const answering = called ? await startCallee(callee) : undefined
  return {
    ours, all, caller, callee, users: file,
    stop: async () => { await answering?.stop(); for (const system of all) await system.stop() },
  }
}
