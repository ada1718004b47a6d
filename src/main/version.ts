/** The version of this program, as package.json has it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function ownVersion(): string {
  return String((JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version?: unknown }).version)
}
