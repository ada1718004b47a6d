/** The house plan: who may import whom. One table, one test; it runs first. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, dirname } from 'node:path'
import { test } from 'node:test'

/** Each room and the rooms that it may import. wire rooms are protocols of their own: none imports another. */
const may: Record<string, string[]> = {
  kit: [],
  wire: ['kit'],
  directory: ['kit'],
  policy: ['directory', 'kit'],
  edge: ['policy', 'directory', 'kit'],
  media: ['wire', 'directory', 'kit'],
  cluster: ['wire', 'directory', 'kit'],
  calls: ['media', 'wire', 'policy', 'directory', 'kit'],
  voicemail: ['calls', 'media', 'wire', 'policy', 'directory', 'kit'],
  presence: ['calls', 'media', 'wire', 'policy', 'directory', 'kit'],
  store: ['calls', 'voicemail', 'presence', 'directory', 'kit'],
  admin: ['policy', 'directory', 'kit'],
  ops: ['directory', 'kit'],
}
const roots = new Set(['main.ts', 'index.ts', 'main'])
const src = resolve(import.meta.dirname, '../src')

function files(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile() && f.name.endsWith('.ts')).map((f) => join(f.parentPath, f.name))
}

const importLine = /^\s*(?:import|export)\s(?:[^'"]*\sfrom\s)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm
function imports(file: string): { to: string; typeOnly: boolean }[] {
  return [...readFileSync(file, 'utf8').matchAll(importLine)].map((m) => ({ to: m[1] ?? m[2]!, typeOnly: /^\s*import type/.test(m[0]) }))
}
const room = (file: string) => relative(src, file).split('/')[0]!
const protocol = (file: string) => relative(src, file).split('/')[1]!

test('R000 every import goes the way of the house plan', () => {
  const broken: string[] = []
  for (const file of files(src)) {
    if (roots.has(room(file))) continue
    assert.ok(may[room(file)], `${relative(src, file)} stands in no room of the plan`)
    for (const { to, typeOnly } of imports(file)) {
      if (!to.startsWith('.')) continue
      const target = resolve(dirname(file), to)
      const allowed = room(target) === room(file) || may[room(file)]!.includes(room(target))
      const asTypes = room(file) === 'store' ? typeOnly || ['directory', 'kit'].includes(room(target)) || room(target) === 'store' : true
      const sameProtocol = room(file) !== 'wire' || room(target) !== 'wire' || protocol(target) === protocol(file)
      if (!allowed || !asTypes || !sameProtocol) broken.push(`${relative(src, file)} -> ${relative(src, target)}`)
    }
  }
  assert.deepEqual(broken, [])
})

test('R000 protocol rooms are pure: no socket, timer, clock, randomness or logger inside', () => {
  const impure = /\b(?:setTimeout|setInterval|setImmediate|Date\.now|performance\.now|Math\.random|console\.|process\.|randomBytes|randomUUID|await)\b|from 'node:(?:net|dgram|tls|fs|http|https|worker_threads|child_process|timers)/
  const broken = files(join(src, 'wire')).concat(files(join(src, 'policy')), files(join(src, 'kit')), files(join(src, 'calls')))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').map((line, i) => ({ line, at: `${relative(src, file)}:${i + 1}` })))
    .filter(({ line }) => impure.test(line.replace(/\/\/.*|^\s*\*.*|\/\*\*.*/g, ''))).map(({ at, line }) => `${at} ${line.trim()}`)
  assert.deepEqual(broken, [])
})

test('R000 what touches the outside stands in edge, media, store, ops, main: nobody else opens a socket or a file', () => {
  const outside = /(?<!^import \{ (?:isIP|isIPv4|isIPv6|, )+ \} )from 'node:(?:net|dgram|tls|http|https|http2|child_process|worker_threads)'/m   // isIP is a question about text
  const allowed = new Set(['edge', 'media', 'store', 'admin', 'ops', 'cluster', 'main', 'main.ts', 'index.ts'])
  const broken = files(src).filter((file) => !allowed.has(room(file)) && outside.test(readFileSync(file, 'utf8'))).map((file) => relative(src, file))
  assert.deepEqual(broken, [])
})

test('R000 no file is over 500 lines (tests 600), unless its head says that it is a table', () => {
  const root = resolve(src, '..')
  const long = [...files(src).map((f) => [f, 500] as const), ...files(join(root, 'test')).map((f) => [f, 600] as const)]
    .filter(([file, limit]) => {
      const text = readFileSync(file, 'utf8')
      return text.split('\n').length > limit && !/\btable\b/i.test(text.slice(0, 600))
    }).map(([file]) => relative(root, file))
  assert.deepEqual(long, [])
})

test('R000 no enum, namespace, default export, any or shell', () => {
  const banned = /^export default|^\s*(?:export )?(?:const )?enum\s|^\s*namespace\s|:\s*any\s*(?:[,;)=\]|}]|$)|<any>|as any\b|(?<![.\w])exec(?:Sync)?\(|shell:\s*true/
  const broken = files(src).flatMap((file) => readFileSync(file, 'utf8').split('\n')
    .map((line, i) => banned.test(line.replace(/\/\/.*|^\s*\*.*/g, '')) ? `${relative(src, file)}:${i + 1}` : '').filter(Boolean))
  assert.deepEqual(broken, [])
})
