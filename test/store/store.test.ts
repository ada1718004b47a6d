import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { memoryStore } from '../../src/store/memory.ts'
import { openStore } from '../../src/store/open.ts'
import { compliance, value } from './compliance.ts'

const root = mkdtempSync(join(tmpdir(), 'ringfort-store-'))
after(() => rmSync(root, { recursive: true }))
let count = 0

compliance('memory', async () => memoryStore())
compliance('sqlite', async () => value(await openStore(join(root, String(count++)))))
