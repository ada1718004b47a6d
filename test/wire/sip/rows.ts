/** Runs a machine through a table in virtual time: one row is one sentence of the RFC. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Machine, Millis } from '../../../src/kit/machine.ts'

interface Living { is: string; wakeAt?: Millis | undefined; text: string }
type Said = { do: string; text?: string; what?: string }

/** at, input by name, what comes out, state after. */
export type Row = [at: number, input: string, out: string, state: string]
export interface Play<State extends Living, In, Out extends Said> {
  machine: Machine<State, In, Out>
  start: (reliable: boolean) => State
  input: (name: string) => In | { is: 'wake' }
}

/** `send` with the first words of the text, `tell` with what, in the order in which they were said. */
export function saying(said: readonly Said[]): string {
  return said.map((o) => [o.do, o.what ?? o.text?.split(' SIP/2.0')[0]?.split('\r\n')[0] ?? ''].join(' ').trim()).join(', ')
}

export function play<State extends Living, In, Out extends Said>(
  the: Play<State, In, Out>, flows: Record<string, { reliable: boolean; rows: Row[] }>,
): void {
  for (const [name, { reliable, rows }] of Object.entries(flows)) {
    test(name, () => {
      let tx = the.start(reliable)
      for (const [at, input, out, state] of rows) {
        const said = saying(the.machine.step(tx, at, the.input(input)))
        tx = structuredClone(tx)   // it can be stored, or moved to another node, between any two rows
        assert.deepEqual([at, input, said, tx.is], [at, input, out, state])
      }
    })
  }
}

/** Every state by every input: `path` leads from the start to the state, then each input is given once at `at` to a copy. */
export function matrix<State extends Living, In, Out extends Said>(
  title: string, the: Play<State, In, Out>,
  states: Record<string, { reliable?: boolean; path: [at: number, input: string][]; at: number; expected: Record<string, string> }>,
): void {
  for (const [state, { reliable = false, path, at, expected }] of Object.entries(states)) {
    test(`${title}: every input in ${state}`, () => {
      const tx = the.start(reliable)
      for (const [when, input] of path) the.machine.step(tx, when, the.input(input))
      assert.equal(tx.is, state.split(' ')[0])
      for (const [input, wanted] of Object.entries(expected)) {
        const copy = structuredClone(tx), said = saying(the.machine.step(copy, at, the.input(input)))
        assert.equal(`${said} -> ${copy.is}`, wanted, `${input} in ${state}`)
        assert.equal(copy.is === 'terminated', /\bend$/.test(said) || state === 'terminated', `${input} in ${state} says its end`)
        if (copy.is === 'terminated') assert.deepEqual([copy.wakeAt, copy.text], [undefined, ''], `${input} in ${state} leaves nothing behind`)
      }
    })
  }
}
