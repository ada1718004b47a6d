import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, ok, printProblem, type Problem, type Result } from '../../src/kit/result.ts'

const lines: [problem: Problem, line: string][] = [
  [{ code: 'site.unknownField', text: 'There is no field colour.' }, 'There is no field colour. [site.unknownField]'],
  [{ code: 'site.range', text: 'Too high.', where: 'site.yaml:3' }, 'site.yaml:3: Too high. [site.range]'],
  [{ code: 'site.range', text: 'Too high.', where: 'site.yaml:3', remedy: 'At most 65535.' }, 'site.yaml:3: Too high. At most 65535. [site.range]'],
]
for (const [problem, line] of lines) test(`a problem as a line: ${line}`, () => assert.equal(printProblem(problem), line))

test('a result is told apart by ok', () => {
  const even = (n: number): Result<number> => n % 2 === 0 ? ok(n) : fail({ code: 'test.odd', text: 'odd' })
  const good = even(2), bad = even(3)
  assert.ok(good.ok && good.value === 2)
  assert.ok(!bad.ok && bad.problem.code === 'test.odd')
})
