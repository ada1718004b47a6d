/** Session descriptions that nobody here wrote. They stand beside the repository: RINGFORT_VECTORS, else ../shared/vectors. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { target } from '../../../fuzz/sdp.ts'
import { checkAnswer, commonCodecs, negotiated, parseSdp, printSdp } from '../../../src/wire/sdp/index.ts'
import { folder, isThere } from '../../vectors/vectors.ts'
import { code, parsed } from './fixtures.ts'

interface Entry { topic: string; file: string }

function entries(t: TestContext, wanted: (entry: Entry) => boolean): Entry[] {
  if (!isThere(t, 'index.json')) return []
  const all = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Entry[]
  const found = all.filter((entry) => typeof entry.file === 'string' && wanted(entry))
  assert.ok(found.length > 0, 'the index has none of this kind')
  t.diagnostic(`${found.length} compared`)
  return found
}

const words = (entry: Entry) => readFileSync(join(folder, entry.file), 'latin1')

/** Valid to their authors, refused here: a port of five digits past 65535, and templates with $NAMES. */
const misprints: Record<string, string> = {
  'sdp/rfc6871/03.sdp': 'sdp.port',
  'sdp/rfc7006/01.sdp': 'sdp.port',
  'sdp/rfc5245/02.sdp': 'sdp.connection',
}

test('RFC 2327 to 8866: session descriptions of the RFCs are read, and printed as they came', (t) => {
  for (const entry of entries(t, (e) => e.topic === 'sdp')) {
    const text = words(entry)
    assert.deepEqual([entry.file, code(text)], [entry.file, misprints[entry.file] ?? 'ok'])
    if (misprints[entry.file] === undefined) assert.equal(printSdp(parsed(text)), text, entry.file)
  }
})

test('RFC 4317: each answer is one to its offer', (t) => {
  for (const entry of entries(t, (e) => e.topic === 'sdp-offer-answer')) {
    const pair = JSON.parse(words(entry)) as { offer: string; answer: string }
    const offer = parsed(pair.offer), answer = parsed(pair.answer)
    assert.deepEqual([entry.file, checkAnswer(offer, answer)], [entry.file, { ok: true, value: undefined }])
    const agreed = negotiated(offer, answer)
    assert.deepEqual(agreed.map((m) => m.state), answer.media.map((m, i) => m.port === 0 || offer.media[i]!.port === 0 ? 'rejected' : 'live'))
    for (const [i, medium] of agreed.entries()) assert.ok(medium.state === 'rejected' || commonCodecs(offer.media[i]!, answer.media[i]!).length > 0, entry.file)
  }
})

test('RFC 4566: what osip reads is read, and again after printing', (t) => {
  for (const entry of entries(t, (e) => e.topic === 'sip-osip' && /\/sdp\d+$/.test(e.file))) {
    const first = parsed(words(entry)), again = parsed(printSdp(first))
    assert.deepEqual([again.session, again.media], [first.session, first.media], entry.file)
  }
})

test('A8 fuzz seeds of others break nothing, whole and cut short at every tenth octet', (t) => {
  for (const entry of entries(t, (e) => e.topic === 'sip-fuzz' && /sd(p|es)\//.test(e.file))) {
    const text = words(entry)
    for (let end = text.length; end >= 0; end -= 10) target.run(Buffer.from(text.slice(0, end), 'latin1'))
    target.run(Buffer.from(text.replace('t=0 0', 'c=IN IP4 127.0.0.1\nt=0 0'), 'latin1'))
  }
})

test('A8 bodies of whole messages, of torture and of mutated ones, break nothing', (t) => {
  let read = 0
  for (const entry of entries(t, (e) => ['sip-torture', 'sip-rfc-flows', 'sip-sofia', 'sip-osip'].includes(e.topic))) {
    const text = words(entry), at = text.search(/^v=0/m)
    if (at < 0) continue
    target.run(Buffer.from(text.slice(at), 'latin1'))
    if (parseSdp(text.slice(at)).ok) read++
  }
  if (read > 0) t.diagnostic(`${read} bodies are session descriptions`)
})
