#!/usr/bin/env node
/** The `ringfort` command: installs what is missing, then runs src/main.ts under Node.js 24. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { become, bootstrap, compileCache, root } from './bootstrap.mjs'

const main = join(root, 'src/main.ts')
if (!existsSync(main)) {
  process.stderr.write('src/main.ts is not in this clone, so there is nothing to start: this is an unfinished checkout of Ringfort.\n')
  process.exit(1)
}
await bootstrap()
// a new heap of 1 MB is collected a dozen times while the program loads
become(['--min-semi-space-size=16', main, ...process.argv.slice(2)], compileCache())
