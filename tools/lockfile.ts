/**
 * The lockfile's two rules. It names no download address, so that it serves behind any registry.
 * It names every optional package (the builds for other platforms) even where the registry at hand lacks it: else `npm ci` refuses.
 *
 *   node tools/lockfile.ts               says what is wrong, exit 1
 *   node tools/lockfile.ts --complete    writes what is missing; run it after npm install
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface Entry {
  version?: string, resolved?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]
  optionalDependencies?: Record<string, string>
}
interface Lockfile { packages: Record<string, Entry> }

const path = resolve(import.meta.dirname, '../package-lock.json')

export function readLockfile(): Lockfile { return JSON.parse(readFileSync(path, 'utf8')) as Lockfile }

export function addresses(lock: Lockfile): string[] {
  return Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined).map(([name]) => `${name} has a download address`)
}

export function incomplete(lock: Lockfile): { name: string, entry: Entry }[] {
  return Object.values(lock.packages).flatMap((parent) => Object.entries(parent.optionalDependencies ?? {})
    .filter(([name]) => !lock.packages[`node_modules/${name}`]?.version)
    .map(([name, version]) => ({ name, entry: { version, ...(parent.dev ? { dev: true } : {}), optional: true, ...platform(name) } })))
}

/** `@biomejs/cli-linux-x64-musl` → linux, x64, musl. What names no platform must be installed from a registry that has it. */
function platform(name: string): Entry {
  const words = name.split(/[-/]/)
  const pick = (known: string[]) => words.filter((word) => known.includes(word))
  const os = pick(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'sunos', 'aix'])
  const cpu = pick(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'])
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.includes('gnu') ? ['glibc'] : []
  return { ...(os.length ? { os } : {}), ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}) }
}

function complete(lock: Lockfile): void {
  for (const { name, entry } of incomplete(lock)) {
    if (!entry.os && !entry.cpu) throw new Error(`${name}: no platform in its name; run npm install where a registry has it`)
    lock.packages[`node_modules/${name}`] = entry
  }
  for (const entry of Object.values(lock.packages)) delete entry.resolved
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a < b ? -1 : 1))
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
}

if (import.meta.main) {
  if (process.argv.includes('--complete')) complete(readLockfile())
  const lock = readLockfile()
  const wrong = [...addresses(lock), ...incomplete(lock).map(({ name }) => `${name} is missing`)]
  for (const line of wrong) console.log(line)
  process.exitCode = wrong.length ? 1 : 0
}
