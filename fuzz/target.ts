/** What a stranger can feed: one target a parser. x. */
export interface FuzzTarget {
  /** Protocol first: `sip-message`, `sip-via`, `sdp`: `npm run fuzz -- sip` runs all that begin so. */
  readonly name: string
  /** Whole valid inputs to begin with. */
  readonly seeds: () => Buffer[]
  /** Words of the grammar, put in where a random byte would hardly ever form them. */
  readonly dictionary?: readonly string[]
  /** Milliseconds that an input may take; 5 if left out: more for one that holds many messages or a whole file. */
  readonly slowest?: number
  /** Feeds one input. Throws where our own code is wrong: a stranger's mistake is a value. */
  readonly run: (input: Buffer) => void
}
