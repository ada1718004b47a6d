/** SIPp's two sides of a call that lives on requests within it: so many INFOs, then BYE; and what became of them. */
import { once } from 'node:events'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { end, generatorCore, newFolder, run } from './process.ts'
import { calleeLine, callerLine, domain } from './site.ts'
import { calleeAddress, callerAddress, serverAddress, type World } from './world.ts'

export const callerPort = 6_001, calleePort = 6_002

/** Pause between two requests of a call, and how many there are. */
const every = 1_000, infos = 8
export const lastsFor = every * (infos + 1)

const description = (port: number): string => `v=0\no=u 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio ${port} RTP/AVP 0\na=rtpmap:0 PCMU/8000\n`
const via = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n'
const send = (text: string, repeated = true): string => `<send${repeated ? ' retrans="500"' : ''}><![CDATA[\n${text}\n]]></send>\n`
const from = `From: <sip:${callerLine}@${domain}>;tag=[pid]-[call_number]\n`

function within(method: string, cseq: number, repeated = true, more = 'Content-Length: 0\n\n'): string {
  return send(`${method} [next_url] SIP/2.0\n${via}[routes]\n${from}[last_To:]\nCall-ID: [call_id]\nCSeq: ${cseq} ${method}\n${more}`, repeated)
}

function callerScenario(): string {
  const invite = `INVITE sip:${calleeLine}@${domain} SIP/2.0\n${via}${from}To: <sip:${calleeLine}@${domain}>\nCall-ID: [call_id]\nCSeq: 1 INVITE\nContact: <sip:${callerLine}@[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n${description(6_100)}`
  const digit = 'Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=5\nDuration=160\n'
  const answered = '<recv response="200"/>\n', pause = `<pause milliseconds="${every}"/>\n`
  return `<?xml version="1.0"?>\n<scenario name="inDialog">\n${send(invite)}<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="200" rrs="true"/>\n${within('ACK', 1, false)}` +
    Array.from({ length: infos }, (_, n) => `${pause}${within('INFO', n + 2, true, digit)}${answered}`).join('') + `${pause}${within('BYE', infos + 2)}${answered}</scenario>\n`
}

function calleeScenario(): string {
  const answer = (status: string, more = 'Content-Length: 0\n\n', repeated = false, tag = '') =>
    send(`SIP/2.0 ${status}\n[last_Via:]\n[last_Record-Route:]\n[last_From:]\n[last_To:]${tag}\n[last_Call-ID:]\n[last_CSeq:]\nContact: <sip:${calleeLine}@[local_ip]:[local_port]>\n${more}`, repeated)
  return `<?xml version="1.0"?>\n<scenario name="answering">\n<recv request="INVITE"/>\n${answer('200 OK', `Content-Type: application/sdp\nContent-Length: [len]\n\n${description(6_102)}`, true, ';tag=[pid]-[call_number]')}<recv request="ACK"/>\n` +
    `${`<recv request="INFO"/>\n${answer('200 OK')}`.repeat(infos)}<recv request="BYE"/>\n${answer('200 OK')}</scenario>\n`
}

export interface InDialog {
  /** Requests within calls that were sent, and that were answered; those that were sent again. */
  readonly sent: number
  readonly answered: number
  readonly repeated: number
  readonly calls: { readonly good: number; readonly failed: number }
}

/** Calls at a rate for so long; each lasts `lastsFor` milliseconds. Begun at once, told when the last has ended. */
export async function callsWithin(world: World, rate: number, seconds: number): Promise<{ done: Promise<InDialog> }> {
  const folder = newFolder(), statistics = join(folder, 'statistics.csv')
  for (const [name, text] of [['caller', callerScenario()], ['callee', calleeScenario()]] as const) writeFileSync(join(folder, `${name}.xml`), text)
  const sipp = (address: string, port: number, ...more: string[]) =>
    run(generatorCore, ...world.outside('sipp', ...more, '-i', address, '-p', String(port), '-nostdin', '-recv_timeout', '33000'), { cwd: folder })
  const [code] = await once(sipp(calleeAddress, calleePort, `${serverAddress}:5060`, '-sf', join(import.meta.dirname, 'scenarios/callee.xml'), '-m', '1'), 'exit') as [number]
  if (code !== 0) throw new Error('the called side could not register')
  const callee = sipp(calleeAddress, calleePort, '-sf', 'callee.xml')
  const caller = sipp(callerAddress, callerPort, `${serverAddress}:5060`, '-sf', 'caller.xml', '-r', String(rate), '-m', String(rate * seconds), '-l', '5000', '-trace_counts', '-trace_stat', '-stf', statistics, '-fd', '1')
  const done = once(caller, 'exit').then(async () => {
    await end(callee, 'SIGKILL')
    const counts = table(readFileSync(globSync(join(folder, '*_counts.csv'))[0]!, 'utf8')), last = table(readFileSync(statistics, 'utf8'))
    return { ...outcome(counts), calls: { good: last.get('SuccessfulCall(C)') ?? 0, failed: last.get('FailedCall(C)') ?? 0 } }
  })
  return { done }
}

/** The last line of SIPp's table by its names. */
function table(text: string): Map<string, number> {
  const lines = text.trim().split('\n').map((line) => line.split(';')), last = lines.at(-1)!
  return new Map(lines[0]!.map((name, n) => [name, Number(last[n])]))
}

/** Each request stands before its answer: `7_INFO_Sent`, `8_200_Recv`. */
function outcome(counts: ReadonlyMap<string, number>): Omit<InDialog, 'calls'> {
  let [sent, answered, repeated] = [0, 0, 0]
  for (const [name, count] of counts) {
    const [, place, method, what] = /^(\d+)_(INFO|BYE)_(Sent|Retrans)$/.exec(name) ?? []
    if (place === undefined) continue
    if (what === 'Retrans') { repeated += count; continue }
    sent += count
    answered += counts.get(`${Number(place) + 1}_200_Recv`) ?? assertFound(`${method} ${place}`)
  }
  return { sent, answered, repeated }
}

function assertFound(what: string): never { throw new Error(`SIPp's counts have no answer to ${what}`) }
