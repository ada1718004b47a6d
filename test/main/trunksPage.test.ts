/** docs/trunks.md: its example starts and does what the page says, its tables name what there is. R308, R330–R376 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { describe } from '../../src/directory/define.ts'
import { trunkProfile } from '../../src/directory/trunk.ts'
import { metricsText } from '../../src/ops/metrics.ts'
import { completeProfile, modes } from '../../src/policy/trunk/profile.ts'
import { newHouse } from '../admin/house.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/trunks.md'), 'utf8')
const [, example = ''] = page.split('```yaml\n'), site = example.slice(0, example.indexOf('```'))
const firstCells = (heading: string): string[] => page.slice(page.indexOf(heading)).split('\n\n')[0]!.split('\n').slice(2).map((row) => row.split('|')[1]!.trim())

test('R356 the carrier of the trunks page: its port is open, its profile is complete, its row is shown', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const house = await newHouse(site.replaceAll('5071', String(port)).replace('    srtpRequired: true', '    srtpRequired: true\n    optionsPing: false'))   // no name is looked up
  assert.deepEqual(house.system.bound().filter((one) => one.port === port).map(({ name, transport }) => `${name} ${transport}`), [`sip-trunk-${port} tls`])
  const { trunks } = await house.document<{ trunks: { name: string }[] }>('show trunks')
  assert.deepEqual(trunks.map(({ name }) => name), ['carrier'])
  const text = await metricsText(house.system.reading())
  for (const [name] of page.matchAll(/ringfort_\w+_total/g)) assert.match(text, new RegExp(`^${name} 0$`, 'm'))
  const copied = await house.document<{ done: boolean }>('copy', { list: 'sipTrunkSecurityProfiles', old: 'Non Secure SIP Trunk Profile', new: 'Mine' })
  assert.equal(copied.done, true)
  await house.close()
})

test('R330–R376 the page has every field of a profile, in its order, with the defaults that are in use', () => {
  assert.deepEqual(firstCells('| field | default |'), describe(trunkProfile).fields.map(({ field }) => `\`${field}\``))
  const preset = completeProfile({ name: 'x' }) as unknown as Record<string, unknown>
  const rows = page.slice(page.indexOf('| field | default |')).split('\n\n')[0]!.split('\n').slice(2).map((row) => row.split('|').map((cell) => cell.trim()))
  for (const [, field = '', said = ''] of rows) {
    const name = field.replaceAll('`', '')
    if (said !== '' && !said.includes(',')) assert.equal(said, String(preset[name]), name)
  }
  assert.deepEqual(firstCells('| `deviceSecurityMode` | in |'), Object.keys(modes).map((mode) => `\`${mode}\``))
})

test('R321–R323 the effects that the page names are those that a plan prints', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../src/admin/wire.ts'), 'utf8'), type = /type WireEffect = (.+)/.exec(source)![1]!
  const effects = [...type.matchAll(/'([^']+)'/g)].map(([, effect]) => effect).sort(), named = firstCells('| effect | when |').flatMap((cell) => cell.split(', ')).map((cell) => cell.replaceAll('`', '')).sort()
  assert.deepEqual(named, effects)
})
