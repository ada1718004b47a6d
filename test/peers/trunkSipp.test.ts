/** SIPp behind a trunk: what each switch of a security profile admits, in which order, and what goes over the wire. R333–R375; A11, A12, A14–A16. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logLines, until } from '../main/running.ts'
import { ackAndBye, agree, answer, answerKept, ask, await_, byeFromCalled, calling, hear, keep, keepFrom, mayHear, must, pause, proven, provenAt, refused, ring, rseq, sdp, sdpAnew, type Step, taken, untilBye, usual, within } from './sipp.ts'
import { absent, type DialogOf } from './sippPlay.ts'
import { beyond, openTrunkStage, type TrunkRow } from './trunkPlay.ts'

const digest = { digestAuthentication: true }, all = { acceptPresenceSubscription: true, acceptOutOfDialogRefer: true, acceptUnsolicitedNotification: true, acceptReplacesHeader: true }
const app = { user: 'app', password: 'app-secret-7' }
const applicationUsers = [{ userId: 'app', digest: app, ...all }, { userId: 'poor', digest: { user: 'poor', password: 'poor-secret-7' } }]
const realm = must('realm=\\"StandAloneCluster\\"', 'WWW-Authenticate')
const warned = must('399 ringfort', 'Warning')

const straight = (headers = '', body = sdp()): Step[] => [ask('INVITE', { cseq: 2, headers, body })]
const up: Step[] = [...straight(), ...ring, hear(200), within('ACK', { cseq: 2 })]
const hungUp: Step[] = [await_('BYE'), agree()]
/** A request inside a dialog: challenged, and sent again with credentials, each with a number of its own. */
const provenWithin = (method: string, cseq: number, o: { body?: string; content?: string } = {}): Step[] => [
  within(method, { ...o, cseq }), hear(401, ' auth="true"', realm), ...(method === 'INVITE' ? [(at: number) => within('ACK', { cseq, branchOf: at - 2 })(at)] : []), within(method, { ...o, cseq: cseq + 1, headers: '[authentication]\n' }),
]
const byeProven: Step[] = [within('ACK', { cseq: 2 }), pause(100), ...provenWithin('BYE', 3), hear(200)]
/** One request outside a dialog, without and with credentials. */
const gated = { REFER: { headers: 'Refer-To: <sip:7001@test.lab>\n' }, SUBSCRIBE: { headers: 'Event: presence\nExpires: 60\n' }, NOTIFY: { headers: 'Event: message-summary\nSubscription-State: terminated\n', content: 'application/simple-message-summary', body: 'Messages-Waiting: yes\n' } } as const
const inReplaces = ({ callId, ourTag, theirTag }: DialogOf) => `Replaces: ${callId};to-tag=${ourTag};from-tag=${theirTag}\nRequire: replaces\n`

const mer = 'a=rtpmap:118 v150fw/8000\na=sqn:0\na=cdsc:1 audio RTP/AVP 118 0\na=cdsc:3 audio udpsprt 120\na=cpar: a=sprtmap:120 v150mr/8000\n', preMer = 'a=rtpmap:100 X-NSE/8000\na=fmtp:100 192-194\na=X-sqn:0\na=X-cap: 1 audio RTP/AVP 100\n'
const modem = sdp('sendrecv', 'RTP/AVP 0 118 100', mer + preMer)
const isMer = /v150fw|sprtmap|m=audio \d+ RTP\/AVP [^\n]*118/, isPreMer = /X-NSE|X-sqn|m=audio \d+ RTP\/AVP [^\n]*100/

const inviteIn = (messages: string): string => /^INVITE [\s\S]*?(?=\n-{10})/m.exec(messages)?.[0] ?? ''
const outgoing = { from: 'phone', phone: [...calling(), ...ring, hear(200), ...ackAndBye], peer: usual } as const satisfies Pick<TrunkRow, 'from' | 'phone' | 'peer'>
const incoming = { from: 'peer', peer: [...straight(), ...ring, hear(200), ...ackAndBye], phone: usual } as const satisfies Pick<TrunkRow, 'from' | 'phone' | 'peer'>
const seen = (yes: readonly RegExp[], no: readonly RegExp[] = []) => (messages: string): void => {
  const invite = inviteIn(messages)
  for (const one of yes) assert.match(invite, one)
  for (const one of no) assert.doesNotMatch(invite, one)
}

