/** RFC 3261 10.3, step by step: a row is one REGISTER, what it is answered and who is bound after it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { register, registrarLimits } from '../../src/wire/sip/registrar.ts'
import { flowOf, newDesk, noon, registerOf, type Sent } from '../rfc5626/registering.ts'

const here = 'Contact: <sip:1001@192.0.2.4>'
const bound = (seconds: number, contact = 'sip:1001@192.0.2.4', params = '') => `<${contact}>${params};expires=${seconds}`

interface Row { headers: string[]; sent?: Sent; after?: number; status?: number; contacts?: string[]; has?: string; code?: string }

const dialogues: Record<string, Row[]> = {
  'RFC 3261 10.3 step 8: a query lists what there is with the seconds that are left, and changes nothing': [
    { headers: [], contacts: [] },
    { headers: [here], contacts: [bound(3600)] },
    { headers: [], after: 600_500, contacts: [bound(2999)] },
    { headers: [], contacts: [bound(2999)], has: 'Date: Sat, 21 Nov 2026 12:10:00 GMT' },
  ],
  'RFC 3261 10.3 step 7: the contact\'s own interval, then Expires, then the default; never above the limit': [
    { headers: [`${here};expires=120`, 'Expires: 600'], contacts: [bound(120)] },
    { headers: [here, 'Expires: 600'], contacts: [bound(600)] },
    { headers: [here], contacts: [bound(3600)] },
    { headers: [here, 'Expires: 999999999999'], contacts: [bound(7200)] },
  ],
  'RFC 3261 20.10: a malformed expires counts as 3600': [
    { headers: [`${here};expires=soon`, 'Expires: 600'], contacts: [bound(3600)] },
    { headers: [here, 'Expires: later'], contacts: [bound(3600)] },
  ],
  'RFC 3261 10.3 step 7: too brief is 423 with Min-Expires, nothing is changed; zero is never too brief': [
    { headers: [here], contacts: [bound(3600)] },
    { headers: ['Contact: <sip:1001@192.0.2.5>, <sip:1001@192.0.2.4>;expires=4'], status: 423, has: 'Min-Expires: 5', code: 'sip.register.tooBrief' },
    { headers: [], contacts: [bound(3600)] },
    { headers: [`${here};expires=60`], contacts: [bound(60)] },
    { headers: [`${here};expires=0`], contacts: [] },
  ],
  'RFC 3261 10.3 step 6: the asterisk takes all away, alone and with Expires: 0 only': [
    { headers: [here, 'Contact: <sip:1001@192.0.2.5>'], contacts: [bound(3600), bound(3600, 'sip:1001@192.0.2.5')] },
    { headers: ['Contact: *'], status: 400, code: 'sip.register.wildcard' },
    { headers: ['Contact: *', 'Expires: 60'], status: 400, code: 'sip.register.wildcard' },
    { headers: ['Contact: *', 'Expires: 0x'], status: 200, contacts: [] },
    { headers: [here], contacts: [bound(3600)] },
    { headers: ['Contact: *', here, 'Expires: 0'], status: 400, code: 'sip.register.wildcard' },
    { headers: [`Contact: *, <sip:1001@192.0.2.4>`, 'Expires: 0'], status: 400, code: 'sip.register.wildcard' },
    { headers: [], contacts: [bound(3600)] },
    { headers: ['Contact: *', 'Expires: 0'], contacts: [] },
  ],
  'RFC 3261 10.3 step 6: the asterisk is refused out of order, and taken from another Call-ID': [
    { headers: [here], sent: { cseq: 5 }, contacts: [bound(3600)] },
    { headers: ['Contact: *', 'Expires: 0'], sent: { cseq: 5 }, status: 500, code: 'sip.register.order' },
    { headers: ['Contact: *', 'Expires: 0'], sent: { cseq: 1, callId: 'another' }, contacts: [] },
  ],
  'RFC 3261 10.3 step 7: of the same Call-ID only a higher CSeq counts; the whole request fails': [
    { headers: [here], sent: { cseq: 5 }, contacts: [bound(3600)] },
    { headers: ['Contact: <sip:1001@192.0.2.9>', `${here};expires=0`], sent: { cseq: 4 }, status: 500 },
    { headers: [here], sent: { cseq: 5 }, status: 500, code: 'sip.register.order' },
    { headers: [], sent: { cseq: 5 }, contacts: [bound(3600)] },
    { headers: [`${here};expires=100`], sent: { cseq: 6 }, contacts: [bound(100)] },
    { headers: [`${here};expires=200`], sent: { cseq: 1, callId: 'after-reboot' }, contacts: [bound(200)] },
  ],
  'RFC 3261 10.3, 19.1.4: an equal URI renews, a different one is added': [
    { headers: ['Contact: <sip:%31001@192.0.2.4;x=1>'], contacts: [bound(3600, 'sip:%31001@192.0.2.4;x=1')] },
    { headers: ['Contact: <SIP:1001@192.0.2.4>'], contacts: [bound(3600, 'SIP:1001@192.0.2.4')] },
    { headers: ['Contact: <sip:1001@192.0.2.4:5060>'], contacts: [bound(3600, 'SIP:1001@192.0.2.4'), bound(3600, 'sip:1001@192.0.2.4:5060')] },
    { headers: ['Contact: <sip:1001@192.0.2.4;transport=tcp>;expires=0'], contacts: [bound(3600, 'SIP:1001@192.0.2.4'), bound(3600, 'sip:1001@192.0.2.4:5060')] },
  ],
  'RFC 3261 10.3: of two equal contacts in one request the later counts': [
    { headers: ['Contact: <sip:1001@192.0.2.4>;expires=100, <sip:1001@192.0.2.4>;expires=200'], contacts: [bound(200)] },
    { headers: ['Contact: <sip:1001@192.0.2.4>;expires=100, <sip:1001@192.0.2.4>;expires=0'], contacts: [] },
    { headers: ['Contact: <sip:1001@192.0.2.4>;expires=100, <sip:1001@192.0.2.4>;expires=0'], contacts: [] },
  ],
  'RFC 3261 20.10: preference and parameters that nobody here knows are kept': [
    { headers: ['Contact: "Desk, left" <sip:1001@192.0.2.4>;q=0.5;audio;methods="INVITE, BYE";expires=90;x="a\\"b"'],
      contacts: ['<sip:1001@192.0.2.4>;audio;methods="INVITE, BYE";x="a\\"b";q=0.5;expires=90'] },
    { headers: ['m: sip:1001@192.0.2.4;q=1.000'], contacts: ['<sip:1001@192.0.2.4>;q=1;expires=3600'] },
    { headers: ['m: sip:1001@192.0.2.4;q=0'], contacts: ['<sip:1001@192.0.2.4>;q=0;expires=3600'] },
  ],
  'RFC 3261 10.3: a malformed Contact is 400 and changes nothing': [
    ...['<sip:1001@192.0.2.4', '', 'sip:', '<sip:1001@>', '<sip:1001@192.0.2.4>;q=2', '<sip:1001@192.0.2.4>;q=0.1234', '<sip:1001@192.0.2.4>;=x',
      '<sip:a%zz@192.0.2.4>', '<sip:1001@192.0.2.4>, <sip:1001@192.0.2.5', '<sip:1001@192.0.2.4:99999>']
      .map((contact): Row => ({ headers: [`Contact: ${contact}`], status: 400, code: 'sip.register.contact' })),
    { headers: [], contacts: [] },
  ],
  'RFC 3261 10.2.1: other schemes are refused politely': [
    ...['mailto:alice@example.test', 'tel:+4930123', 'http://example.test/'].map((uri): Row =>
      ({ headers: [`Contact: <${uri}>`], status: 400, code: 'sip.register.scheme', has: 'Warning: 399 127.0.0.1 "A Contact must be a sip or sips URI."' })),
  ],
  'RFC 3261 8.2.2.3: a required extension that is not there is 420': [
    { headers: [here, 'Require: path, teleport, gruu', 'Supported: path'], status: 420, has: 'Unsupported: teleport', code: 'sip.register.extension' },
    { headers: [here, 'Require: gruu'], contacts: [bound(3600)] },
  ],
  'A17 a contact, a parameter, a Call-ID that is longer than what is kept is 400': [
    { headers: [`Contact: <sip:${'1'.repeat(600)}@192.0.2.4>`], status: 400, code: 'sip.register.contactTooLong' },
    { headers: [`${here};x=${'1'.repeat(600)}`], status: 400, code: 'sip.register.contactTooLong' },
    { headers: [`${here};+sip.instance="<${'1'.repeat(600)}>"`], status: 400, code: 'sip.register.contactTooLong' },
    { headers: [here], sent: { callId: '1'.repeat(600) }, status: 400, code: 'sip.register.contactTooLong' },
    { headers: Array.from({ length: 40 }, (_, i) => `Contact: <sip:1001@192.0.2.${i}>`), status: 400, code: 'sip.register.contact' },
  ],
  'A17 a phone has five contacts of a line, the sixth is 403 with the reason; renewing them goes on': [
    { headers: [1, 2, 3, 4, 5].map((n) => `Contact: <sip:1001@192.0.2.${n}>`), contacts: [1, 2, 3, 4, 5].map((n) => bound(3600, `sip:1001@192.0.2.${n}`)) },
    { headers: ['Contact: <sip:1001@192.0.2.6>'], status: 403, code: 'sip.register.tooMany',
      has: 'Warning: 399 127.0.0.1 "No more than 5 contacts can be registered at a time."' },
    { headers: ['Contact: <sip:1001@192.0.2.1>'], contacts: [1, 2, 3, 4, 5].map((n) => bound(3600, `sip:1001@192.0.2.${n}`)) },
    { headers: ['Contact: <sip:1001@192.0.2.1>;expires=0, <sip:1001@192.0.2.6>'], contacts: [2, 3, 4, 5, 6].map((n) => bound(3600, `sip:1001@192.0.2.${n}`)) },
  ],
}

for (const [name, rows] of Object.entries(dialogues)) {
  test(name, () => {
    const desk = newDesk()
    for (const [i, row] of rows.entries()) {
      desk.now += row.after ?? 0
      const said = desk.send(row.headers, row.sent)
      assert.deepEqual([i, said.status, said.code], [i, row.status ?? 200, row.code ?? said.code])
      if (row.contacts) assert.deepEqual(said.contacts, row.contacts)
      if (said.status !== 200) assert.deepEqual(said.events, [])
      if (row.has) assert.ok(said.headers.includes(row.has), `${row.has} in\n${said.headers.join('\n')}`)
    }
  })
}

test('RFC 3261 10.3: limits are given: an interval of 5 s where the minimum is 5', () => {
  const desk = newDesk()
  desk.limits = { ...registrarLimits, minExpires: 5, defaultExpires: 30, maxExpires: 60 }
  assert.deepEqual(desk.send([`${here};expires=5`]).contacts, [bound(5)])
  assert.deepEqual(desk.send([here]).contacts, [bound(30)])
  assert.equal(desk.send([`${here};expires=4`]).status, 423)
})

test('RFC 3261 10.3 step 7: at an hour and above nothing is too brief, whatever the minimum', () => {
  const said = register(registerOf([`${here};expires=3600`]), flowOf(), [], noon, { ...registrarLimits, minExpires: 5000 })
  assert.equal(said.status, 200)
})

test('RFC 5630 5.2: a sips contact needs TLS and a sips Request-URI', () => {
  const desk = newDesk(), sips = ['Contact: <sips:1001@192.0.2.4>']
  assert.equal(desk.send(sips, { uri: 'sips:example.test' }).code, 'sip.register.sips')
  desk.flow = flowOf('tls')
  assert.equal(desk.send(sips).code, 'sip.register.sips')
  assert.deepEqual(desk.send(sips, { uri: 'sips:example.test' }).contacts, [bound(3600, 'sips:1001@192.0.2.4')])
  desk.flow = flowOf('tcp', { id: 8 })
  assert.equal(desk.send(sips, { uri: 'sips:example.test' }).code, 'sip.register.sips')
})

test('A12 one phone of a shared line never touches the other\'s contacts, and sees them listed', () => {
  const desk = newDesk()
  desk.send([here])
  desk.phone = 'soft'
  const both = desk.send([`${here};expires=120`], { callId: 'call-2' })
  assert.deepEqual(both.contacts, [bound(120), bound(3600)])
  assert.deepEqual(desk.send(['Contact: *', 'Expires: 0'], { callId: 'call-2' }).contacts, [bound(3600)])
  desk.phone = 'desk'
  assert.deepEqual(desk.send([]).contacts, [bound(3600)])
})

test('RFC 3608 6: a Service-Route is told where there is one', () => {
  const desk = newDesk()
  desk.limits = { ...registrarLimits, serviceRoute: '<sip:edge.example.test;lr>' }
  assert.ok(desk.send([here]).headers.includes('Service-Route: <sip:edge.example.test;lr>'))
})

test('A1 whatever stands in Contact, Expires, Path or Require: an answer, never an exception', () => {
  const bits = ['*', '<', '>', '"', '\\', ',', ';', '=', 'sip:', 'sips:', '@', 'a', '192.0.2.4', '[::1]', ':', '5060', '%', '%41', ';expires=', ';q=', ';reg-id=', ';+sip.instance="<', '\xff', '\x01', ' ', '1', '99999999999999999999', '?', '?Route=x', ';ob']
  let seed = 1
  const next = (below: number) => { seed = (seed * 48271) % 2147483647; return seed % below }
  const junk = () => Array.from({ length: next(9) }, () => bits[next(bits.length)]).join('')
  const seen = new Set<number>()
  for (let i = 0; i < 5_000; i++) {
    const headers = ['Contact', 'Path', 'Expires', 'Require', 'Supported'].filter(() => next(2) === 0).map((name) => `${name}: ${name === 'Contact' && next(2) ? '<sip:1@a>' : ''}${junk()}`)
    const desk = newDesk()
    desk.send([here])
    seen.add(desk.send(headers).status)
  }
  assert.deepEqual([...seen].sort(), [200, 400, 403, 420, 423].filter((s) => seen.has(s)))
  assert.ok(seen.has(200) && seen.has(400) && seen.has(420))
})
