/** A36, A45, A46: no password and no key comes with the program; what a first start makes is its own, and for its owner alone; little is brought along, and all of it pinned. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { twoPhones } from '../main/running.ts'
import { newHouse } from '../admin/house.ts'

const root = resolve(import.meta.dirname, '../..')
const shipped = ['bin', 'src', 'docs', 'deploy', 'examples', 'web', 'package.json', 'README.md', 'ARCHITECTURE.md'].map((name) => join(root, name)).filter((path) => existsSync(path))

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}

/** What a key or a password would look like, each with a text that must be found so that the pattern is known to work. */
const patterns: [what: string, pattern: RegExp, sample: string][] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{20}/, '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'],
  ['a certificate', /-----BEGIN CERTIFICATE-----\s*[A-Za-z0-9+/]{20}/, '-----BEGIN CERTIFICATE-----\nMIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjA'],
  ['a password in source', /\b(?:password|passwd|pin|secret|apiKey|token)\b\s*[:=]\s*(['"`])(?!\1)[^'"`$\s…]{4,}\1/i, 'password: "battery-staple"'],
  ['a key of 32 octets', /['"`](?:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)['"`]/, `'${'0f'.repeat(32)}'`],
  ['an address with a password', /\b[a-z]+:\/\/[^\s/:@'"`$]+:[^\s/@'"`$]+@/i, 'https://user:word@host/'],
]
/** Words of documentation that stand where a password would: the reader puts in their own. */
const placeholder = /…|\.\.\.|change|your|<[^>]+>/i

for (const [what, pattern, sample] of patterns) {
  test(`A36 nothing that is shipped holds ${what}`, () => {
    assert.match(sample, pattern)
    const found = shipped.flatMap(filesIn).flatMap((file) => readFileSync(file, 'latin1').split(/(?=\n)/).map((_, n, lines) => ({ file, text: lines.slice(n, n + 2).join('') })))
      .filter(({ text }) => pattern.test(text) && !placeholder.test(text))
    const notes = ['examples', 'docs', 'src/main/simulation'].map((name) => join(root, name))     // virtual phones of a simulated network have passwords to prove
    assert.deepEqual(found.filter(({ file }) => !file.endsWith('.md') && !notes.some((folder) => file.startsWith(folder))).map(({ file, text }) => `${file}: ${text.trim().slice(0, 120)}`), [])
  })
}

test('A36 A45 two first starts share no octet of a key; every file of theirs is for the owner alone', async () => {
  const made = [await newHouse(twoPhones), await newHouse(twoPhones)]
  try {
    const keys = made.map(({ dataDir }) => filesIn(join(dataDir, 'pki')).filter((file) => file.endsWith('.key')).map((file) => readFileSync(file, 'latin1')))
    assert.ok(keys[0]!.length >= 4)
    for (const key of keys[0]!) assert.ok(!keys[1]!.includes(key))
    const body = (pem: string) => pem.replace(/-----[^-]+-----/g, '').trim()
    assert.equal(new Set(keys.flat().map(body)).size, keys.flat().length, 'no key serves twice')
    for (const { dataDir } of made) {
      for (const one of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
        const path = join(one.parentPath, one.name)
        if (one.name !== 'site.yaml') assert.equal(statSync(path).mode & 0o077, 0, `${path} can be read by others`)
      }
    }
  } finally { for (const house of made) await house.close() }
})

test('A46 few packages are brought along, each pinned to one version and what runs to one hash; one alone may run a script when it is installed', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dev?: boolean; integrity?: string; version?: string; hasInstallScript?: boolean; link?: boolean; optional?: boolean }> }
  const { dependencies, devDependencies, allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'devDependencies' | 'allowScripts', Record<string, unknown>>
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) assert.match(String(version), /^\d+\.\d+\.\d+$/, name)
  const brought = Object.entries(packages).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
  assert.ok(Object.keys(dependencies).length <= 12 && brought.length <= 60, `${Object.keys(dependencies).length} named, ${brought.length} in all`)
  assert.deepEqual(brought.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path), [])
  assert.deepEqual(Object.keys(allowScripts), ['node'])
})

test('A30 A46 what is under version control is text: no program or archive is brought along', (t) => {
  let names: string[]
  try { names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean) } catch { t.diagnostic('nothing shown here: no git'); return }
  const binary = names.filter((name) => !name.startsWith('fuzz/') && !name.startsWith('test/') && existsSync(join(root, name)) && readFileSync(join(root, name)).includes(0))
  assert.deepEqual(binary, [])
})
