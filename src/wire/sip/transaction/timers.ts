/** RFC 3261 17.1.1.1: what every transaction timer is made of, in milliseconds. */
export const T1 = 500
export const T2 = 4_000
export const T4 = 5_000

/** Timer C (16.6 step 11): how long a request inside a dialog may wait for its final response, counted from the latest provisional one. */
export const timerC = 180_000

/** Timers B, F, H, J, L, M: as long as the other side may still be sending again. */
export const giveUp = 64 * T1
