/** Opens the store, changes the configuration so many times against whoever else does, says how often it won and lost. */
import { openStore } from '../../src/store/open.ts'

const [dir, name, times] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])]
const opened = await openStore(dir)
if (!opened.ok) {
  process.stdout.write(`${JSON.stringify(opened.problem)}\n`)
  process.exit(1)
}
const { configuration, records, close } = opened.value
const count = { won: 0, lost: 0, failed: 0 }
for (let i = 0; i < times;) {
  const done = configuration.apply({ by: name, at: i, via: 'apply', changes: [{ kind: 'user', key: `${name}-${i}`, after: { i } }] }, configuration.rev())
  if (done.ok) { count.won++; i++ }
  else if (done.problem.code === 'directory.conflict') count.lost++
  else { count.failed++; i++ }
  const call = { id: `${name}-${i}`, startedAt: i, endedAt: i, from: name, to: name, ending: 'hangup', security: 'nothing', legs: [] }
  if (!(await records.append([call])).ok) count.failed++
}
await close()
process.stdout.write(`${JSON.stringify(count)}\n`)
