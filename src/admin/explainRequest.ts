/** `ringfort explain request`: what would be said to a SIP request: of a trunk first, of a phone otherwise. Standards R239, R333–R370 */
import type { PhonePicture } from '../directory/picture.ts'
import { ok, type Problem, type Result } from '../kit/result.ts'
import { identify, type IdentityVerdict } from '../policy/identify.ts'
import { type Asked, textOf, type Transport, transports, type Verdict } from './asked.ts'
import type { Answer, Options } from './commands.ts'
import { trunkVerdict } from './explainTrunk.ts'
import { adminProblem } from './problems.ts'

export async function explainRequest(house: Asked, options: Options): Promise<Result<Answer>> {
  const method = String(options.method).toUpperCase(), transport = transports.find((one) => one === String(options.transport).toLowerCase())
  if (!transport) return { ok: false, problem: adminProblem('admin.option', '--transport', `it is one of ${transports.join(', ')}`) }
  const row = (await house.methods()).get(method)
  if (!row) return ok(verdictAnswer(options, { verdict: 'refuse', status: 501, because: `${method.slice(0, 40)} is not known here: it is answered 501.`, rule: 'methods' }))
  const ofTrunk = await trunkVerdict(house, method, transport, options)
  if (ofTrunk) return ok(verdictAnswer(options, ofTrunk.verdict, ofTrunk.problem))
  if (row.who === 'anybody') return ok(verdictAnswer(options, { verdict: 'allow', because: 'Anybody may ask what this system can do.', rule: `methods.${method}` }))
  if (row.who === 'nobody') return ok(verdictAnswer(options, { verdict: 'refuse', ...row.refusal!, rule: `methods.${method}` }))
  const { found, verdict, named } = ofPhone(house, transport, options)
  if (verdict.is === 'allow' && row.refusal) return ok(verdictAnswer(options, { verdict: 'refuse', ...row.refusal, rule: `methods.${method}` }))
  return ok(explained(options, verdict, found, named))
}

type Found = { readonly [By in 'certified' | 'sourced' | 'digest']: PhonePicture | undefined }

function ofPhone(house: Asked, transport: Transport, options: Options): { found: Found; verdict: IdentityVerdict; named: PhonePicture | undefined } {
  const snapshot = house.snapshot(), secure = transport === 'tls' || transport === 'wss', digestUser = textOf(options, 'digest'), claims = textOf(options, 'user') ?? ''
  const found: Found = {
    digest: digestUser === undefined ? undefined : snapshot.phoneByDigestUser(digestUser),
    sourced: secure ? undefined : snapshot.phoneBySource(textOf(options, 'source') ?? '', Number(options.port ?? 0)),
    certified: secure ? snapshot.phones.get(textOf(options, 'subject') ?? '') : undefined,
  }
  const credentials = digestUser === undefined ? 'none' : found.digest ? 'ok' : 'wrong'
  return { found, verdict: identify({ secure, ...found, claims, credentials }), named: snapshot.phoneByDigestUser(claims) }
}

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

function verdictAnswer(options: Options, { verdict, status, because, rule, trunk }: Verdict, problem?: Problem): Answer {
  const remedy = problem?.remedy
  return {
    document: { request: options, verdict, ...(status === undefined ? {} : { status }), rule, because, ...(trunk === undefined ? {} : { trunk }), ...(problem ? { code: problem.code } : {}), ...(remedy === undefined ? {} : { remedy }) },
    table: { columns: ['verdict', 'status', 'rule', 'because', 'remedy'], rows: [[verdict, status === undefined ? '-' : String(status), rule, because, remedy ?? '-']] },
  }
}
