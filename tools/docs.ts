/** Writes docs/site.md from the definitions of directory/: a field is spelled once, the page follows. `--check` only says whether it does. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '../src/directory/define.ts'
import { definitions } from '../src/directory/kinds.ts'

export const page = join(import.meta.dirname, '../docs/site.md')

const head = `# The site file

YAML (JSON is YAML). \`ringfort apply FILE\` makes the system what it says; \`ringfort apply FILE --dry-run\` shows the plan; \`ringfort export\` writes what there is.

- Every list is keyed by its first field. A list that stands in the file is complete: what it does not name is deleted. A list that is absent is left alone.
- An object that stands in the file is complete too, \`system\` and each of \`services\` as well: a field that it leaves out goes back to its default, and the plan marks that (\`the default\`).
- Unknown fields are refused, with file, line and what there is. All faults are told at once, and nothing is changed then.
- Numbers that are names need quotes: \`extension: "1001"\`. Anchors, aliases and tags are refused.
- Secrets are taken in the clear and kept sealed; an export leaves them out, and a secret that is absent stays what it was. \`null\` takes it away.
- A digest password belongs to its user and realm: change one of them, and the password must be given again.

This page is made from the definitions (\`node tools/docs.ts\`); a test keeps it true.
`

/** A cell of a table: pipes would end it. */
function cell(text: string): string { return text.replaceAll('|', '\\|') }

function preset(value: unknown): string { return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\`` }

export function siteReference(): string {
  const parts = definitions.map((definition) => {
    const { collection, label, description, fields } = describe(definition)
    const rows = fields.map((f) => `| \`${f.field}\`${f.required ? ' *' : ''} | ${cell(f.description)} | ${cell(f.allowed)} | ${cell(preset(f.default))} |`)
    return `## ${collection}\n${label}. ${description}\n\n| field | what | takes | default |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `${head}\n\`*\` must be given.\n\n${parts.join('\n')}`
}

if (process.argv[1] === import.meta.filename) {
  const wanted = siteReference()
  if (!process.argv.includes('--check')) writeFileSync(page, wanted)
  else if (readFileSync(page, 'utf8') !== wanted) {
    console.error('docs/site.md is not what the definitions say: run node tools/docs.ts')
    process.exitCode = 1
  }
}
