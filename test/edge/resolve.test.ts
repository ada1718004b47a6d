/** The resolver against a name server of our own on the loopback, and located through it end to end. */
import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { newDnsClient, type DnsClient } from '../../src/edge/resolve.ts'
import type { DnsReply, DnsType } from '../../src/kit/dns.ts'
import { newDnsCache, newLocator } from '../../src/wire/sip/locate/index.ts'
import { seeded } from '../wire/sip/digest/scene.ts'

const typeNumbers: Record<number, DnsType> = { 1: 'A', 28: 'AAAA', 33: 'SRV', 35: 'NAPTR' }
const name = (text: string) => Buffer.concat([...text.split('.').filter(Boolean).map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0])])
const word = (...n: number[]) => Buffer.from(n.flatMap((v) => [v >> 8, v & 255]))
const label = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const srv = (priority: number, weight: number, port: number, target: string) => Buffer.concat([word(priority, weight, port), name(target)])
const naptr = (order: number, preference: number, flags: string, service: string, to: string) => Buffer.concat([word(order, preference), label(flags), label(service), label(''), name(to)])

/** Question → rdata of the answers; 'missing': NXDOMAIN, 'silent': none, 'refused': REFUSED. No entry: NOERROR without records. */
const zone: Record<string, Buffer[] | 'missing' | 'silent' | 'refused'> = {
  'NAPTR example.test': [naptr(10, 20, 's', 'SIPS+D2T', '_sips._tcp.example.test')],
  'SRV _sips._tcp.example.test': [srv(5, 7, 5071, 'sbc.example.test')],
  'A sbc.example.test': [Buffer.from([192, 0, 2, 1]), Buffer.from([192, 0, 2, 2])],
  'AAAA sbc.example.test': [Buffer.from('20010db8000000000000000000000001', 'hex')],
  'A missing.test': 'missing', 'A silent.test': 'silent', 'A refused.test': 'refused',
}

/** RFC 1035 4.1, one question a message. */
function reply(query: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  for (; query[at] !== 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
  const question = query.subarray(12, at + 5), found = zone[`${typeNumbers[query.readUInt16BE(at + 1)]} ${labels.join('.').toLowerCase()}`] ?? []
  if (found === 'silent') return undefined
  const code = found === 'missing' ? 3 : found === 'refused' ? 5 : 0, answers = typeof found === 'string' ? [] : found
  const records = answers.map((data) => Buffer.concat([word(0xc00c), question.subarray(-4), word(0, 42, data.length), data]))
  return Buffer.concat([query.subarray(0, 2), word(0x8180 | code, 1, records.length, 0, 0), question, ...records])
}

let server: Socket, client: DnsClient, folder: string
before(async () => {
  server = createSocket('udp4')
  server.on('message', (query, from) => { const answer = reply(query); if (answer) server.send(answer, from.port, from.address) })
  await new Promise<void>((bound) => server.bind(0, '127.0.0.1', bound))
  folder = mkdtempSync(join(tmpdir(), 'ringfort-resolve-'))
  writeFileSync(join(folder, 'hosts'), '# ours\n192.0.2.77 Here.test also.test # remark\n2001:db8::77 here.test\nrubbish here.test\n')
  client = newDnsClient({ servers: [`127.0.0.1:${server.address().port}`], timeout: 100, tries: 1, hostsFile: join(folder, 'hosts') })
})
after(() => { client.close(); server.close(); rmSync(folder, { recursive: true }) })

const rows: [why: string, type: DnsType, name: string, expected: DnsReply][] = [
  ['RFC 3403 NAPTR', 'NAPTR', 'example.test', { is: 'answer', ttl: 60, records: [{ type: 'NAPTR', order: 10, preference: 20, flags: 's', service: 'SIPS+D2T', regexp: '', replacement: '_sips._tcp.example.test' }] }],
  ['RFC 2782 SRV', 'SRV', '_sips._tcp.example.test', { is: 'answer', ttl: 60, records: [{ type: 'SRV', priority: 5, weight: 7, port: 5071, target: 'sbc.example.test' }] }],
  ['RFC 1035 A with its time to live', 'A', 'sbc.example.test', { is: 'answer', ttl: 42, records: [{ type: 'A', address: '192.0.2.1' }, { type: 'A', address: '192.0.2.2' }] }],
  ['RFC 3596 AAAA', 'AAAA', 'sbc.example.test', { is: 'answer', ttl: 42, records: [{ type: 'AAAA', address: '2001:db8::1' }] }],
  ['no such name', 'A', 'missing.test', { is: 'noAnswer', why: 'notFound' }],
  ['no such record', 'AAAA', 'example.test', { is: 'noAnswer', why: 'notFound' }],
  ['a server that is silent', 'A', 'silent.test', { is: 'noAnswer', why: 'timeout' }],
  ['a server that refuses', 'A', 'refused.test', { is: 'noAnswer', why: 'failed' }],
  ['the hosts file, in any case', 'A', 'HERE.test', { is: 'answer', ttl: 60, records: [{ type: 'A', address: '192.0.2.77' }] }],
  ['the hosts file has no such family', 'AAAA', 'also.test', { is: 'noAnswer', why: 'notFound' }],
  ['RFC 6761 6.3 localhost', 'AAAA', 'sip.localhost', { is: 'answer', ttl: 60, records: [{ type: 'AAAA', address: '::1' }] }],
]
for (const [why, type, asked, expected] of rows) {
  test(`A25 resolve: ${why}`, async () => assert.deepEqual(await client.ask(type, asked), expected))
}

test('A25 questions are bounded: what is too much fails at once', async () => {
  const replies = await Promise.all(Array.from({ length: 600 }, () => client.ask('A', 'silent.test')))
  const count = (why: string) => replies.filter((r) => r.is === 'noAnswer' && r.why === why).length
  assert.deepEqual([count('timeout'), count('failed')], [512, 88])
})

test('RFC 3263 4: a domain is located over the wire', async () => {
  const locator = newLocator({ random: seeded(), cache: newDnsCache(), transports: ['udp', 'tls'], families: ['IPv6', 'IPv4'] })
  const { state, outputs } = locator.start({ host: 'example.test', secure: false }, 0), queue = [...outputs]
  for (let output = queue.shift(); output; output = queue.shift()) {
    if (output.do === 'ask') { queue.push(...locator.step(state, 0, { ...await client.ask(output.type, output.name), id: output.id })); continue }
    const hop = { transport: 'tls', port: 5071, name: 'example.test' }
    assert.deepEqual(output, { do: 'found', hops: ['2001:db8::1', '192.0.2.1', '192.0.2.2'].map((address) => ({ ...hop, address })) })
  }
  assert.equal(state.stage, 'done')
})
