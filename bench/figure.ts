/** What a bench measures and says. */
export interface Figure {
  readonly what: string
  readonly unit: string
  /** One value a round; the report gives least, median and most. */
  readonly values: readonly number[]
  /** What it is compared with, measured in the same run: ours divided by theirs is the ratio. */
  readonly peer?: { readonly name: string, readonly values: readonly number[] } | undefined
  /** The figure aimed at; `atMost` where less is better. */
  readonly aim?: { readonly value: number, readonly atMost?: boolean } | undefined
  /** What dominates, what would change it. */
  readonly note?: string | undefined
}

export interface Bench {
  readonly name: string
  /** What is measured and how, in a sentence or two. */
  readonly what: string
  /** It takes long: run only where it is asked for by its name. */
  readonly byName?: true
  run(): Promise<Figure[]>
}

/** Calls of `work` a CPU second of this thread, in so many rounds of about 200 ms; `work` does `count` of them. */
export function rate(work: () => void, count: number, rounds = 7): number[] {
  const values: number[] = []
  for (let round = -2; round < rounds; round++) {   // two rounds to warm up
    globalThis.gc?.()
    const before = process.threadCpuUsage()
    let done = 0, spent = 0
    while (spent < 200_000) {
      work()
      done += count
      const { user, system } = process.threadCpuUsage(before)
      spent = user + system
    }
    if (round >= 0) values.push(done / spent * 1_000_000)
  }
  return values
}
