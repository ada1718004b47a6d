/** Writes docs/trunk-traces.md: what goes over the wire between a carrier and this system, played on the simulated network by the kit of test/trunks. `--check` only says whether it is so. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { carrier, type Carrier, field, sdp } from '../test/trunks/carrier.ts'

export const tracesPage = join(import.meta.dirname, '../docs/trunk-traces.md')

interface Scene { readonly title: string; readonly about: string; readonly play: () => Promise<Carrier> }

const application = 'applicationUsers: [{ userId: crm, digest: { user: crm, password: "hedge-lantern-42" } }]\n'
const realm = 'sipRealms: [{ realm: carrier.test, user: us, password: "pepper-mill-9" }]\n'

const scenes: readonly Scene[] = [
  { title: 'A request of a digest trunk', about: '`digestAuthentication: true`: 401 in the realm of the cluster ID, before anything is said of what it may do (R343, R363).', play: async () => {
    const c = await carrier({ profile: 'digestAuthentication: true', near: application })
    c.ask('REFER', '1001', { headers: 'Refer-To: <sip:1002@near.test>\r\n' })
    c.system.run(500)
    return c
  } },
  { title: 'A request that the profile does not let in', about: 'Every Accept switch is off: 403 with a Warning that says which one it would take (R366–R370).', play: async () => {
    const c = await carrier()
    for (const [method, headers] of [['SUBSCRIBE', 'Event: presence\r\n'], ['REFER', 'Refer-To: <sip:1002@near.test>\r\n'], ['NOTIFY', 'Event: presence\r\nSubscription-State: active\r\n'], ['INVITE', 'Replaces: x;to-tag=a;from-tag=b\r\n']] as const) {
      c.ask(method, '1001', { headers, body: method === 'INVITE' ? sdp : '' })
      c.system.run(200)
    }
    return c
  } },
  { title: 'A call out, and the carrier asks who we are', about: 'Its challenge is answered from the row of `sipRealms` that has its realm, and from nothing else (R319); the ACK has the same credentials (RFC 3261 22.1).', play: async () => {
    const c = await carrier({ near: realm }), talk = c.system.phone('alice').call('9031234567')
    c.system.run(500)
    c.answer(c.last('INVITE ')!, '407 Proxy Authentication Required', 'Proxy-Authenticate: Digest realm="carrier.test", nonce="n1", qop="auth", algorithm=SHA-256\r\n')
    c.system.run(500)
    c.answer(c.last('INVITE ')!, '200 OK', '', sdp)
    c.system.until(() => talk.state === 'up')
    c.system.phone('alice').hangUp(talk)
    c.system.run(500)
    c.answer(c.last('BYE ')!, '200 OK')
    c.system.run(500)
    return c
  } },
  { title: 'A destination that does not answer', about: 'Its pings are missed, it is down, and the call goes to the next one (RFC 3263 4.3).', play: async () => {
    const c = await carrier({ destinations: '[{ address: 10.0.0.9, priority: 1 }, { address: 10.0.0.2, priority: 2 }]', trunk: 'pingRetries: 2' })
    c.system.run(3_000)
    c.system.phone('alice').call('9031234567')
    c.system.run(300)
    return c
  } },
  { title: 'A caller from outside who wants out again', about: 'The carrier\'s own search space would show the pattern; off-net to off-net stays shut (A44).', play: async () => {
    const c = await carrier({ trunk: 'callingSearchSpace: Staff' })
    c.ask('INVITE', '9041234567', { body: sdp })
    c.system.run(500)
    return c
  } },
  { title: 'An international number', about: 'Closed until a class of service opens it: the phone hears why, the carrier hears nothing (A44).', play: async () => {
    const c = await carrier()
    c.system.phone('alice').call('90041441234567')
    c.system.run(500)
    return c
  } },
]

const shown = ['Warning', 'WWW-Authenticate', 'Proxy-Authenticate', 'Authorization', 'Proxy-Authorization', 'P-Asserted-Identity', 'Refer-To', 'Replaces', 'Event'] as const

/** Start line and the headers that tell the story; what differs from run to run is not there, for there is one seed. */
function told(text: string): string {
  const one = { text } as Parameters<typeof field>[0]
  return [text.slice(0, text.indexOf('\r\n')), ...shown.flatMap((name) => { const value = field(one, name); return value === '' ? [] : [`${name}: ${value}`] })].join('\n                              ')
}

async function scene({ title, about, play }: Scene): Promise<string> {
  const c = await play(), lines = c.system.ladder().filter(({ text }) => !/^(?:REGISTER|SIP\/2\.0 100)|\r\nCSeq: \d+ REGISTER/.test(text))
  const name = (peer: string): string => peer === '10.0.0.2' ? 'carrier' : peer === '10.0.0.9' ? 'first' : peer
  const rows = lines.map(({ from, to, text }) => `${name(from).padEnd(9)} → ${name(to).padEnd(9)}`.padEnd(30) + told(text))
  c.system.close()
  return `## ${title}\n${about}\n\`\`\`\n${rows.filter((row, i) => row !== rows[i - 1]).join('\n')}\n\`\`\`\n`
}

export async function traces(): Promise<string> {
  const parts: string[] = []
  for (const one of scenes) parts.push(await scene(one))
  return `# Traces of trunks\n\nWritten by \`node tools/traces.ts\` from the simulated network of the tests; start lines and the headers that tell the story.\n\n${parts.join('\n')}`
}

if (import.meta.main) {
  const text = await traces()
  if (!process.argv.includes('--check')) writeFileSync(tracesPage, text)
  else if (readFileSync(tracesPage, 'utf8') !== text) {
    console.error('docs/trunk-traces.md is not what goes over the wire: run node tools/traces.ts')
    process.exitCode = 1
  }
}
