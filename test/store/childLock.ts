/** Takes the lock of the directory, says how that went, holds it until killed or told to go on. */
import { once } from 'node:events'
import { lockDataDirectory } from '../../src/store/lock.ts'

const taken = lockDataDirectory(process.argv[2]!)
process.stdout.write(`${JSON.stringify(taken.ok ? 'held' : taken.problem)}\n`)
await once(process.stdin, 'data')
if (taken.ok) taken.value.release()
process.exit(0)
