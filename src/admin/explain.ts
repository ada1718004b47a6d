/** `ringfort explain …`: what would happen, step by step, and which row of which table decides. */
import { explainCall } from '../directory/explain.ts'
import type { PhonePicture } from '../directory/picture.ts'
import { ok, type Problem, type Result } from '../kit/result.ts'
import { identify, type IdentityVerdict } from '../policy/identify.ts'
import type { Answer, Command, Options } from './commands.ts'
import type { House } from './house.ts'
import { adminProblem } from './problems.ts'

export const explainCommands: readonly Command[] = [
  { name: 'explain call', about: 'What would happen to a call.', who: 'owner',
    options: [{ name: 'from', about: 'Number or user ID of the caller.', takes: 'text', required: true }, { name: 'to', about: 'What is dialled.', takes: 'text', required: true }], run: call },
  { name: 'explain request', about: 'What would be said to a SIP request.', who: 'owner', options: [
    { name: 'method', about: 'INVITE, REGISTER …', takes: 'text', required: true }, { name: 'source', about: 'Address that it comes from.', takes: 'text', required: true },
    { name: 'transport', about: 'udp, tcp, tls or wss.', takes: 'text', required: true }, { name: 'subject', about: 'Name in the certificate that it shows.', takes: 'text' },
    { name: 'user', about: 'User part of From (of To in a REGISTER).', takes: 'text' }, { name: 'digest', about: 'Digest user whose right password it has.', takes: 'text' }, { name: 'port', about: 'Source port.', takes: 'number' },
  ], run: request },
]

async function call(house: House, options: Options): Promise<Result<Answer>> {
  const from = String(options.from), to = String(options.to), snapshot = house.snapshot()
  const asked = [...reached(from, to, (line) => snapshot.numberOrUser(line))]
  const live = await house.live({ ask: 'lines', lines: asked })
  const lines = live.ok ? live.value : {}
  const found = explainCall(snapshot, from, to, { reachable: (line) => !live.ok || lines[line]?.reachable === true, calls: (line) => lines[line]?.calls ?? 0 })
  const end = found.outcome === 'rings' ? `rings ${found.rings.join(', ')}` : found.outcome === 'feature' ? 'a feature is used' : `refused with ${found.status}`
  return ok({
    document: { from, to, ...found, ...(live.ok ? {} : { assumed: 'every line is registered and free: the call process does not answer' }) },
    table: { columns: ['step', 'object', 'field', 'value', 'because'], rows: found.steps.map((s, i) => [String(i + 1), s.object ?? '', s.field ?? '', s.value === undefined ? '' : String(s.value), s.text]) },
    note: `Outcome: ${end}.`,
  })
}

/** Every line that the walk could come by: bounded by the forwards that are followed. */
function reached(from: string, to: string, ask: (text: string) => ReturnType<ReturnType<House['snapshot']>['numberOrUser']>): Set<string> {
  const lines = new Set<string>([from]), next = [to]
  while (next.length > 0 && lines.size < 10_000) {
    const meaning = ask(next.pop()!)
    const key = meaning.is === 'line' || meaning.is === 'huntGroup' ? meaning.number : undefined
    if (key === undefined || lines.has(key)) continue
    lines.add(key)
    const more = meaning.is === 'line' ? [meaning.forwardAll, meaning.forwardBusy, meaning.forwardNoAnswer, meaning.forwardNotRegistered]
      : meaning.is === 'huntGroup' ? [...meaning.members, meaning.onBusy, meaning.onNoAnswer] : []
    next.push(...more.filter((number) => number !== undefined))
  }
  return lines
}

const transports = ['udp', 'tcp', 'tls', 'wss']

