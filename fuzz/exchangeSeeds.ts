/** What the exchange's target begins with: scripts of whole dialogues. A piece is a letter (who speaks, or what happens) and what is said. */
const separator = '\x1e'
export const piecesOf = (script: string): string[] => script.split(separator)
const script = (...pieces: readonly string[]): string => pieces.join(separator)

/** Two phones known by their address, one by its certificate, one by digest; nobody else is anybody. */
export const exchangeSite = `
system: { domain: example.test, listen: 127.0.0.1 }
users: [{ userId: dora, extension: "1004" }]
phones:
  - { name: fixed1, lines: ["1001"], address: "192.0.2.1:5060", deviceSecurityMode: nonSecure, mediaSecurity: off }
  - { name: fixed2, lines: ["1002"], address: "192.0.2.2:5060", deviceSecurityMode: nonSecure, mediaSecurity: preferred }
  - { name: cert, lines: ["1003"], mediaSecurity: preferred }
  - { name: dora, user: dora, digest: { user: dora, password: "battery-staple" }, deviceSecurityMode: nonSecure }
lines: [{ number: "1001", pickupGroup: "1900" }, { number: "1002", pickupGroup: "1900", forwardBusy: "1003", noAnswerSeconds: 5, forwardNoAnswer: "1003" }, { number: "1003", pickupGroup: "1900" }]
huntGroups: [{ number: "2000", algorithm: broadcast, members: ["1002", "1003"], ringSeconds: 6 }]
parkLots: [{ name: Main, range: 700X, reversionSeconds: 10 }]
pickupGroups: [{ number: "1900" }]
`