const digestRows: readonly TrunkRow[] = [
  { name: 'R343 RFC 3261 22.1 every request of a call is challenged: INVITE, re-INVITE, UPDATE, INFO, BYE; ACK is not', profile: digest, ...app, from: 'peer', ends: 200,
    peer: [ask('INVITE', { cseq: 1, body: sdp() }), hear(401, ' auth="true"', realm), within('ACK', { cseq: 1, uri: 'sip:[callee]@test.lab', branchOf: 0 }), ask('INVITE', { cseq: 2, body: sdp(), headers: '[authentication]\n' }), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(100),
      ...provenWithin('INVITE', 3, { body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 4 }), pause(100), ...provenWithin('UPDATE', 5, { body: sdpAnew('sendrecv', 3) }), hear(200),
      ...provenWithin('INFO', 7, { content: 'application/dtmf-relay', body: 'Signal=5\nDuration=160\n' }), hear(200), ...provenWithin('BYE', 9), hear(200)],
    phone: [await_('INVITE'), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(200, '', sdpAnew('recvonly')), await_('ACK'), await_('INVITE', must('a=sendrecv')), agree(200, '', sdpAnew('sendrecv', 3)), await_('ACK'), await_('INFO', must('Signal=5')), agree(), ...untilBye] },
  { name: 'R343 OPTIONS is challenged', profile: digest, ...app, from: 'peer', peer: [...proven('OPTIONS'), hear(200)] },
  ...(['REFER', 'SUBSCRIBE', 'NOTIFY'] as const).map((method): TrunkRow => ({ name: `R363 R367 A11 ${method}: 401 before 403, and 403 says why`, profile: digest, ...app, from: 'peer', peer: [...proven(method, gated[method]), hear(403, '', warned)] })),
  { name: 'R363 R370 INVITE with Replaces: 401 before 403', profile: digest, ...app, from: 'peer', peer: [...calling('Replaces: a;to-tag=b;from-tag=c\n'), ...refused(403, warned)] },
  ...(['REFER', 'SUBSCRIBE', 'NOTIFY'] as const).map((method): TrunkRow => ({ name: `R364 ${method}: the trunk may, the application user may not: 403`, profile: { ...digest, ...all, applicationLevelAuthorization: true }, user: 'poor', password: 'poor-secret-7', from: 'peer', peer: [...proven(method, gated[method]), hear(403, '', warned)] })),
  { name: 'R364 R361 NOTIFY: the trunk may and the application user may', profile: { ...digest, ...all, applicationLevelAuthorization: true }, ...app, from: 'peer', peer: [...proven('NOTIFY', gated.NOTIFY), hear(200)], phone: [await_('NOTIFY', must('Messages-Waiting: yes')), answer(200)] },
  { name: 'A14 a wrong password is challenged again and calls nobody', profile: digest, user: 'app', password: 'not-it', from: 'peer', peer: [...calling(), ...mayHear(100), hear(401), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })] },
  { name: 'A14 a phone\'s password is no application user\'s', profile: digest, user: 's7001', password: 's7001-secret-7', from: 'peer', peer: [...proven('OPTIONS'), hear(401)] },
  { name: 'A14 after thirty wrong passwords of a source none is looked at, and the right one is not either; the user calls from elsewhere all the while', profile: digest, user: 'app', password: 'not-it', from: 'peer', peer: [
    ask('OPTIONS', { cseq: 1 }), hear(401, ' auth="true"'), ...Array.from({ length: 30 }, (_, i) => [ask('OPTIONS', { cseq: i + 2, headers: '[authentication]\n' }), hear(401, ' auth="true"')]).flat(),
    ask('OPTIONS', { cseq: 32, headers: `[authentication username=${app.user} password=${app.password}]\n` }), hear(401)],
    check: async (_messages, { running }) => { await until(() => logLines(running.dataDir).some(({ event }) => event === 'source.locked') || undefined, 'the log says that the source is locked') } },
  { name: 'R346 R347 a nonce is good for so many seconds, then comes another with stale=true', profile: { ...digest, nonceValidity: 10 }, ...app, from: 'peer', seconds: 30,
    peer: [...proven('OPTIONS'), hear(200), pause(11_000), ask('OPTIONS', { cseq: 3, headers: '[authentication]\n' }), hear(401, ' auth="true"', must('stale=true', 'WWW-Authenticate')), ask('OPTIONS', { cseq: 4, headers: '[authentication]\n' }), hear(200)] },
]