async function request(house: House, options: Options): Promise<Result<Answer>> {
  const method = String(options.method).toUpperCase(), transport = String(options.transport).toLowerCase()
  if (!transports.includes(transport)) return { ok: false, problem: adminProblem('admin.option', '--transport', `it is one of ${transports.join(', ')}`) }
  const row = (await house.methods()).get(method)
  if (!row) return ok(verdictAnswer(options, { verdict: 'refuse', status: 501, because: `${method.slice(0, 40)} is not known here: it is answered 501.`, rule: 'methods' }))
  if (row.who === 'anybody') return ok(verdictAnswer(options, { verdict: 'allow', because: 'Anybody may ask what this system can do.', rule: `methods.${method}` }))
  if (row.who === 'nobody') return ok(verdictAnswer(options, { verdict: 'refuse', ...row.refusal!, rule: `methods.${method}` }))
  const snapshot = house.snapshot()
  const text = (name: string) => typeof options[name] === 'string' ? options[name] : undefined
  const digestUser = text('digest'), digest = digestUser === undefined ? undefined : snapshot.phoneByDigestUser(digestUser)
  const sourced = transport === 'udp' || transport === 'tcp' ? snapshot.phoneBySource(text('source') ?? '', Number(options.port ?? 0)) : undefined
  const certified = transport === 'tls' || transport === 'wss' ? snapshot.phones.get(text('subject') ?? '') : undefined
  const verdict = identify({
    secure: transport === 'tls' || transport === 'wss', certified, sourced, digest, claims: text('user') ?? '',
    credentials: digestUser === undefined ? 'none' : digest ? 'ok' : 'wrong',
  })
  if (verdict.is === 'allow' && row.refusal) return ok(verdictAnswer(options, { verdict: 'refuse', ...row.refusal, rule: `methods.${method}` }))
  return ok(explained(options, verdict, { certified, sourced, digest }, snapshot.phoneByDigestUser(text('user') ?? '')))
}

type Found = { readonly [By in 'certified' | 'sourced' | 'digest']: PhonePicture | undefined }

function explained(options: Options, verdict: IdentityVerdict, found: Found, named: PhonePicture | undefined): Answer {
  const phone = found.digest ?? found.certified ?? found.sourced ?? named, object = phone && `phones[${phone.name}]`
  switch (verdict.is) {
    case 'allow': {
      const how = found.digest ? ['digest', 'its digest password'] : found.certified ? ['name', 'its certificate'] : ['address', 'its fixed address']
      return verdictAnswer(options, { verdict: 'allow', because: `It is the phone ${verdict.phone.name}, known by ${how[1]}.`, rule: `phones[${verdict.phone.name}].${how[0]}` })
    }
    case 'refuse': return verdictAnswer(options, { verdict: 'refuse', status: verdict.status, because: verdict.problem.text, rule: verdict.problem.code === 'policy.transport' ? `${object}.deviceSecurityMode` : `${object}.lines` }, verdict.problem)
    case 'challenge': return verdictAnswer(options, { verdict: 'challenge', status: 401, because: why(found, phone), rule: phone ? `${object}.digest` : 'policy.default' }, {
      code: 'policy.challenge', text: 'It is answered 401.', remedy: 'The phone must answer with its digest user and password; add --digest USER to see what happens then.',
    })
  }
}

function why({ certified, sourced }: Found, phone: PhonePicture | undefined): string {
  if ((certified ?? sourced)?.digestUser !== undefined) return `The phone ${(certified ?? sourced)!.name} has digest credentials and must use them, whatever else it shows.`
  return phone ? `The phone ${phone.name} must prove who it is.` : 'Nothing about it proves who it is: no certificate, no fixed address, no credentials.'
}

interface Verdict { readonly verdict: 'allow' | 'challenge' | 'refuse'; readonly status?: number | undefined; readonly because: string; readonly rule: string }

function verdictAnswer(options: Options, { verdict, status, because, rule }: Verdict, problem?: Problem): Answer {
  const remedy = problem?.remedy
  return {
    document: { request: options, verdict, ...(status === undefined ? {} : { status }), rule, because, ...(problem ? { code: problem.code } : {}), ...(remedy === undefined ? {} : { remedy }) },
    table: { columns: ['verdict', 'status', 'rule', 'because', 'remedy'], rows: [[verdict, status === undefined ? '-' : String(status), rule, because, remedy ?? '-']] },
  }
}
