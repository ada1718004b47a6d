/** What a suite does to one packet, in place. Two kinds: counterMode.ts and galois.ts; of each one object for RTP and one for RTCP, as long as its key. */
export interface Transform {
  /** Encrypts octets `head` to `end` and writes the tag at `tagAt`; of RTCP the index stands in the packet at `indexAt` already. */
  seal(packet: Buffer, place: Place): void
  /** Checks the tag, then decrypts; false: the tag is wrong, and the packet as it came. */
  open(packet: Buffer, place: Place): boolean
}

/** Where what stands in a packet, and what goes into its initialisation vector. */
export interface Place {
  /** The first octet that is encrypted. */
  head: number
  /** Past the last of them. */
  end: number
  tagAt: number
  /** Of the packet's end with tag, MKI and index. */
  total: number
  /** RTCP: of the word with E and index. */
  indexAt: number
  mkiAt: number
  ssrc: number
  /** RTP: roll-over counter and sequence number, 48 bits; RTCP: 31 bits. */
  index: number
}

/** Octets ahead of `end` that the four parts take (RFC 3711 3.1 and 3.4; RFC 7714 8 and 9: the tag belongs to the cipher). */
export function layOut(place: Place, aead: boolean, tag: number, mki: number, control: boolean): void {
  const { end } = place, word = control ? 4 : 0
  place.tagAt = aead ? end : end + word + mki
  place.indexAt = aead ? end + tag : end
  place.mkiAt = aead ? end + tag + word : end + word
  place.total = end + tag + word + mki
}