const switchRows: readonly TrunkRow[] = [
  ...(['REFER', 'SUBSCRIBE', 'NOTIFY'] as const).map((method): TrunkRow => ({ name: `${{ REFER: 'R368', SUBSCRIBE: 'R366', NOTIFY: 'R369' }[method]} ${method} outside a dialog, off: 403`, from: 'peer', peer: [ask(method, { cseq: 1, ...gated[method] }), hear(403, '', warned)] })),
  { name: 'R369 RFC 3842 an unsolicited NOTIFY of a mailbox reaches the phone of the line', profile: { acceptUnsolicitedNotification: true }, from: 'peer', peer: [ask('NOTIFY', { cseq: 1, ...gated.NOTIFY }), hear(200)], phone: [await_('NOTIFY', must('Messages-Waiting: yes')), answer(200)] },
  { name: 'R369 of another package it goes nowhere', profile: { acceptUnsolicitedNotification: true }, from: 'peer', peer: [ask('NOTIFY', { cseq: 1, headers: 'Event: presence\nSubscription-State: active\n' }), hear(489)] },
  { name: 'R368 A44 REFER outside a dialog, on, and the trunk has no search space for it: nobody is rung', profile: { acceptOutOfDialogRefer: true }, from: 'peer', peer: [ask('REFER', { cseq: 1, ...gated.REFER }), hear(403, '', warned)] },
  { name: 'R368 RFC 3515 2.4 REFER outside a dialog, on: the phone is rung, and who asked hears how it goes', profile: { acceptOutOfDialogRefer: true }, trunk: { referCallingSearchSpace: 'Staff' }, from: 'peer',
    peer: [ask('REFER', { cseq: 1, headers: 'Refer-To: <sip:7001@test.lab>\n' }), hear(202), await_('NOTIFY', must('SIP/2.0 100')), agree(), await_('NOTIFY', must('SIP/2.0 486')), agree()], phone: [await_('INVITE'), answer(486), await_('ACK')] },
  { name: 'A11 REGISTER and PUBLISH are no trunk\'s', from: 'peer', peer: [ask('PUBLISH', { cseq: 1, headers: 'Event: presence\n' }), hear(403, '', warned)] },
  { name: 'RFC 3428 MESSAGE reaches the phone', from: 'peer', peer: [ask('MESSAGE', { cseq: 1, content: 'text/plain', body: 'hello' }), hear(200)], phone: [await_('MESSAGE', must('hello')), answer(200)] },
  { name: 'R370 INVITE with Replaces, off: 403, and the call goes on', from: 'peer', peer: [...up, pause(1_500), within('BYE', { cseq: 3 }), hear(200)], phone: usual, second: (first) => [...straight(inReplaces(first)), hear(403, '', warned), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: 0 })], ends: 200 },
  { name: 'R370 RFC 3891 3 INVITE with Replaces, on: takes the place of the call', profile: { acceptReplacesHeader: true }, from: 'peer', peer: [...up, ...hungUp], second: (first) => [...straight(inReplaces(first)), ...mayHear(100), hear(200, '', must('a=sendrecv')), ...ackAndBye],
    phone: [await_('INVITE'), answer(180), ...taken, await_('INVITE'), agree(200, '', sdpAnew()), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'R371 the security status goes out with the switch', profile: { transmitSecurityStatus: true }, ...outgoing, check: seen([/^Call-Info: *<urn:x-cisco-remotecc:callinfo>; *security= *NotAuthenticated/im]) },
  { name: 'R371 and not without it', ...outgoing, check: seen([/^Via/m], [/remotecc|security=/i]) },
  { name: 'R372 no filter: an offer with V.150 goes as it is', profile: { v150OutboundSdpOfferFiltering: 'none' }, ...outgoing, phone: [...calling('', modem), ...ring, hear(200), ...ackAndBye], check: seen([isMer, isPreMer]) },
  { name: 'R373 the profile follows the cluster: what is pre-MER is taken out', ...outgoing, phone: [...calling('', modem), ...ring, hear(200), ...ackAndBye], check: seen([isMer], [isPreMer]) },
  { name: 'R374 remove MER', profile: { v150OutboundSdpOfferFiltering: 'removeMer' }, ...outgoing, phone: [...calling('', modem), ...ring, hear(200), ...ackAndBye], check: seen([isPreMer], [isMer]) },
  { name: 'R375 remove pre-MER', profile: { v150OutboundSdpOfferFiltering: 'removePreMer' }, ...outgoing, phone: [...calling('', modem), ...ring, hear(200), ...ackAndBye], check: seen([isMer], [isPreMer]) },
]

