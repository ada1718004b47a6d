/** Fuzz target of stream framing: the same messages come out however the octets are cut, and no more waits than a message may hold. */
import assert from 'node:assert/strict'
import { type Framed, frame, maxMessage, newFraming } from '../src/wire/sip/index.ts'
import { messages, words } from './sipSeeds.ts'
import type { FuzzTarget } from './target.ts'

/** Cuts of growing, repeating length; `size` 0 is the whole at once. */
function framed(text: string, size: number): Framed[] {
  const state = newFraming(), out: Framed[] = []
  for (let i = 0; i < text.length;) {
    const next = size === 0 ? text.length : i + size
    const said = frame(state, text.slice(i, next))
    out.push(...said)
    assert.ok(state.length <= maxMessage, 'more waits than a message may hold')
    if (said.some((one) => one.is === 'broken')) break
    i = next
  }
  return out
}

const told = (out: Framed[]) => out.filter((one) => one.is !== 'pong').map((one) => one.is === 'message' ? one.text : one.is === 'broken' ? `broken ${one.problem.code}` : one.is)

export const target: FuzzTarget = {
  name: 'sip-frame',
  seeds: () => [...messages, messages.join(''), `\r\n\r\n${messages[0]}\r\n\r\n\r\n${messages[1]}`].map((m) => Buffer.from(m, 'latin1')),
  dictionary: words,
  run: (input) => {
    const text = input.subarray(0, 16_384).toString('latin1'), whole = told(framed(text, 0))
    for (const size of text.length < 700 ? [1, 100] : [100]) assert.deepEqual(told(framed(text, size)), whole)
  },
}
