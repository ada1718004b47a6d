/** Every problem that the house can name, as people read it: `text remedy [code]` is whole sentences. Issue 2, point 7. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { adminCodes, adminProblem } from '../../src/admin/problems.ts'
import { directoryProblems } from '../../src/directory/problems.ts'
import { edgeCodes, problem as edgeProblem } from '../../src/edge/problems.ts'
import type { Problem } from '../../src/kit/result.ts'
import { mainCodes, mainProblem } from '../../src/main/problems.ts'
import { type StoreCode, storeProblem, storeProblems } from '../../src/store/problems.ts'
import { problem as sdpProblem, sdpCodes } from '../../src/wire/sdp/problems.ts'
import { problems as digest } from '../../src/wire/sip/digest/problems.ts'
import { problems as locate } from '../../src/wire/sip/locate/problems.ts'
import { problems as sip } from '../../src/wire/sip/problems.ts'

type Named = Readonly<Record<string, Problem | ((where: string) => Problem)>>
const all = (named: Named): Problem[] => Object.values(named).map((one) => typeof one === 'function' ? one('To') : one)

const rooms: Readonly<Record<string, readonly Problem[]>> = {
  edge: edgeCodes.flatMap((code) => [edgeProblem(code), edgeProblem(code, 'sip-udp', 'EIO'), edgeProblem(code, 'sip-udp', 'It ended.')]),
  admin: adminCodes.flatMap((code) => [adminProblem(code), adminProblem(code, 'apply', 'EIO')]),
  main: mainCodes.flatMap((code) => [mainProblem(code), mainProblem(code, '--roles', 'kitchen')]),
  store: Object.keys(storeProblems).map((code) => storeProblem(code as StoreCode)),
  directory: Object.entries(directoryProblems).map(([code, text]) => ({ code, text })),
  sdp: sdpCodes.map((code) => sdpProblem(code)), sip: all(sip), digest: all(digest), locate: all(locate),
}

for (const [room, problems] of Object.entries(rooms)) {
  test(`issue 2, bad input: every text and remedy of ${room} ends with one full stop`, () => {
    assert.ok(problems.length > 0)
    const wrong = problems.flatMap(({ code, text, remedy }) => [text, remedy].filter((words) => words !== undefined && !/[^.]\.$/.test(words)).map((words) => `${code}: ${words}`))
    assert.deepEqual(wrong, [])
  })
}

/** `code: …, text: '…'` or `remedy: '…'` of a problem that is written where it is found. */
const spelled = /(?:\bcode: [^,]+, text|\bremedy): (?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g

test('issue 2, bad input: problems that are spelled where they are found end with a full stop, in every room', () => {
  const src = resolve(import.meta.dirname, '../../src')
  const found = globSync('**/*.ts', { cwd: src }).flatMap((file) => readFileSync(resolve(src, file), 'utf8').split('\n')
    .flatMap((line, i) => /\bcode: /.test(line) ? [...line.matchAll(spelled)].map(([, plain, filled]) => ({ at: `${file}:${i + 1}`, words: plain ?? filled! })) : []))
  assert.ok(found.length > 40, `${found.length} found`)
  assert.deepEqual(found.filter(({ words }) => !/[^.]\.$/.test(words)).map(({ at, words }) => `${at} ${words}`), [])
})
