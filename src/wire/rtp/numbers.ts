/** Arithmetic of numbers that wrap: sequence numbers (16 bits), timestamps (32 bits). RFC 1982 3, RFC 3550 5.1. */

/** How far `a` is ahead of `b`: -32,768 … 32,767. */
export function sequenceAhead(a: number, b: number): number { return ((a - b) << 16) >> 16 }

export function nextSequence(sequence: number): number { return (sequence + 1) & 0xffff }

/** How far `a` is ahead of `b`: -2^31 … 2^31-1. */
export function timestampAhead(a: number, b: number): number { return (a - b) | 0 }

export function addTimestamp(timestamp: number, units: number): number { return (timestamp + units) >>> 0 }
