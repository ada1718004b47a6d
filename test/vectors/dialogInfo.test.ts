/** The documents of our lamps beside those of RFC 4235 and 7463: the same elements in the same places, with the same attributes and states. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialogInfo, lampsOf } from '../../src/calls/features/lamps.ts'
import { town } from '../calls/town.ts'
import { entries, octets } from './vectors.ts'

/** `dialog-info/dialog/state`, `dialog-info/dialog@call-id` …, and `state=early`: what a document is made of. */
function partsOf(xml: string): Set<string> {
  const open: string[] = [], found = new Set<string>()
  for (const [, closing, name = '', attributes = '', empty, text = ''] of xml.replace(/<!--[\s\S]*?-->|<\?[^>]*\?>/g, '').matchAll(/<(\/?)([\w:-]+)([^<>]*?)(\/?)>([^<]*)/g)) {
    if (closing) { assert.equal(open.pop(), name, 'an element is closed that was not opened'); continue }
    open.push(name)
    found.add(open.join('/'))
    for (const [, attribute] of attributes.matchAll(/([\w:-]+)\s*=/g)) found.add(`${open.join('/')}@${attribute}`)
    if (name === 'state') found.add(`state=${text.trim()}`)
    if (empty) open.pop()
  }
  assert.deepEqual(open, [], 'an element stays open')
  return found
}

/** RFC 4235 4.4 and 3.7.1 have these; the examples that lie open do not show them. */
const schema = ['dialog-info/dialog@remote-tag', 'dialog-info/dialog/local/identity@display', 'dialog-info/dialog/remote/identity@display', 'state=trying', 'state=early', 'state=confirmed', 'dialog-info/dialog/local/target/param@pname', 'dialog-info/dialog/local/target/param@pvalue']

test('RFC 4235 4, xml-bodies: what our documents are made of stands in those of the RFC; ringing, talking, held', async (t) => {
  const known = new Set(schema)
  for (const entry of entries(t, 'xml-bodies')) {
    const text = octets(entry)
    if (entry.expectation.kind?.startsWith('dialog-info') && !/[.]{3}/.test(text) && text.includes('</dialog-info>')) for (const part of partsOf(text)) known.add(part)
  }
  if (known.size === schema.length) return
  const phones = await town(), { exchange } = phones.system, seen = new Set<string>()
  const look = () => {
    for (const [line, legs] of exchange.watches.legs) for (const part of partsOf(dialogInfo(`sip:${line}@example.test`, 1, lampsOf(exchange.callHouse, legs)))) seen.add(part)
  }
  phones.alice.call('1002')
  phones.tick()
  look()
  phones.bob.answer()
  phones.tick()
  look()
  phones.alice.hold()
  phones.tick()
  look()
  phones.close()
  for (const state of ['early', 'confirmed']) assert.ok(seen.has(`state=${state}`), `no ${state} was seen`)
  assert.deepEqual([...seen].filter((part) => !known.has(part)), [])
})
