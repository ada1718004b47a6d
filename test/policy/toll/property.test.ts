/**
 * A44: no number that a table blocks is ever offered to a trunk, whatever separators, prefixes, translations, transfers and forwards lead there.
 * Random sites, random numbers, and a matcher that anybody can read. RINGFORT_TOLL_RUNS=10000 makes it a million numbers.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Body, Kind, StoredObject } from '../../../src/directory/changes.ts'
import { buildSnapshot, type Snapshot } from '../../../src/directory/snapshot.ts'
import type { Dialler } from '../../../src/policy/dialling/resolve.ts'
import { place } from '../../../src/policy/place.ts'
import { testKey } from '../../directory/apply.ts'
import { seeded } from '../dialling/table.ts'
import { lineOf } from '../site.ts'

const sites = Number(process.env.RINGFORT_TOLL_RUNS ?? 1_000), numbersEach = 100

type Random = ReturnType<typeof seeded>
const one = <T>(random: Random, values: readonly T[]): T => values[random(values.length)]!
const some = <T>(random: Random, most: number, make: () => T): T[] => Array.from({ length: random(most + 1) }, make)
const text = (random: Random, keys: string, least: number, most: number): string => Array.from({ length: least + random(most - least + 1) }, () => one(random, [...keys])).join('')

const homes = [undefined, '+4', '+49'], codes = [['9'], ['9', '99'], ['0'], []] as const
interface Row { readonly pattern: string; readonly blocked: boolean }

interface Site { readonly snapshot: Snapshot; readonly tables: Readonly<Record<'Ours' | 'System', readonly Row[]>>; readonly home: string | undefined; readonly accessCodes: readonly string[] }

function tableRows(random: Random): Row[] {
  const rows = some(random, 6, () => ({ pattern: one(random, ['', '9', '90', '+']) + text(random, '0149*?+', 1, 4), blocked: random(4) > 0 })).filter(({ pattern }) => !/^\*+$/.test(pattern))
  return [...rows, { pattern: '*', blocked: random(5) === 0 }]
}

function transformation(random: Random): Body {
  return { ...(random(2) ? { discard: 'PreDot' } : {}), ...(random(4) ? {} : { mask: text(random, 'XXX019', 3, 8) }), ...(random(2) ? {} : { prefix: one(random, ['0', '00', '9', '+49', '+4', '900', '1']) }) }
}

function newSite(seed: number): Site {
  const random = seeded(seed), objects = new Map<string, StoredObject>()
  const put = (kind: Kind, key: string, body: Body): void => { objects.set(`${kind}/${key}`, { kind, key, rev: 1, body: body }) }
  const home = one(random, homes), accessCodes = one(random, codes), tables = { Ours: tableRows(random), System: tableRows(random) }
  for (const number of ['1001', '4']) put('line', number, { number })
  put('user', 'alice', { userId: 'alice', extension: '1001', classOfService: 'Free' })
  put('classOfService', 'Free', { name: 'Free', international: true, premium: true, transferTable: 'Ours' })
  for (const name of ['Ours', 'System'] as const) put('restrictionTable', name, { name, patterns: tables[name].map((row) => ({ ...row })) })
  put('tollControl', '', { accessCodes: [...accessCodes], internationalPrefixes: ['00'], systemTransferTable: 'System', ...(home === undefined ? {} : { homeCountry: home }) })
  for (const name of ['a', 'b']) put('trunk', name, { name, securityProfile: 'P', destinations: [{ address: '192.0.2.1' }], offNetTo: ['a', 'b'], callingSearchSpace: 'All', reroutingCallingSearchSpace: 'All', ...(random(3) ? {} : { calledTransformation: 'All' }) })
  put('partition', 'P', { name: 'P' })
  put('callingSearchSpace', 'All', { name: 'All', partitions: ['P'] })
  for (const [at, group] of ['G', 'H'].entries()) put('routeGroup', group, { name: group, trunks: [at ? 'a' : 'b'] })
  put('routeList', 'R', { name: 'R', members: ['G', 'H'].map((group) => ({ group, ...(random(2) ? { called: { prefix: one(random, ['0', '00', '+49']) } } : {}) })) })
  for (const pattern of ['9.!', '!', '9.0!', '\\+.!', '7XX', '0.!', '1XXX']) {
    if (random(3) === 0) continue
    const beside = random(2) ? { partition: 'P' } : {}, key = 'partition' in beside ? `${pattern} P` : pattern, discard = transformation(random)
    const own = pattern.includes('.') ? discard : { ...discard, discard: 'NoDigits' }
    if (random(3) === 0) put('translationPattern', key, { pattern, ...beside, ...own })
    else put('routePattern', key, { pattern, ...beside, ...own, ...(random(2) ? { routeList: 'R' } : { trunk: one(random, ['a', 'b']) }) })
  }
  if (random(2)) put('calledTransformation', '!', { pattern: '!', prefix: one(random, ['0', '900', '00']) })
  return { snapshot: buildSnapshot(1, [...objects.values()], testKey), tables, home, accessCodes }
}

/** The rule, word for word. */
function matches(pattern: string, given: string): boolean {
  if (pattern === '') return given === ''
  if (pattern[0] === '*') return matches(pattern.slice(1), given) || (given !== '' && matches(pattern, given.slice(1)))
  return given !== '' && (pattern[0] === '?' || pattern[0] === given[0]) && matches(pattern.slice(1), given.slice(1))
}

