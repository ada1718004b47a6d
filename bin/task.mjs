/** What package.json's scripts run: installs what is missing, then hands over to the tool under Node.js 24. */
import { join } from 'node:path'
import { become, bootstrap, compileCache, root } from './bootstrap.mjs'

const tools = {
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  bench: 'bench/run.ts',
  trace: 'tools/trace.ts',
  fuzz: 'fuzz/run.ts',
}
const [task, ...parameters] = process.argv.slice(2)
if (!Object.hasOwn(tools, task ?? '')) {
  process.stderr.write(`node bin/task.mjs ${Object.keys(tools).join(' | ')}\n`)
  process.exit(2)
}
await bootstrap()
const flags = task === 'bench' || task === 'fuzz' ? ['--expose-gc'] : []
become([...flags, join(root, tools[task]), ...parameters], task === 'bench' ? {} : compileCache())
