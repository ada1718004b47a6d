import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionSpans } from '../../tools/lengths.ts'

const rows: Record<string, [source: string, spans: [name: string, line: number, lines: number][]]> = {
  'a declaration counts from its name to its brace': ['\nfunction a(b) {\n  if (b) {\n    c()\n  }\n}\n', [['a', 2, 5]]],
  'parameters over several lines belong to it': ['function a(\n  b,\n  c,\n) {\n}', [['a', 1, 5]]],
  'arrows and methods count, control blocks and objects do not': ['const x = { run(a) {\n}, y: (b) => {\n\n} }\nfor (;;) { while (1) {} }', [['run', 1, 2], ['(arrow)', 2, 3]]],
  'braces in strings, comments, templates and regular expressions are text': [`function a() {\n  return /[{/]}/.test(\`{$\{b ? \`}\` : '{'}}\`) // }\n}`, [['a', 1, 3]]],
  'a division opens no regular expression': ['function a() {\n  return (b) / 2 / c\n}', [['a', 1, 3]]],
}

for (const [name, [source, spans]] of Object.entries(rows)) {
  test(name, () => {
    const found = functionSpans(source).sort((a, b) => a.line - b.line)
    assert.deepEqual(found.map((span) => [span.name, span.line, span.lines]), spans)
  })
}
