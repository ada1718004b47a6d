/** SIPp scenarios written as steps: a caller, an answerer, or a registration; printed as XML where SIPp is started. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finish, local, type Program, start } from './programs.ts'

/** `at`: index of the step, which SIPp makes branches of. */
export type Step = (at: number) => string

const escaped = (text: string) => text.replace(/^\n+/, '')
const sending = (text: string, attributes = '') => `<send${attributes}><![CDATA[\n${escaped(text)}\n]]></send>\n`

export const sdp = (direction = 'sendrecv', media = 'RTP/AVP 0', more = ''): string =>
  `v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio [auto_media_port] ${media}\na=rtpmap:0 PCMU/8000\n${more}a=${direction}\n`

const session = (body: string) => body === '' ? 'Content-Length: 0\n\n' : `Content-Type: application/sdp\nContent-Length: [len]\n\n${body}`

export interface RequestParts {
  readonly cseq: number
  readonly uri?: string
  readonly to?: string
  readonly headers?: string
  readonly body?: string
  /** Step whose branch this one carries on: CANCEL, ACK of a refusal. */
  readonly branchOf?: number
  readonly maxForwards?: number
  /** Its own Content-Type. */
  readonly content?: string
}

/** A request outside a dialog, or with `to` and `uri` inside one. */
export function ask(method: string, o: RequestParts): Step {
  const { cseq, uri = 'sip:[callee]@test.lab', to = '<sip:[callee]@test.lab>', headers = '', body = '', maxForwards = 70, content } = o
  const tail = content === undefined ? session(body) : `Content-Type: ${content}\nContent-Length: [len]\n\n${body}`
  return (at) => sending(`${method} ${uri} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=${o.branchOf === undefined ? '[branch]' : `[branch-${at - o.branchOf}]`};rport\n` +
    `Max-Forwards: ${maxForwards}\nFrom: <sip:[caller]@test.lab>;tag=[pid]c[call_number]\nTo: ${to}\nCall-ID: [call_id]\nCSeq: ${cseq} ${method}\n` +
    `Contact: <sip:[caller]@[local_ip]:[local_port];transport=[transport]>\n${uri === '[next_url]' ? '[routes]\n' : ''}${headers}${tail}`, method === 'ACK' ? '' : ' retrans="500"')
}

/** Inside the dialog: to the Contact that we were told. */
export function within(method: string, o: RequestParts): Step {
  return ask(method, { uri: '[next_url]', to: '<sip:[callee]@test.lab>[peer_tag_param]', ...o })
}

export const hear = (status: number, attributes = '', action = ''): Step => () => `<recv response="${status}"${status < 300 ? ' rrs="true"' : ''}${attributes}>${action}</recv>\n`
export const mayHear = (...all: number[]): Step[] => all.map((status) => () => `<recv response="${status}" optional="true"/>\n`)
export const await_ = (method: string, action = ''): Step => () => `<recv request="${method}" rrs="true">${action}</recv>\n`
export const pause = (ms: number): Step => () => `<pause milliseconds="${ms}"/>\n`

/** An ereg that must match. */
export const must = (pattern: string, header?: string, variable = 'seen'): string =>
  `<action><ereg regexp="${pattern}" search_in="${header === undefined ? 'msg' : `hdr" header="${header}:`}" check_it="true" assign_to="${variable}"/></action>`

/** The request with credentials: the challenge, its ACK, the request again. Four steps. */
export function proven(method: string, o: Omit<RequestParts, 'cseq'> = {}): Step[] {
  const first = ask(method, { ...o, cseq: 1 }), again = ask(method, { ...o, cseq: 2, headers: `[authentication]\n${o.headers ?? ''}` })
  if (method !== 'INVITE') return [first, hear(401, ' auth="true"'), again]
  return [first, hear(401, ' auth="true"'), within('ACK', { cseq: 1, uri: 'sip:[callee]@test.lab', branchOf: 0 }), again]
}

/** Index of the INVITE that `proven` sent last. */
export const provenAt = 3

export const answer = (status: number, o: { tag?: string; headers?: string; body?: string; contact?: boolean; retrans?: boolean } = {}): Step => () => sending(
  `SIP/2.0 ${status} Answer\n[last_Via:]\n[last_From:]\n[last_To:]${o.tag === '' ? '' : `;tag=[pid]u[call_number]${o.tag ?? ''}`}\n[last_Call-ID:]\n[last_CSeq:]\n[last_Record-Route:]\n` +
  `Contact: <sip:[callee]@[local_ip]:[local_port];transport=[transport]>\n${o.headers ?? ''}${session(o.body ?? '')}`, o.retrans === true ? ' retrans="500"' : '')

/** Answers a request inside the dialog: the tag is there. */
export const agree = (status = 200, headers = '', body = ''): Step => answer(status, { tag: '', headers, body })

