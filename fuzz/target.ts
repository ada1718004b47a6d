/** What a fuzz run needs to know of a parser: where to begin, what words it knows, and how to try one input. */
export interface FuzzTarget {
  /** Names the corpus folder too: `fuzz/corpus/NAME`. */
  name: string
  seeds: () => Buffer[]
  /** Words that the mutator may put in. */
  dictionary?: string[]
  /** Throws where a promise of the parser is broken. */
  run: (input: Buffer) => void
}
