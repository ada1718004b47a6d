/** What is dialled, in the one spelling that tables are compared with. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxDialled, readDialled } from '../../../src/policy/restriction/dialled.ts'

const number = (text: string, digits: number) => ({ is: 'number', text, digits })
const address = (text: string, own?: string) => ({ is: 'address', text, number: own })
const rows: [string, object][] = [
  ['1001', number('1001', 4)], ['+44 (20) 7946-0000', number('+442079460000', 12)], ['9,,00', number('900', 3)], ['*72#', number('*72#', 4)], ['９＋44', number('9+44', 3)], ['9/00_44', number('90044', 5)], [' 9 ', number('9', 1)],
  ['tel:+44-20;phone-context=example.test', number('+4420', 4)], ['TEL:9.00', number('900', 3)], ['tel:%39%30%30', number('900', 3)],
  ['sip:900@GW.test:5070;user=phone?x=y', address('900@gw.test', '900')], ['sip:9-0.0@gw.test', address('9-0.0@gw.test', '900')], ['Alice.Adams@Example.test.', address('alice.adams@example.test')],
  ['sip:%61lice@[2001:db8::1]:5060', address('alice@[2001:db8::1]')],
  ['sip:gw.test', { is: 'address', text: 'gw.test' }],
]
for (const [given, expected] of rows) test(`R131 RFC 3966 RFC 3261 19.1.1 ${JSON.stringify(given)} is read as ${JSON.stringify(expected)}`, () => { assert.deepEqual({ ...readDialled(given) }, expected) })

test('R121 a name is compared as a name', () => { assert.deepEqual(readDialled('Alice'), { is: 'address', text: 'alice' }) })

const refused = ['', '   ', '9p00', '9w00', '9A', '9;00', '٩٠٠', '9\n00x', 'tel:', 'tel:9;postd=00', 'tel:9;ext=00', 'sip:9:00@gw.test', 'x:900@gw.test', 'sip:900@a@b', 'sip:%2539@gw.test', 'sip:%zz@gw.test', 'sip:%39%0a@gw.test', 'sip:@gw.test', 'sip:900', 'sip:9-00', 'sips:192.0.2.7', 'sip:9@', 'sip:9@[::1', 'sip:1001;rn=900@gw.test', 'sip:9p00@gw.test', '9'.repeat(maxDialled + 1)]
for (const given of refused) test(`R131 A44 ${JSON.stringify(given.slice(0, 30))} is no number: refused, not guessed`, () => { assert.equal(readDialled(given).is, 'unreadable') })
