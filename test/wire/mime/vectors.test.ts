/** Messages, addresses and dates of others: the shared vectors, judged by Python's email package and by what the vectors say. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { decode, decodeWords, encodingOf, type Entity, headerOf, newDecoder, parseAddresses, parseDate, parseMessage } from '../../../src/wire/mime/index.ts'
import { hasPython, pythonReads, type Read } from './python.ts'

const folder = join(process.env.RINGFORT_VECTORS ?? resolve(import.meta.dirname, '../../../../shared/vectors'), 'mime')
const absent = 'the folder of vectors is absent: nothing was compared'

function walk(text: string, entity: Entity): Read[] {
  const inside = [...entity.parts, ...(entity.message ? [entity.message] : [])], encoding = encodingOf(headerOf(text, entity, 'content-transfer-encoding')) ?? '7bit'
  const payload = inside.length > 0 ? null : Buffer.from(decode(newDecoder(encoding), text.slice(entity.body, entity.to), true), 'latin1').toString('base64')
  return [{ type: entity.type.value, payload }, ...inside.flatMap((one) => walk(text, one))]
}

/** Where Python differs: it drops an empty part (37), a boundary used by two levels (39), reads groups of a report as parts (43), boundaries that are broken or differ in a blank, eighty levels (the rest). */
const differs = new Set(['msg_37.txt', 'msg_39.txt', 'msg_43.txt', '005.eml', '019.eml', '008.eml', '003.eml', '009.eml', '011.eml', '012.eml', '015.eml', '016.eml'])

test('RFC 2046 5.1 messages of others have the parts that Python reads in them', (t) => {
  if (!existsSync(folder) || !hasPython) { t.diagnostic(hasPython ? absent : 'python3 is absent: nothing was compared'); return }
  const files = globSync('**/*.{txt,eml}', { cwd: folder }).sort(), texts = files.map((file) => readFileSync(join(folder, file), 'latin1')), theirs = pythonReads(texts)
  const wrong = files.filter((file, i) => !differs.has(file.split('/').at(-1)!) && JSON.stringify(walk(texts[i]!, parseMessage(texts[i]!))) !== JSON.stringify(theirs[i]))
  assert.deepEqual(wrong, [])
  t.diagnostic(`${files.length} messages`)
})

interface Row<T> { readonly header: string; readonly expected: T | null }
function rows<T>(file: string): Row<T>[] { return JSON.parse(readFileSync(join(folder, 'stalwart', file), 'utf8')) as Row<T>[] }

test('RFC 5322 3.4 addresses of others', (t) => {
  if (!existsSync(folder)) { t.diagnostic(absent); return }
  interface Given { readonly name: string | null; readonly address: string | null }
  const plain = rows<{ List?: Given[]; Group?: { addresses: Given[] }[] }>('address.json').filter(({ header }) => !/\(|\n.*\n|, ,|Q \?|\?Q =/.test(header) && !header.trim().includes('\n') && !header.includes('=?ISO-8859-1?Q ='))   // comments are kept as names there, and lines are not joined
  for (const { header, expected } of plain) {
    const found = parseAddresses(Buffer.from(header.trim()).toString('latin1')).filter((a) => a.is === 'address').map((a) => [a.name === undefined ? null : decodeWords(a.name), a.domain === '' ? a.local : `${a.local}@${a.domain}`])
    assert.deepEqual(found, (expected?.List ?? expected?.Group?.flatMap((g) => g.addresses) ?? []).map((a) => [a.name, a.address ?? '']), header)
  }
  t.diagnostic(`${plain.length} headers`)
  assert.ok(plain.length > 0)
})

test('RFC 5322 3.3 dates of others', (t) => {
  if (!existsSync(folder)) { t.diagnostic(absent); return }
  interface Given { readonly year: number; readonly month: number; readonly day: number; readonly hour: number; readonly minute: number; readonly second: number; readonly tz_before_gmt: boolean; readonly tz_hour: number; readonly tz_minute: number }
  const named = rows<Given>('date.json').filter(({ header }) => !header.includes('(') && /\d [A-Z][a-z]{2} \d{4} /.test(header))
  for (const { header, expected: e } of named) {
    const wanted = e === null ? undefined : Date.UTC(e.year, e.month - 1, e.day, e.hour, e.minute, e.second) - (e.tz_before_gmt ? -1 : 1) * (e.tz_hour * 60 + e.tz_minute) * 60_000
    assert.equal(parseDate(header.trim())?.at, wanted, header)
  }
  t.diagnostic(`${named.length} dates`)
  assert.ok(named.length > 0)
})
