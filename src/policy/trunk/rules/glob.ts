/**
 * Text with * for anything: where it stands first in a value, and what a star stood for.
 *
 * Security   fed by peers of trunks: each piece between stars is looked for once, from where the one before it ended; nothing is ever tried again
 */

/** The pieces between the stars: one more than there are stars. */
export type Glob = readonly string[]

export interface Found { readonly start: number; readonly end: number; /** What each star stood for. */ readonly stars: readonly string[] }

export function newGlob(text: string): Glob { return text.split('*') }

/** The leftmost match, each star as short as can be; a star at either end reaches to the end of the value. */
export function find(glob: Glob, value: string): Found | undefined {
  const [first = '', ...rest] = glob, start = value.indexOf(first)
  if (start < 0) return undefined
  const stars: string[] = []
  let at = start + first.length
  for (const [i, piece] of rest.entries()) {
    const next = piece === '' && i === rest.length - 1 ? value.length : value.indexOf(piece, at)
    if (next < 0) return undefined                      // the first of what stands before it leaves the most room: no later one does better
    stars.push(value.slice(at, next))
    at = next + piece.length
  }
  return { start, end: at, stars }
}

/** The value with what was found replaced: the first star of `by` stands for what the first star found, and so on. Undefined where nothing was found. */
export function replaced(glob: Glob, by: Glob, value: string): string | undefined {
  const found = find(glob, value)
  if (!found) return undefined
  const { start, end, stars } = found
  return value.slice(0, start) + filled(by, stars) + value.slice(end)
}

/** Stars that stand for nothing are stars. */
function filled([first = '', ...rest]: Glob, stars: readonly string[]): string {
  return rest.reduce((text, piece, i) => `${text}${stars[i] ?? '*'}${piece}`, first)
}
