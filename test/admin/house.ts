/** A whole system in this process, spoken to as the command line does: over its socket. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { send } from '../../src/admin/client.ts'
import type { Answer, Options } from '../../src/admin/commands.ts'
import type { Problem, Result } from '../../src/kit/result.ts'
import { openDesk } from '../../src/main/desk.ts'
import { liveIn } from '../../src/main/whole.ts'
import { openSystem, type System } from '../../src/main/system.ts'
import { silentLog } from '../../src/ops/log.ts'

export interface TestHouse {
  readonly dataDir: string
  readonly system: System
  command(name: string, options?: Options): Promise<Result<Answer, readonly Problem[]>>
  /** What the command answered, or the test fails with what was wrong. */
  document<T>(name: string, options?: Options): Promise<T>
  close(): Promise<void>
}

const open = new Set<TestHouse>()
after(async () => { for (const one of open) await one.close() })

export async function newHouse(site: string): Promise<TestHouse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rf-')), file = join(dataDir, 'site.yaml')
  writeFileSync(file, site)
  const system = await openSystem({ dataDir, site: file, log: silentLog })
  assert.ok(system.ok, JSON.stringify(system))
  const desk = await openDesk(dataDir, silentLog, liveIn(system.value))
  assert.ok(desk.ok, JSON.stringify(desk))
  const house: TestHouse = {
    dataDir, system: system.value,
    command: (command, options = {}) => send(dataDir, { command, options }),
    document: async <T>(command: string, options: Options = {}) => {
      const done = await send(dataDir, { command, options })
      assert.ok(done.ok, JSON.stringify(done))
      return done.value.document as T
    },
    close: async () => {
      if (!open.delete(house)) return
      await desk.value.stop()
      await system.value.stop()
      rmSync(dataDir, { recursive: true })
    },
  }
  open.add(house)
  return house
}
