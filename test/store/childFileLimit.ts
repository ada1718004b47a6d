/** Works under a limit of file size (ulimit -f) until the database cannot grow; says how it was told. */
import { openStore } from '../../src/store/open.ts'
import { change, set, value } from './compliance.ts'

const store = value(await openStore(process.argv[2]!))
let rev = 0
let told = 'nothing'
for (; rev < 1_000; rev++) {
  const done = store.configuration.apply(set(change(`user${rev}`, undefined, { name: 'x'.repeat(20_000) })), rev)
  if (!done.ok) { told = done.problem.code; break }
}
const kept = store.configuration.load()
process.stdout.write(`${JSON.stringify({ told, rev, kept: [kept.rev, kept.objects.length], audit: store.configuration.verifyAudit().ok })}\n`)
await store.close()