const own = /^P-Asserted-Identity: *(?:"[^"]*" *)?<sip:7\d\d1@test\.lab>/m
const identityRows: readonly TrunkRow[] = [
  { name: 'RFC 3325 9.1 the caller is asserted', ...outgoing, check: seen([own, /^From:.*<sip:7\d\d1@/m], [/^Remote-Party-ID/m, /^Privacy/m]) },
  { name: 'RFC 3325 and is not where the trunk says so', trunk: { assertIdentity: false }, ...outgoing, check: seen([/^From:/m], [/^P-Asserted-Identity/m, /^Remote-Party-ID/m]) },
  { name: 'Remote-Party-ID goes out with its switch', trunk: { remotePartyId: true }, ...outgoing, check: seen([own, /^Remote-Party-ID:.*<sip:7\d\d1@.*party=calling.*privacy=off/m]) },
  { name: 'RFC 3323 4.1 who does not want to be shown is nobody to the carrier', trunk: { remotePartyId: true }, ...outgoing, phone: [...calling('Privacy: id\n'), ...ring, hear(200), ...ackAndBye], check: seen([/^From:.*<sip:anonymous@anonymous\.invalid>/m, /^Privacy: .*id/m], [/7\d\d1@/]) },
  { name: 'RFC 3325 7 a carrier that shall be told is told, and that it stays with it', trunk: { remotePartyId: true, privacy: 'never' }, ...outgoing, phone: [...calling('Privacy: id\n'), ...ring, hear(200), ...ackAndBye], check: seen([/^From:.*<sip:anonymous@anonymous\.invalid>/m, /^Privacy: .*id/m, own, /^Remote-Party-ID:.*privacy=full/m]) },
  { name: 'RFC 3323 privacy always: every caller is anonymous', trunk: { privacy: 'always' }, ...outgoing, check: seen([/^From:.*<sip:anonymous@anonymous\.invalid>/m, /^Privacy: .*id/m], [/7\d\d1@/]) },
  { name: 'one number is shown for every caller', trunk: { callerNumber: '0445550000' }, ...outgoing, check: seen([/^From:.*<sip:0445550000@/m, /^P-Asserted-Identity:.*<sip:0445550000@/m], [/7\d\d1@/]) },
  { name: 'RFC 5806 who forwarded is told', trunk: { diversionOut: true }, ...outgoing, forwards: true, check: seen([/^Diversion: *<sip:7\d\d2@test\.lab>;reason=unconditional/m]) },
  { name: 'RFC 7044 and as History-Info', trunk: { historyInfoOut: true }, ...outgoing, forwards: true, check: seen([/^History-Info: *<sip:7\d\d2@test\.lab>;index=1, *<sip:[^>]*5551000@[^>]*;cause=302>;index=1\.1/m], [/^Diversion/m]) },
  { name: 'RFC 5806 and is not without the switch', ...outgoing, forwards: true, check: seen([/^From:/m], [/^Diversion/m, /^History-Info/m]) },
  { name: 'R345 RFC 3325 5 A12 an identity that nobody has shown is not believed', trunk: { trustIdentity: true, remotePartyId: true }, ...incoming, peer: [...straight('P-Asserted-Identity: <sip:0446660000@carrier.test>\nRemote-Party-ID: <sip:0446660000@carrier.test>;party=calling\n'), ...ring, hear(200), ...ackAndBye],
    phone: [await_('INVITE', must(`sip:${beyond}@`, 'From')), answer(180), ...taken, ...untilBye] },
  { name: 'R345 RFC 3325 5 P-Asserted-Identity of a peer that has shown who it is counts', profile: digest, ...app, trunk: { trustIdentity: true }, ...incoming, peer: [...calling('P-Asserted-Identity: <sip:0446660000@carrier.test>\n'), ...ring, hear(200), ...byeProven],
    phone: [await_('INVITE', must('sip:0446660000@', 'From')), answer(180), ...taken, ...untilBye] },
  { name: 'A12 not where the trunk is not trusted', profile: digest, ...app, ...incoming, peer: [...calling('P-Asserted-Identity: <sip:0446660000@carrier.test>\n'), ...ring, hear(200), ...byeProven], phone: [await_('INVITE', must(`sip:${beyond}@`, 'From')), answer(180), ...taken, ...untilBye] },
  { name: 'Remote-Party-ID of a peer that has shown who it is counts with its switch', profile: digest, ...app, trunk: { trustIdentity: true, remotePartyId: true }, ...incoming, peer: [...calling('Remote-Party-ID: <sip:0446660000@carrier.test>;party=calling;screen=yes\n'), ...ring, hear(200), ...byeProven],
    phone: [await_('INVITE', must('sip:0446660000@', 'From')), answer(180), ...taken, ...untilBye] },
  { name: 'RFC 3323 a restricted caller from a trunk is nobody to the phone', profile: digest, ...app, trunk: { trustIdentity: true }, ...incoming, peer: [...calling('P-Asserted-Identity: "Zoe" <sip:0446660000@carrier.test>\nPrivacy: id\n'), ...ring, hear(200), ...byeProven],
    phone: [await_('INVITE', must('anonymous', 'From')), answer(180), ...taken, ...untilBye] },
  { name: 'RFC 5806 Diversion of a peer that has shown who it is reaches the phone', profile: digest, ...app, trunk: { diversionIn: true }, ...incoming, peer: [...calling('Diversion: <sip:0445550001@carrier.test>;reason=user-busy\n'), ...ring, hear(200), ...byeProven],
    phone: [await_('INVITE', must('sip:0445550001@.*user-busy', 'Diversion')), answer(180), ...taken, ...untilBye] },
]