export function scenario(name: string, steps: readonly Step[]): string {
  const text = steps.map((step, at) => step(at)).join(''), variables = [...new Set([...text.matchAll(/assign_to="([a-z]+)"/g)].map((found) => found[1]))]
  return `<?xml version="1.0"?>\n<scenario name="${name}">\n${text}${variables.length > 0 ? `<Reference variables="${variables.join(',')}"/>\n` : ''}</scenario>\n`
}

export interface SippOptions {
  readonly folder: string
  readonly name: string
  readonly steps: readonly Step[]
  readonly server: number
  readonly port: number
  readonly user: string
  readonly password: string
  readonly caller: string
  readonly callee: string
  readonly transport?: 'u1' | 't1'
  /** Address of its own; 127.0.0.1 where none is given. */
  readonly address?: string
  readonly more?: readonly string[]
  readonly seconds?: number
}

function parametersOf(o: SippOptions): string[] {
  const file = join(o.folder, `${o.name}.xml`), seconds = o.seconds ?? 60
  writeFileSync(file, scenario(o.name, o.steps))
  return [`${local}:${o.server}`, '-sf', file, '-m', '1', '-i', o.address ?? local, '-p', String(o.port), '-mp', String(o.port + 2), '-au', o.user, '-ap', o.password, '-key', 'caller', o.caller, '-key', 'callee', o.callee,
    '-nostdin', '-timeout', String(seconds), '-timeout_error', '-trace_err', '-error_file', join(o.folder, `${o.name}.err`), '-trace_msg', '-message_file', join(o.folder, `${o.name}.msg`), '-t', o.transport ?? 'u1', ...(o.more ?? [])]
}

export function sipp(o: SippOptions): Promise<{ code: number; out: string }> { return finish('sipp', parametersOf(o), { folder: o.folder, name: `sipp-${o.name}`, seconds: (o.seconds ?? 60) + 5 }) }
export function sippServing(o: SippOptions): Program { return start('sipp', parametersOf(o), { folder: o.folder, name: `sipp-${o.name}` }) }

export const registering = (expires = 300): Step[] => proven('REGISTER', { uri: 'sip:test.lab', to: '<sip:[caller]@test.lab>', headers: `Expires: ${expires}\n` }).concat(hear(200, '', must('sip:[0-9]+@127.0.0.1:[0-9]+', 'Contact')))

export const ring: Step[] = mayHear(100, 180, 181, 183)
export const ackAndBye: Step[] = [within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 3 }), hear(200)]
export const refused = (status: number, action = ''): Step[] => [...mayHear(100, 180, 183), hear(status, '', action), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: provenAt })]
export const taken: Step[] = [answer(200, { body: sdp() }), await_('ACK')]
export const untilBye: Step[] = [await_('BYE'), agree()]
export const usual: Step[] = [await_('INVITE'), answer(180), ...taken, ...untilBye]
export const calling = (headers = '', body = sdp()): Step[] => proven('INVITE', { headers, body })

/** The second description of a session: its version has moved. */
export const sdpAnew = (direction = 'sendrecv', version = 2): string => sdp(direction).replace('o=- 1 1', `o=- 1 ${version}`)

/** Headers kept for later, each in the variable of its name. */
export const keep = (...headers: string[]): string => `<action>${headers.map((name) => `<ereg regexp=".*" search_in="hdr" header="${name}:" check_it="true" assign_to="${name.toLowerCase()}"/>`).join('')}</action>`
/** Sequence number of a reliable provisional response (RFC 3262 7.1). */
export const rseq = must('[0-9]+', 'RSeq', 'rseq')
/** A response to the INVITE whose Via and From were kept. */
export const answerKept = (status: number, cseq: number, body = '', tag = ''): Step => () => sending(`SIP/2.0 ${status} Answer\nVia:[$via]\nFrom:[$from]\nTo: <sip:[callee]@test.lab>;tag=[pid]u[call_number]${tag}\n[last_Call-ID:]\n` +
  `CSeq: ${cseq} INVITE\nContact: <sip:[callee]@[local_ip]:[local_port];transport=[transport]>\n${session(body)}`)

/** This SIPp knows no tag of the caller's in requests of the called one: From was kept. */
export const keepFrom = keep('From')
export const fromCalled = (method: string, cseq: number, body = ''): Step => () => sending(`${method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n` +
  `From: <sip:[callee]@test.lab>;tag=[pid]u[call_number]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: ${cseq} ${method}\n[routes]\nContact: <sip:[callee]@[local_ip]:[local_port];transport=[transport]>\n${session(body)}`, method === 'ACK' ? '' : ' retrans="500"')
export const byeFromCalled: Step = fromCalled('BYE', 1)
