/** A5, A8: the work for a session description grows with its length and no faster. */
import { parseCrypto, parseSdp, printSdp, redactKeys } from '../../../src/wire/sdp/index.ts'
import { everywhere, linear } from '../../linear.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n'
const read = (text: string) => { const parsed = parseSdp(text); return parsed.ok ? printSdp(parsed.value) : redactKeys(text) }

linear('A5 SDP', 4_000, {
  'lines': (n) => { const text = head + 'a=x\r\n'.repeat(n / 5); return () => read(text) },
  'media': (n) => { const text = head + 'm=audio 1 RTP/AVP 0\r\n'.repeat(n / 200); return () => read(text) },
  'formats': (n) => { const text = `${head}m=audio 1 RTP/AVP${' 0'.repeat(n / 8)}\r\n`; return () => read(text) },
  'crypto lines': (n) => { const text = `${head}m=audio 1 RTP/SAVP 0\r\n${`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}\r\n`.repeat(n / 200)}`; return () => read(text) },
  'keys of one crypto line': (n) => { const text = `1 AES_CM_128_HMAC_SHA1_80 ${`inline:${'A'.repeat(40)}|2^31;`.repeat(n / 55)}`; return () => parseCrypto(text) },
  'keys to be taken out': (n) => { const text = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}\r\n`.repeat(n / 80); return () => redactKeys(text) },
})
linear('A5 SDP,', 1_500, everywhere(read, { 'alone:': ['', ''], 'a line:': [`${head}a=crypto:1 `, '\r\n'], 'media:': [`${head}m=audio `, ' RTP/AVP 0\r\n'], 'connection:': ['v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 ', '\r\n'] }))
