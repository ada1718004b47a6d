/** One step of an explanation: a sentence, and the object and field that decide. */
export interface Step {
  /** One sentence. */
  readonly text: string
  /** `lines[1001]`, as the site file names it. */
  readonly object?: string | undefined
  readonly field?: string | undefined
  readonly value?: string | number | boolean | undefined
}
