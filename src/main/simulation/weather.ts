/** How bad a link is. Chances are parts in 10,000. */
import type { Millis, Random } from '../../kit/machine.ts'

export interface Weather {
  /** One way. */
  readonly delay: Millis
  /** Added to the delay, from nothing up to this. */
  readonly jitter: Millis
  readonly loss: number
  readonly duplicate: number
  /** A datagram is held back so long that later ones overtake it. */
  readonly reorder: number
  /** A stream's data arrives in pieces of random length. */
  readonly chop: number
  /** A connection breaks when something is sent on it. */
  readonly reset: number
}

export const fair: Weather = { delay: 1, jitter: 0, loss: 0, duplicate: 0, reorder: 0, chop: 0, reset: 0 }
/** What a phone behind a poor radio link sees. */
export const foul: Weather = { delay: 40, jitter: 60, loss: 500, duplicate: 200, reorder: 500, chop: 5_000, reset: 20 }
/** Nothing passes. */
export const severed: Weather = { ...fair, loss: 10_000 }

export function happens(random: Random, chance: number): boolean {
  return chance > 0 && random.below(10_000) < chance
}

/** How long one datagram is under way; undefined: lost. */
export function datagramDelay(random: Random, weather: Weather): Millis | undefined {
  if (happens(random, weather.loss)) return undefined
  const held = happens(random, weather.reorder) ? 1 + random.below(10 + 4 * (weather.delay + weather.jitter)) : 0
  return oneWay(random, weather) + held
}

export function oneWay(random: Random, weather: Weather): Millis {
  return weather.delay + (weather.jitter > 0 ? random.below(weather.jitter + 1) : 0)
}

/** A stream loses nothing, but what was lost is sent again: 200 ms, then double (RFC 6298). undefined: given up after 32 s. */
export function streamDelay(random: Random, weather: Weather): Millis | undefined {
  let again = 0
  for (let pause = 200; happens(random, weather.loss); pause *= 2) {
    again += pause
    if (again > 32_000) return undefined
  }
  return oneWay(random, weather) + again
}
