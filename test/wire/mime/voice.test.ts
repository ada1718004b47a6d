/** RFC 3801, RFC 3464: voice messages and reports as we write them, read by our parser and by Python's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyStructure, decodeWords, type DeliveryReport, type Draft, envelope, headerOf, parameter, parseMessage, parseParameters, printDeliveryReport, printMessage, printVoiceMessage, type VoiceMessage } from '../../../src/wire/mime/index.ts'
import { hasPython, pythonReads } from './python.ts'

const audio = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 37) & 255))
const voice: VoiceMessage = {
  from: { name: 'Jürgen Müller', address: '201@example.org' }, to: [{ name: 'Ada "A" Byron', address: 'ada@example.org' }, { address: 'bob@example.org' }], at: Date.UTC(2026, 10, 21, 19, 0, 0), messageId: '1.2@example.org',
  subject: 'Nachricht von Jürgen', audio: { type: 'audio/wav', octets: audio, seconds: 2.2, fileName: 'Nachricht für Ada.wav', language: 'de' }, urgent: true, private: true,
}
const report: DeliveryReport = {
  from: { address: 'postmaster@example.org' }, to: [{ address: 'ada@example.org' }], at: voice.at, messageId: '3@example.org', subject: 'Not delivered', text: 'It did not arrive.', reportingMta: 'mail.example.org',
  recipients: [{ address: 'x@example.net', action: 'failed', status: '5.1.1', diagnostic: '550 no\r\nsuch user' }], about: 'From: a\r\nTo: b\r\n',
}
function value(made: ReturnType<typeof printVoiceMessage>): string { assert.ok(made.ok, JSON.stringify(made)); return made.value }

for (const [type, text] of [['audio/wav', undefined], ['audio/32KADPCM', undefined], ['audio/wav', 'Eine Nachricht für Sie. = \n.\n']] as const) {
  test(`RFC 3801 4.2 a voice message in ${type}${text ? ' with words' : ''} is read as it was written`, () => {
    const written = value(printVoiceMessage({ ...voice, audio: { ...voice.audio, type }, text, spokenName: { octets: audio.subarray(0, 100), seconds: 1 } }, 'abc123')), entity = parseMessage(written)
    assert.equal(entity.type.value, text ? 'multipart/mixed' : 'multipart/voice-message')
    assert.equal(headerOf(written, entity, 'MIME-Version'), '1.0 (Voice 2.0)')
    assert.deepEqual(['Importance', 'Sensitivity', 'Message-Context'].map((name) => headerOf(written, entity, name)), ['High', 'Private', 'voice-message'])
    assert.equal(decodeWords(headerOf(written, entity, 'subject')!), voice.subject)
    const last = entity.parts.at(-1)!, disposition = parseParameters(headerOf(written, last, 'content-disposition')!)
    assert.deepEqual([disposition.value, parameter(disposition, 'voice'), parameter(disposition, 'filename'), headerOf(written, last, 'content-duration')], ['inline', 'Voice-Message', 'Nachricht für Ada.wav', '3'])
    assert.ok(written.split('\r\n').every((line) => line.length <= 78 && !/[\r\n\x80-\xff]/.test(line)))
    assert.match(envelope(written, entity), /^\("Sat, 21 Nov 2026 19:00:00 \+0000" "=\?UTF-8\?B\?[^"]+" \(\("[^"]+" NIL "201" "example.org"\)\)/)
    assert.match(bodyStructure(written, entity, true), new RegExp(`"${type.toLowerCase().replace('/', '" "')}" NIL NIL "Voice message" "base64" \\d+ NIL \\("inline" \\("voice" "Voice-Message" "filename\\*" `))
    if (hasPython) assert.deepEqual(pythonReads([written])[0]!.filter((p) => p.type.startsWith('audio/')).at(-1), { type: type.toLowerCase(), payload: audio.toString('base64') })
  })
}

test('RFC 3464 a report of what did not arrive', (t) => {
  const written = value(printDeliveryReport(report, 'r1')), entity = parseMessage(written), [, status] = entity.parts
  assert.equal(entity.type.value, 'multipart/report')
  assert.equal(parameter(entity.type, 'report-type'), 'delivery-status')
  assert.equal(written.slice(status!.body, status!.to), 'Reporting-MTA: dns; mail.example.org\r\n\r\nFinal-Recipient: rfc822; x@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n')
  if (!hasPython) t.diagnostic('python3 is absent: not judged by another parser')
  else assert.deepEqual([...new Set(pythonReads([written])[0]!.map((p) => p.type))], ['multipart/report', 'text/plain', 'message/delivery-status', 'text/rfc822-headers'])
})

const injections: [string, Partial<VoiceMessage>][] = [
  ['subject', { subject: 'a\r\nBcc: x@example.net' }], ['subject (LF)', { subject: 'a\nb' }], ['subject (NUL)', { subject: 'a\0b' }], ['message id', { messageId: 'a>\r\nX: y' }],
  ['name', { from: { name: 'a\r\nBcc: x', address: 'a@example.org' } }], ['address', { from: { address: 'a@example.org>\r\nBcc: <x' } }], ['recipient', { to: [{ address: 'a b@example.org' }] }], ['no recipient', { to: [] }],
  ['file name', { audio: { ...voice.audio, fileName: 'a"\r\nX: y' } }], ['language', { audio: { ...voice.audio, language: 'de\r\nX: y' } }],
]
for (const [name, changed] of injections) {
  test(`A4 no header is injected: ${name}`, () => {
    const made = printVoiceMessage({ ...voice, ...changed }, 'abc')
    assert.ok(!made.ok && /^mime\.(?:injection|address)$/.test(made.problem.code), JSON.stringify(made).slice(0, 200))
  })
}

test('A4 no header is injected: types, names of fields and parameters, an empty multipart', () => {
  const leaf: Draft = { type: 'text/plain', content: { is: 'text', text: 'x' } }
  const drafts: Draft[] = [
    { ...leaf, type: 'text/plain\r\nX: y' }, { ...leaf, parameters: { 'a\r\nb': 'c' } }, { ...leaf, parameters: { a: 'b\r\nc' } }, { ...leaf, fields: [['X\r\nY', 'z']] }, { ...leaf, fields: [['X', 'y\r\n\r\nbody']] }, { type: 'multipart/mixed', content: { is: 'parts', parts: [] } },
  ]
  for (const draft of drafts) assert.ok(!printMessage([], draft, 'abc').ok, JSON.stringify(draft))
  assert.ok(printMessage([['X', 'y']], leaf, 'abc').ok)
})

test('RFC 3464 A4 nothing is injected into a report', () => {
  for (const changed of [{ reportingMta: 'a\r\nb' }, { recipients: [{ address: 'a@b\r\nc', action: 'failed' as const, status: '5.0.0' }] }, { recipients: [{ address: 'a@b', action: 'failed' as const, status: '5.0.0\r\nX: y' }] }]) assert.ok(!printDeliveryReport({ ...report, ...changed }, 'a').ok)
})
