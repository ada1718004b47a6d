/** What the SIP targets begin with: whole messages and the words of their grammar. */
const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'

function head(method: string, more: string, body: string): string {
  return `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77;rport\r\nMax-Forwards: 70\r\nFrom: "A \\"B\\"" <sip:1001@example.test>;tag=1\r\nTo: <sip:1002@example.test>\r\n`
    + `Call-ID: a@192.0.2.1\r\nCSeq: 1 ${method}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
}

export const messages: readonly string[] = [
  `INVITE sip:1002@example.test SIP/2.0\r\n${head('INVITE', 'Contact: <sip:1001@192.0.2.1:5060;transport=udp>\r\nSupported: timer, 100rel\r\nSession-Expires: 1800;refresher=uac\r\nContent-Type: application/sdp\r\n', sdp)}`,
  `INVITE sip:1002@[2001:db8::1]:5060;lr SIP/2.0\r\n${head('INVITE', 'v: SIP/2.0/TLS [2001:db8::9];branch=z9hG4bK1;received=[2001:db8::2], SIP/2.0/TCP a\r\nRecord-Route: <sip:p1;lr>,\r\n <sip:p2;lr>\r\nm: <sips:a@b>\r\nReplaces: x@y;to-tag=1;from-tag=2;early-only\r\n', '')}`,
  `REGISTER sip:example.test SIP/2.0\r\n${head('REGISTER', 'Contact: <sip:1001@192.0.2.1>;expires=60;q=0.5;+sip.instance="<urn:uuid:1>";reg-id=1\r\nPath: <sip:p;lr;ob>\r\nExpires: 60\r\n', '')}`,
  `SIP/2.0 183 Session Progress\r\n${head('INVITE', 'RSeq: 1\r\nRequire: 100rel\r\nContact: sip:1002@192.0.2.2\r\nReason: SIP;cause=200;text="Call completed elsewhere"\r\n', '')}`,
  `PRACK sip:1002@192.0.2.2 SIP/2.0\r\n${head('PRACK', 'RAck: 1 1 INVITE\r\n', '')}`,
  `NOTIFY sip:1001@192.0.2.1 SIP/2.0\r\n${head('NOTIFY', 'Event: refer;id=1\r\nSubscription-State: active;expires=60\r\nRefer-To: <sip:a@b?Replaces=x%40y%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n', 'SIP/2.0 100 Trying\r\n')}`,
  `MESSAGE tel:+1-212-555-0101 SIP/2.0\r\n${head('MESSAGE', 'Content-Type: multipart/mixed;boundary="b1"\r\n', '--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1\r\nContent-Type: multipart/x;boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b1--\r\n')}`,
]

export const words: readonly string[] = [
  '\r\n', '\r\n\r\n', '\r\n ', '\r', '\n', '\0', 'SIP/2.0', ' SIP/2.0\r\n', 'sip:', 'sips:', 'tel:', 'urn:', 'Via: ', 'v: ', 'SIP/2.0/UDP ', ';branch=z9hG4bK', ';rport', ';rport=', ';received=', ';received=[',
  'From: ', 'f: ', 'To: ', 't:', 'Call-ID: ', 'i: ', 'CSeq: ', 'Max-Forwards: ', 'Content-Length: ', 'l: ', 'Contact: *', 'm: ', 'Route: ', 'Record-Route: ', 'Content-Type: multipart/mixed;boundary=',
  ';tag=', ';lr', ';transport=', ';maddr=', ';ttl=', '?Route=', '&', '%00', '%', '<', '>', '"', '\\"', '\\', ',', ';', '=', '@', ':', '[::1]', '[', ']', '[2001:db8:::1]', 'Replaces: ', 'RAck: ', 'Event: ', 'Reason: ', '--', '*',
]