const dialogueRows: readonly TrunkRow[] = [
  { name: 'R333 a call comes in by the address of the trunk alone', ...incoming, ends: 200 },
  { name: 'R340 a call goes out', ...outgoing, ends: 200 },
  { name: 'R340 RFC 3261 18 a call goes out over TCP', transport: 'tcp', ...outgoing, ends: 200 },
  { name: 'R338 a call comes in over TCP', transport: 'tcp', ...incoming, ends: 200 },
  { name: 'RFC 3261 15 the carrier hangs up', ...outgoing, phone: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), ...hungUp], peer: [await_('INVITE', keepFrom), answer(180), ...taken, pause(100), byeFromCalled, hear(200)], ends: 200 },
  { name: 'RFC 3261 9 the phone gives up: CANCEL reaches the carrier', from: 'phone', phone: [...calling(), ...mayHear(100), hear(180), ask('CANCEL', { cseq: 2, branchOf: provenAt }), hear(200), hear(487), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })],
    peer: [await_('INVITE', keep('Via', 'From')), answer(180), await_('CANCEL'), agree(), answerKept(487, 1), await_('ACK')], ends: 487 },
  { name: 'RFC 3261 9 the carrier gives up: the phone stops ringing, and CANCEL needs no proof', from: 'peer', peer: [...straight(), ...mayHear(100), hear(180), ask('CANCEL', { cseq: 2, branchOf: 0 }), hear(200), hear(487), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: 0 })],
    phone: [await_('INVITE', keep('Via', 'From')), answer(180), await_('CANCEL'), agree(), answerKept(487, 1), await_('ACK')], ends: 487 },
  { name: 'RFC 3262 100rel across the trunk: the carrier asks for PRACK', from: 'phone', phone: [...calling('Supported: 100rel\n'), ...mayHear(100), hear(183, '', rseq), within('PRACK', { cseq: 3, headers: 'RAck: [$rseq] 2 INVITE\n' }), hear(200), hear(200), within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 4 }), hear(200)],
    peer: [await_('INVITE', keep('Via', 'From')), answer(183, { headers: 'Require: 100rel\nRSeq: 7\n', body: sdp() }), await_('PRACK', must('7 1 INVITE', 'RAck')), agree(), pause(300), answerKept(200, 1), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 3264 8.4 hold and back across the trunk', from: 'peer', peer: [...up, pause(100), within('INVITE', { cseq: 3, body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: 3 }), pause(100), within('UPDATE', { cseq: 4, body: sdpAnew('sendrecv', 3) }), hear(200, '', must('a=sendrecv')), within('BYE', { cseq: 5 }), hear(200)],
    phone: [await_('INVITE'), answer(180), ...taken, await_('INVITE', must('a=sendonly')), agree(200, '', sdpAnew('recvonly')), await_('ACK'), await_('INVITE', must('a=sendrecv')), agree(200, '', sdpAnew('sendrecv', 3)), await_('ACK'), ...untilBye], ends: 200 },
  { name: 'RFC 3261 13.2.1 delayed offer from the trunk', from: 'peer', peer: [...straight('', ''), ...ring, hear(200, '', must('m=audio')), within('ACK', { cseq: 2, body: sdp() }), pause(100), within('BYE', { cseq: 3 }), hear(200)],
    phone: [await_('INVITE'), answer(180), answer(200, { body: sdp() }), await_('ACK', must('m=audio')), ...untilBye], ends: 200 },
  { name: 'RFC 4028 4 the carrier refreshes: its interval holds across the trunk', from: 'peer', peer: [...straight('Supported: timer\nSession-Expires: 90;refresher=uac\nMin-SE: 90\n'), ...ring, hear(200, '', must('90;refresher=uac', 'Session-Expires')), within('ACK', { cseq: 2 }), pause(100),
    within('UPDATE', { cseq: 3, headers: 'Supported: timer\nSession-Expires: 90;refresher=uac\n' }), hear(200, '', must('90', 'Session-Expires')), within('BYE', { cseq: 4 }), hear(200)], phone: usual, ends: 200 },
  { name: 'RFC 4028 6 the carrier finds our interval too short: it is asked again with its own', ...outgoing, peer: [await_('INVITE', must('1800', 'Session-Expires')), answer(422, { headers: 'Min-SE: 3600\n' }), await_('ACK'), await_('INVITE', must('3600', 'Session-Expires')), answer(180), ...taken, ...untilBye], ends: 200 },
  { name: 'RFC 3261 21.4.21 busy behind the trunk', from: 'phone', phone: [...calling(), ...refused(486)], peer: [await_('INVITE'), answer(486), await_('ACK')], ends: 486 },
  { name: 'A47 a trunk that answers 302 moves nobody: it has no rerouting search space', from: 'phone', phone: [...calling(), ...mayHear(100), () => '<recv response="480"/>\n', within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })],
    peer: [await_('INVITE'), answer(302), await_('ACK')] },
  { name: 'A13 R319 a challenge of a realm that has no row is not answered', from: 'phone', phone: [...calling(), ...refused(500)], peer: [await_('INVITE'), answer(401, { headers: 'WWW-Authenticate: Digest realm="evil.test", nonce="abc", algorithm=MD5\n' }), await_('ACK')] },
  { name: 'A16 who challenges for ever is answered once', from: 'phone', phone: [...calling(), ...refused(500)],
    peer: [await_('INVITE'), answer(401, { headers: 'WWW-Authenticate: Digest realm="carrier.test", nonce="abc", algorithm=MD5, qop="auth"\n' }), await_('ACK'), await_('INVITE', must('username=\\"house\\"', 'Authorization')), answer(401, { headers: 'WWW-Authenticate: Digest realm="carrier.test", nonce="def", algorithm=MD5, qop="auth"\n' }), await_('ACK')] },
]

const rows = [...digestRows, ...switchRows, ...identityRows, ...dialogueRows]
const stage = openTrunkStage(rows, 11, { applicationUsers, sipRealms: [{ realm: 'carrier.test', user: 'house', password: 'house-secret-7' }] }, { v150OutboundSdpOfferFiltering: 'removePreMer' })

test('SIPp behind a trunk', { concurrency: 3, timeout: 230_000 }, async (t) => {
  if (!stage) { t.diagnostic(absent); return }
  await Promise.all(rows.map((row) => t.test(row.name, () => stage.play(row))))
})
