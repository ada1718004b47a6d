/**
 * How safe a call is: the least of its legs, with a reason in words.
 *
 * Standards  requirements R269–R271, R292; Call-Info security of the seed's call control
 */
export type Level = 'notAuthenticated' | 'authenticated' | 'encrypted'

export interface LegFacts {
  readonly name: string
  /** TLS or WSS. */
  readonly secureSignalling: boolean
  /** Every live medium of the leg has SRTP. */
  readonly secureMedia: boolean
  /** The administrator lets this device's word count. */
  readonly trusted: boolean
}

export function levelOf(leg: LegFacts): Level {
  if (!leg.trusted || !leg.secureSignalling) return 'notAuthenticated'
  return leg.secureMedia ? 'encrypted' : 'authenticated'
}

const order: readonly Level[] = ['notAuthenticated', 'authenticated', 'encrypted']

export function least(levels: readonly Level[]): Level {
  return order[Math.min(...levels.map((level) => order.indexOf(level)))] ?? 'notAuthenticated'
}

/** Why a leg is not encrypted; undefined where it is. */
export function whyNot(leg: LegFacts): string | undefined {
  if (!leg.secureSignalling) return `${leg.name} signals without TLS.`
  if (!leg.secureMedia) return `The media of ${leg.name} are not encrypted.`
  return leg.trusted ? undefined : `${leg.name} is not trusted for the security status.`
}
