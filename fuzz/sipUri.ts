/** Fuzz target of URIs: what is read can be compared and written again, and reads the same. */
import assert from 'node:assert/strict'
import { escapeUser, parseUri, printHostPort, sameUri, uriParam } from '../src/wire/sip/index.ts'
import { words } from './sipSeeds.ts'
import type { FuzzTarget } from './target.ts'

export const target: FuzzTarget = {
  name: 'sip-uri',
  seeds: () => [
    'sip:alice@atlanta.com', 'sip:alice:secretword@atlanta.com;transport=tcp', 'sips:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:+1-212-555-1212:1234@gateway.com;user=phone',
    'sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com', 'sip:alice;day=tuesday@atlanta.com', 'sip:[2001:db8::10]:5070;lr', 'tel:+1-201-555-0123;phone-context=example.com', 'urn:service:sos', 'sip:null-%00-null@a.',
  ].map((s) => Buffer.from(s, 'latin1')),
  dictionary: words,
  run: (input) => {
    const text = input.toString('latin1'), read = parseUri(text)
    if (!read.ok) return
    const uri = read.value
    assert.ok(!/[\0-\x20"<>]/.test(text), 'a URI holds what would end it')
    assert.ok(sameUri(uri, uri), 'a URI is not itself')
    uriParam(uri, 'transport')
    if (uri.host === '') return
    const userinfo = uri.user === '' ? '' : `${escapeUser(uri.user)}${uri.password === '' ? '' : `:${uri.password}`}@`
    const back = parseUri(`${uri.scheme}:${userinfo}${printHostPort(uri.host, uri.port)}${uri.params}${uri.headers === '' ? '' : `?${uri.headers}`}`)
    assert.ok(back.ok, `what was written cannot be read: ${text}`)
    assert.deepEqual(back.value, { ...uri, password: uri.user === '' ? '' : uri.password })
  },
}
