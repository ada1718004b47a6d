/**
 * Makes sure that what package-lock.json names is installed, the Node.js 24 runtime among it, and runs things under that runtime.
 * Plain JavaScript that Node 20 understands: it is what runs first on a fresh clone.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const node = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** What the lockfile names and npm's own record of node_modules does not have in that version. */
function missing() {
  const wanted = Object.entries(readJson('package-lock.json').packages).filter(([path, entry]) => path && !entry.optional)
  const record = 'node_modules/.package-lock.json'
  const have = existsSync(join(root, record)) ? readJson(record).packages : {}
  const names = wanted.filter(([path, entry]) => have[path]?.version !== entry.version).map(([path]) => path.replace(/^.*node_modules\//, ''))
  if (!existsSync(node) && !names.includes('node')) names.push('node')
  return names
}

/** Installs what is missing; ends the process with a reason where it cannot. */
export async function bootstrap() {
  const names = missing()
  if (!names.length) return
  const { node: runtime } = readJson('package.json').dependencies
  const started = Date.now()
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`
  const what = `Installing ${names.length} packages${names.includes('node') ? `, Node.js ${runtime} among them` : ''} (once)`
  process.stderr.write(`${what} …`)
  const tick = setInterval(() => process.stderr.write(process.stderr.isTTY ? `\r${what} … ${seconds()}` : '.'), process.stderr.isTTY ? 1000 : 5000)
  const { code, said } = await npmCi()
  clearInterval(tick)
  const left = code === 0 ? missing() : names
  if (!left.length) { process.stderr.write(`${process.stderr.isTTY ? `\r${what} … ` : ' '}done in ${seconds()}\n`); return }
  process.stderr.write(`\n${failure(code, said, left)}\n`)
  process.exit(1)
}

function npmCi() {
  // the lockfile decides the versions, so that an older Node (which npm would choose older packages for) may install too
  const options = ['ci', '--include=dev', '--engine-strict=false', '--ignore-scripts=false', '--no-audit', '--no-fund', '--no-progress',
    '--loglevel=error', '--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
  const npm = process.env.npm_execpath
  const [command, first] = npm && /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []]
  return run(command, [...first, ...options])
}

function run(command, parameters) {
  return new Promise((resolve) => {
    const chunks = []
    const child = spawn(command, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 1, said: String(error.message) }))
    child.on('close', (code) => resolve({ code: code ?? 1, said: Buffer.concat(chunks).toString() }))
  })
}

function failure(code, said, left) {
  const detail = said.split('\n').filter((line) => !/nodedir|A complete log|error\s+at |^npm error\s*$/.test(line)).slice(-12).join('\n').trim()
  if (/spawn npm ENOENT/.test(said)) return 'npm was not found. Ringfort needs Node.js 20 or newer together with npm.'
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|ERR_SOCKET_TIMEOUT/.test(said)) {
    return `The npm registry cannot be reached, and this is not installed yet: ${left.slice(0, 5).join(', ')}${left.length > 5 ? ' …' : ''}.\n` +
      'Connect once (or set the registry with `npm config set registry URL`), then run the same command again. After that no network is needed.\n' +
      `npm said:\n${detail}`
  }
  if (/EACCES|EROFS|EPERM/.test(said)) return `${join(root, 'node_modules')} cannot be written by this user.\nnpm said:\n${detail}`
  return code === 0
    ? `npm ended well, but this is still missing: ${left.join(', ')}. Were install scripts switched off (npm config get ignore-scripts)?`
    : `Installing failed.\nnpm said:\n${detail}`
}

/** Runs Node.js 24 in this process's place: same arguments, streams, signals and exit code. */
export function become(parameters, environment = {}) {
  const env = { ...process.env, ...environment }
  const child = spawn(node, parameters, { stdio: 'inherit', env })
  // a terminal gives Ctrl-C to the whole group: handing it on as well would count twice
  const signals = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT']
  for (const signal of signals) process.on(signal, () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) })
  child.on('error', (error) => { process.stderr.write(`${node} does not run: ${error.message}\n`); process.exit(1) })
  child.on('close', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}

/** Where compiled code is kept between starts: inside the installation, whose owner alone may write it; none where this user may not. */
export function compileCache() {
  const folder = join(root, 'node_modules/.cache/ringfort')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return { NODE_COMPILE_CACHE: folder }
  } catch { return {} }
}
