/** Every bound of the MIME room. What lies beyond is not refused but not looked into: a message is kept whole whatever it holds. */
/** Parts inside parts, messages inside messages. */
export const maxNesting = 16
export const maxParts = 256
/** Header lines of one part that are kept, and octets of one of them. */
export const maxFields = 512
export const maxField = 65_536
export const maxParameters = 64
export const maxAddresses = 1_000
/** RFC 2046 5.1.1 says 70; some write longer ones. */
export const maxBoundary = 70
export const maxBoundaryRead = 256
/** RFC 2045 6.7, 6.8 */
export const lineLength = 76
