/**
 * A4: thousands of mutated messages; those that we accept are read by tshark as well, and where the two do not see the same, a table says why.
 * What only one of two readers sees is how a message is smuggled past the first one: a disagreement without a reason is a fault.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutate } from '../../../fuzz/harness/mutate.ts'
import { messages, words } from '../../../fuzz/sipSeeds.ts'
import { seededRandom } from '../../../src/main/simulation/random.ts'
import { header, lines, parseMessage, type SipMessage, stride } from '../../../src/wire/sip/index.ts'
import { readByTshark, tshark } from './tshark.ts'

const wanted = 4_000, longest = 8_000
const values = ['sip.Method', 'sip.Status-Code', 'sip.Call-ID', 'sip.CSeq.seq', 'sip.CSeq.method', 'sip.from.tag', 'sip.to.tag', 'sip.Content-Length', 'sip.Max-Forwards'] as const
/** Headers whose lines are counted. */
const counted = ['Via', 'From', 'To', 'Contact', 'Record-Route', 'Route', 'Supported', 'Reason', 'Event'] as const
type Field = (typeof values)[number] | (typeof counted)[number]
type Theirs = ReadonlyMap<string, readonly string[]>

/** Mutations that we accept, each once. */
function accepted(): { text: string; message: SipMessage }[] {
  const random = seededRandom(4), seeds = messages.map((one) => Buffer.from(one, 'latin1')), found = new Map<string, SipMessage>()
  while (found.size < wanted) {
    const text = mutate(random, seeds[random.below(seeds.length)]!, seeds[random.below(seeds.length)]!, words).toString('latin1'), parsed = parseMessage(text)
    if (text.length < longest && parsed.ok) found.set(text, parsed.message)
  }
  return [...found].map(([text, message]) => ({ text, message }))
}

/** Our reading, field by field; '' where there is none. */
function ours(m: SipMessage): Record<Field, string> {
  const count = Object.fromEntries(counted.map((name) => [name, String(lines(m, name).length)])) as Record<(typeof counted)[number], string>
  return {
    ...count, 'sip.Method': m.is === 'request' ? m.method : '', 'sip.Status-Code': m.is === 'response' ? String(m.status) : '', 'sip.Call-ID': m.callId, 'sip.CSeq.seq': String(m.cseq), 'sip.CSeq.method': m.method,
    'sip.from.tag': m.fromTag, 'sip.to.tag': m.toTag, 'sip.Content-Length': header(m, 'Content-Length') ?? '', 'sip.Max-Forwards': header(m, 'Max-Forwards') ?? '',
  }
}

function theirsOf(theirs: Theirs, field: Field): string {
  return field.startsWith('sip.') ? (theirs.get(field) ?? []).join(',') : String(theirs.get(`sip.${field}`)?.length ?? 0)
}

/** Index entries of a message: name and what stands before the colon, value. */
function headersOf({ raw, index }: SipMessage): { name: string; before: string; value: string }[] {
  return Array.from({ length: index.length / stride }, (_, n) => {
    const [, start, end, from, to] = index.slice(n * stride, n * stride + stride)
    return { name: raw.slice(start, end), before: raw.slice(end, raw.indexOf(':', end)), value: raw.slice(from, to) }
  })
}
const value = (m: SipMessage, ...names: string[]) => headersOf(m).find(({ name }) => names.includes(name.toLowerCase()))?.value ?? ''

/** Why the two may differ, and how such a message is told; ours is as the RFC has it in each of them. */
const reasons: readonly [why: string, is: (m: SipMessage, mine: string, theirs: string) => boolean][] = [
  ['7.5: line ends before the first line, where tshark gives up', (m) => m.raw.startsWith('\r\n')],
  ['25.1 HCOLON: blanks before a colon, where tshark sees no header', (m) => headersOf(m).some(({ before }) => before !== '')],
  ['leading zeros, which tshark takes away', (_, mine, theirs) => mine !== '' && theirs !== '' && Number(mine) === Number(theirs)],
  ['LWS around a value, which tshark keeps', (_, mine, theirs) => mine !== '' && theirs.trim() === mine],
  ['a method in CSeq of more than 16 octets, where tshark reads no further', (m) => m.method.length > 16],
  ['19.3: a parameter whose name ends in tag, which tshark takes for it', (m) => /[^;\s]tag *=/i.test(value(m, 'from', 'f') + value(m, 'to', 't'))],
  ['7.3.1: a fold inside a parameter, which tshark does not undo', (m) => /\n/.test(value(m, 'from', 'f') + value(m, 'to', 't') + value(m, 'call-id', 'i') + value(m, 'cseq'))],
  ['25.1 EQUAL: blanks before the = of a tag, where tshark sees none', (m) => /;\s*tag[ \t]+=/i.test(value(m, 'from', 'f') + value(m, 'to', 't'))],
  ['a Content-Type without a type, where tshark reads no further', (m) => !/^[^\s;/]+ *\/ *[^\s;/]+/.test(value(m, 'content-type', 'c'))],
]

test('A4 what we accept of mutated messages, tshark reads with the same method, status, Call-ID, CSeq, tags, Content-Length and number of lines of each header', (t) => {
  if (!tshark(t)) return
  const cases = accepted(), read = readByTshark(cases.map(({ text }) => text), [...values, ...counted.map((name) => `sip.${name}`)]), counts = new Map<string, number>(), unexplained: string[] = []
  assert.equal(read.length, cases.length)
  for (const [i, { text, message }] of cases.entries()) {
    const mine = ours(message)
    for (const field of Object.keys(mine) as Field[]) {
      if (mine[field] === theirsOf(read[i]!, field)) continue
      const reason = reasons.find(([, is]) => is(message, mine[field], theirsOf(read[i]!, field)))
      if (reason) counts.set(reason[0], (counts.get(reason[0]) ?? 0) + 1)
      else unexplained.push(`${field}: ${JSON.stringify(mine[field])} where tshark has ${JSON.stringify(theirsOf(read[i]!, field))}\n${JSON.stringify(text)}`)
    }
  }
  t.diagnostic(`${cases.length} compared; ${[...counts].map(([why, count]) => `${count} × ${why}`).join('; ')}`)
  assert.deepEqual(unexplained.slice(0, 5), [], `${unexplained.length} unexplained`)
})