export const tagOfPhones = 'phone'
const numbers: Readonly<Record<string, string>> = { A: '1001', B: '1002', T: '1003' }
const sdp = (port: number) => `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`
const withBody = (body: string) => body === '' ? 'Content-Length: 0\r\n\r\n' : `Content-Type: application/sdp\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const offer = withBody(sdp(4_000)), answer = withBody(sdp(5_000)), nothing = withBody('')

/** Outside a dialog: From is the speaker, the Call-ID tells what it is about. */
function ask(who: string, method: string, number: string, rest = nothing, more = ''): string {
  const own = numbers[who] ?? '1004', transport = who === 'T' ? 'TLS' : who === 'U' ? 'TCP' : who === 'W' ? 'WS' : 'UDP'
  return `${who}${method} sip:${number}@example.test SIP/2.0\r\nVia: SIP/2.0/${transport} ${who.toLowerCase()}.example.test;branch=z9hG4bK${method}${number};rport\r\nMax-Forwards: 70\r\nFrom: <sip:${own}@example.test>;tag=${own}\r\nTo: <sip:${number}@example.test>\r\n`
    + `Call-ID: ${own}\r\nCSeq: 1 ${method}\r\nContact: <sip:${own}@192.0.2.1:5060>\r\n${more}${rest}`
}

/** In the dialog that the speaker began. */
const go = (who: string, method: string, cseq: number, rest = nothing, more = '') =>
  ask(who, method, '1002', rest, more).replace('To: <sip:1002@example.test>', 'To: <sip:1002@example.test>;tag={tag}').replace(`CSeq: 1 ${method}`, `CSeq: ${cseq} ${method}`).replace(`K${method}1002`, `K${method}${cseq}`)
/** In the dialog that the speaker was called in. */
const back = (who: string, method: string, rest = nothing, more = '') => go(who, method, 7, rest, more)
  .replace(/tag=\d+/, `tag=${tagOfPhones}`).replace('tag={tag}', 'tag={their}').replace(/Call-ID: \d+/, 'Call-ID: {callid}')

export const register = (who: string): string => ask(who, 'REGISTER', numbers[who]!, nothing, 'Expires: 600\r\n').slice(1).replace('Call-ID: ', 'Call-ID: register')

const up = [ask('A', 'INVITE', '1002', offer), 'b180 Ringing\r\nContact: <sip:b@192.0.2.2>\r\n\r\n', `b200 OK\r\nContact: <sip:b@192.0.2.2>\r\n${answer}`, go('A', 'ACK', 1)]

export const scripts: readonly string[] = [
  script(...up, go('A', 'BYE', 2), `b200 OK\r\n${nothing}`),
  script(...up, back('B', 'BYE'), 'p1000'),
  script(...up, go('A', 'INVITE', 2, withBody(sdp(4_000).replace('m=', 'a=sendonly\r\nm='))), `b200 OK\r\nContact: <sip:b@192.0.2.2>\r\n${answer}`, go('A', 'ACK', 2), back('B', 'UPDATE', offer), 'p600'),
  script(...up, back('B', 'REFER', nothing, 'Refer-To: <sip:1003@example.test>\r\n'), `t200 OK\r\nContact: <sip:c@192.0.2.3;transport=tls>\r\n${answer}`, 'p4000'),
  script(...up, go('A', 'REFER', 2, nothing, 'Refer-To: <sip:*5@example.test>\r\n'), 'p12000', back('B', 'INFO', 'Content-Type: application/dtmf-relay\r\nContent-Length: 8\r\n\r\nSignal=1')),
  script(...up, go('A', 'REFER', 2, nothing, 'Refer-To: <sip:*5@example.test>\r\n'), 'b180 Ringing\r\n\r\n', 'p12000'),
  script(...up, 'x', 'p900000', go('A', 'MESSAGE', 3)),
  script(ask('A', 'INVITE', '1002', offer), `b183 Session Progress\r\nRequire: 100rel\r\nRSeq: 1\r\nContact: <sip:b@192.0.2.2>\r\n${answer}`, go('A', 'PRACK', 2, nothing, 'RAck: 1 1 INVITE\r\n'), ask('A', 'CANCEL', '1002').replace('KCANCEL', 'KINVITE'), `b487 Gone\r\n${nothing}`),
  script(ask('A', 'INVITE', '2000', nothing), `b302 Moved\r\nContact: <sip:1003@example.test>\r\n${nothing}`, `t486 Busy\r\n${nothing}`),
  script(ask('T', 'INVITE', '1001', offer), 'p6000', 'x', 'p40000'),
  script(ask('T', 'INVITE', '1002', offer), 'b180 Ringing\r\nContact: <sip:b@192.0.2.2>\r\n\r\n', ask('A', 'INVITE', '*8', offer), 'p2000', back('B', 'BYE')),
  script(ask('A', 'SUBSCRIBE', '1002', nothing, 'Event: dialog\r\nExpires: 600\r\n'), ask('B', 'INVITE', '1003', offer), `t200 OK\r\nContact: <sip:c@192.0.2.3;transport=tls>\r\n${answer}`, back('T', 'BYE')),
  script(ask('A', 'REGISTER', '1001', nothing, 'Contact: <sip:a@far.example.test>;expires=60\r\nPath: <sip:p.example.test;lr>\r\nSupported: path, gruu, outbound\r\n'), ask('B', 'INVITE', '1001', offer), 'p5000'),
  script(ask('S', 'INVITE', '1002', offer), ask('S', 'REGISTER', '1004', nothing, 'Authorization: Digest username="dora", realm="example.test", nonce="x", uri="sip:example.test", response="0", qop=auth, nc=00000001, cnonce="y"\r\n'), ask('S', 'OPTIONS', '1002')),
  script(ask('U', 'MESSAGE', '1001', 'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi'), 'U\r\n\r\n', ask('W', 'INVITE', '1001', offer), ask('S', 'BYE', '1002')),
  script(ask('A', 'MESSAGE', '1003', 'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi'), `t200 OK\r\n${nothing}`, ask('A', 'PUBLISH', '1001'), ask('B', 'INVITE', '1002', offer, 'Replaces: 1001;to-tag=1;from-tag=2\r\n')),
]