/** Does a row that names numbers block it? `+*`, alone or behind a code, does not speak of the home country. */
function isBlocked(rows: readonly Row[], number: string, home: string | undefined): boolean {
  const row = rows.find(({ pattern }) => matches(pattern, number))
  if (!row?.blocked || row.pattern === '*') return false
  const plus = number.indexOf('+')
  return !(home !== undefined && plus >= 0 && row.pattern === `${number.slice(0, plus)}+*` && number.slice(plus).startsWith(home))
}

const between = ['', '', '', ' ', '-', '.', '(', ')', '/']

function newNumber(random: Random): { plain: string; written: string } {
  const plain = one(random, ['9', '90', '900', '99', '+', '7', '0', '1', '']) + text(random, '01499', 1, 8)
  return { plain, written: [...plain].map((key) => one(random, between) + key).join('') }
}

/** Everybody who could send a call on, with the tables that are asked. */
function diallers(snapshot: Snapshot): readonly (readonly [Dialler, readonly ('Ours' | 'System')[]])[] {
  const alice = lineOf(snapshot, '1001'), origin = snapshot.trunks.get('a')!
  return [
    [{ ...alice, transfer: true }, ['Ours']], [{ ...alice, forwarding: true }, ['Ours']], [{ ...alice, transfer: true, origin }, ['Ours', 'System']],
    [{ ...alice, forwarding: true, origin }, ['Ours', 'System']], [{ is: 'trunk', trunk: origin, use: 'rerouting' }, ['System']],
  ]
}

test('A44 R131 R133 property: no number that a table blocks is offered to a trunk', () => {
  let offered = 0, refused = 0
  for (let seed = 0; seed < sites; seed++) {
    const site = newSite(seed), random = seeded(seed + 1_000_000), all = diallers(site.snapshot)
    for (let each = 0; each < numbersEach; each++) {
      const { plain, written } = newNumber(random), [who, tables] = all[each % all.length]!, found = place(site.snapshot, who, written, 0)
      if (found.is !== 'routes') { if (found.is === 'refuse') refused++; continue }
      for (let offer = found.route.next(); offer; offer = found.route.next({ is: 'trunkDown' })) {
        offered++
        for (const name of tables) {
          const rows = site.tables[name], told = `seed ${seed}: ${written} leaves as ${offer.called} past ${name} ${JSON.stringify(rows)}`
          assert.notEqual(rows.find(({ pattern }) => matches(pattern, plain))?.blocked, true, told)
          for (const number of [offer.called, ...site.accessCodes.map((code) => code + offer.called)]) assert.ok(!isBlocked(rows, number, site.home), `${told}, as ${number}`)
        }
      }
    }
  }
  assert.ok(offered > sites * 10 && refused > sites * 10, `${offered} were offered and ${refused} refused: too few to show anything`)
})

test('R131 property: separators change neither the trunk nor the verdict', () => {
  for (let seed = 0; seed < sites / 10; seed++) {
    const { snapshot } = newSite(seed), random = seeded(seed + 2_000_000), [who] = diallers(snapshot)[0]!
    for (let each = 0; each < numbersEach; each++) {
      const { plain, written } = newNumber(random), said = (dialled: string): string => { const found = place(snapshot, who, dialled, 0); return found.is === 'routes' ? found.route.next()?.called ?? 'none' : `${found.is}` }
      assert.equal(said(written), said(plain), written)
    }
  }
})
