/** The bounds of the door, each named, with its default and unit. One object configures them all. */
export interface GuardLimits {
  /** Sources remembered (strangers; known and connected ones beside them, as many again). */
  readonly maxSources: number
  /** Datagrams (or stream units of 512 octets) a second of one source, and what it may send at once. Over it a stranger's datagrams are dropped, a known source's only under pressure. */
  readonly strangerRate: number
  readonly strangerBurst: number
  readonly knownRate: number
  readonly knownBurst: number
  /** Over these datagrams a second a source always loses. */
  readonly strangerHardRate: number
  readonly knownHardRate: number
  /** All strangers together a second while the loop sheds: at first, and however long that lasts. */
  readonly strangersTogether: number
  readonly strangersAtLeast: number
  /** Queue delay in ms that begins and ends a state (calm, pressed, shedding). Up to 500 nobody sends again for want of an answer (RFC 3261 17.1.1.1: T1). */
  readonly pressedDelay: number
  readonly sheddingDelay: number
  readonly calmDelay: number
  /** Inputs without a moment of rest before their time counts as queue delay: a busy loop without a queue sheds nothing. */
  readonly queueInputs: number
  readonly maxDatagram: number
  readonly maxConnections: number
  readonly maxConnectionsPerSource: number
  readonly maxConnectionsPerKnownSource: number
  /** Connections in the TLS handshake or before their first complete message. */
  readonly maxHalfOpen: number
  readonly maxHalfOpenPerSource: number
  readonly maxHalfOpenPerKnownSource: number
  /** Milliseconds. */
  readonly handshakeTimeout: number
  /** Until the first complete message (the first one that we answered). */
  readonly firstFrameTimeout: number
  /** Octets a second that earn a slow sender more time for its first message, up to `slowestFrame` ms. */
  readonly minimumRate: number
  readonly slowestFrame: number
  /** After the first: pieces smaller than this on average, unanswered for `firstFrameTimeout`, are a trickle. */
  readonly trickleSize: number
  readonly trickleCount: number
  /** Without an answer of ours (strangers), without an octet (known). */
  readonly strangerIdle: number
  readonly knownIdle: number
  readonly connectTimeout: number
  /** Octets waiting to be read by the other side. */
  readonly maxWriteQueue: number
  /** Messages and octets waiting for a connection being made. */
  readonly maxPendingSends: number
  readonly maxPendingBytes: number
  /** Connections that we made or are making. */
  readonly maxDials: number
  readonly maxWebSocketMessage: number
  /** Evidence (weights 1–100) that begins a quarantine, how it fades, how long the quarantine lasts. */
  readonly quarantineAt: number
  readonly evidenceHalfLife: number
  readonly quarantineTime: number
  /** 127.0.0.1 and ::1 are known sources: programs of this machine, a proxy in front of us among them, are no strangers. */
  readonly loopbackKnown: boolean
}

export const defaultLimits: GuardLimits = {
  maxSources: 65_536,
  strangerRate: 500, strangerBurst: 1_000, knownRate: 50_000, knownBurst: 50_000,
  strangerHardRate: 20_000, knownHardRate: 200_000, strangersTogether: 5_000, strangersAtLeast: 50,
  pressedDelay: 50, sheddingDelay: 500, calmDelay: 20, queueInputs: 128,
  maxDatagram: 65_507,
  maxConnections: 16_384, maxConnectionsPerSource: 256, maxConnectionsPerKnownSource: 8_192,
  maxHalfOpen: 2_048, maxHalfOpenPerSource: 64, maxHalfOpenPerKnownSource: 512,
  handshakeTimeout: 5_000, firstFrameTimeout: 5_000, minimumRate: 1_000, slowestFrame: 60_000, trickleSize: 32, trickleCount: 8,
  strangerIdle: 180_000, knownIdle: 1_800_000, connectTimeout: 5_000,
  maxWriteQueue: 1_048_576, maxPendingSends: 64, maxPendingBytes: 262_144, maxDials: 8_192, maxWebSocketMessage: 65_536,
  quarantineAt: 100, evidenceHalfLife: 60_000, quarantineTime: 300_000, loopbackKnown: true,
}
