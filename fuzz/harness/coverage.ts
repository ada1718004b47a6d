/** Which blocks of our own code an input reached, from V8's precise coverage. Costs too much for every input: the harness samples. */
import { Session } from 'node:inspector'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'

interface Block { startOffset: number, endOffset: number, count: number }
interface Script { url: string, functions: { ranges: Block[] }[] }

export interface Coverage {
  /** Blocks reached since the last call that were never reached before. */
  fresh(): string[]
  /** Of these blocks, those reached since the last call; they count as seen. */
  reachedOf(blocks: readonly string[]): string[]
  close(): void
}

const source = pathToFileURL(resolve(import.meta.dirname, '../../src')).href

export function newCoverage(): Coverage {
  const session = new Session()
  const seen = new Set<string>()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })   // with counts: each look starts again from nothing
  return {
    fresh: () => [...take(session)].filter((block) => !seen.has(block)),
    reachedOf: (blocks) => {
      const now = take(session)
      const found = blocks.filter((block) => now.has(block))
      for (const block of found) seen.add(block)
      return found
    },
    close: () => { session.post('Profiler.stopPreciseCoverage'); session.disconnect() },
  }
}

function take(session: Session): Set<string> {
  const blocks = new Set<string>()
  session.post('Profiler.takePreciseCoverage', (error: Error | null, answer: { result: Script[] }) => {
    if (error) throw error
    for (const { url, functions } of answer.result) if (url.startsWith(source)) collect(blocks, url.slice(source.length), functions)
  })
  return blocks
}

function collect(blocks: Set<string>, file: string, functions: Script['functions']): void {
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) if (count > 0) blocks.add(`${file}:${startOffset}-${endOffset}`)
  }
}
