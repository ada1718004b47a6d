/**
 * What a REGISTER asks for: its Contacts cut into the fields that a binding keeps, its Path, its extensions.
 *
 * Standards  RFC 3261 10.3, 20.10; RFC 3327 5.3; RFC 5626 6; RFC 5630 5.2
 * Security   fed by authenticated phones; what is kept of a contact is bounded by the limits below
 */
import { fail, ok, type Result } from '../../../kit/result.ts'
import { type Address, parseAddress, parseAddresses } from '../address.ts'
import { has, header, lines, type SipMessage } from '../message.ts'
import { walk } from '../params.ts'
import { isDigit, isToken, split, unquote, wholeNumber } from '../scan.ts'
import { parseUri, type Uri, uriParam } from '../uri.ts'
import { deltaSeconds, tokens } from '../values.ts'
import { type Refusal, refusals } from './problems.ts'

/** Contacts of one request. */
export const maxContacts = 32
/** Octets kept of one contact: URI, other parameters, instance. */
export const maxContactUri = 512
export const maxContactParams = 512
export const maxInstance = 256
/** Octets kept of Call-ID and of the whole Path. */
export const maxCallId = 256
export const maxPath = 1024

/** One Contact value. */
export interface AskedContact {
  readonly uri: string
  /** Whatever is not one of the fields below, as written. */
  readonly params: string
  /** Thousandths; -1 where none is given. */
  readonly q: number
  /** Seconds; undefined where none is given. */
  readonly expires: number | undefined
  /** Value of +sip.instance without quotes, angle brackets kept; '' without. */
  readonly instance: string
  /** 0 without. */
  regId: number
}

export interface Asked {
  /** 'all' is the asterisk, undefined a query. */
  readonly contacts: readonly AskedContact[] | 'all' | undefined
  /** Value of a Route header that leads back, '' without Path. */
  readonly path: string
  /** The Supported list in lower case, as written: see `supports`. */
  readonly supported: string
  /** Not a single proxy in between. */
  readonly firstHop: boolean
}

const understood = new Set(['path', 'outbound', 'gruu'])

export function readAsked(request: SipMessage): Result<Asked, Refusal> {
  const unknown = has(request, 'Require') ? tokens(request, 'Require').filter((tag) => !understood.has(tag)) : []
  if (unknown.length > 0) return fail(refusals.extension(unknown.join(', ')))       // 8.2.2.3
  if (request.callId.length > maxCallId) return fail(refusals.contactTooLong)
  const supported = lines(request, 'Supported').join().toLowerCase()
  const path = readPath(request, supported)
  if (!path.ok) return path
  const contacts = readContacts(request)
  if (!contacts.ok) return contacts
  const asked = { contacts: contacts.value, path: path.value.route, supported, firstHop: oneVia(request) }
  const refused = Array.isArray(asked.contacts) ? applyOutbound(asked.contacts, asked.firstHop || path.value.outbound, supported) : undefined
  return refused ? fail(refused) : ok(asked)
}

/** Whether an option tag stands in a list, without cutting the list apart. */
export function supports(list: string, tag: string): boolean {
  for (let at = list.indexOf(tag); at >= 0; at = list.indexOf(tag, at + 1)) {
    if (!isToken(list.charCodeAt(at - 1)) && !isToken(list.charCodeAt(at + tag.length))) return true
  }
  return false
}

function readContacts(request: SipMessage): Result<AskedContact[] | 'all' | undefined, Refusal> {
  const written = lines(request, 'Contact')
  if (written.length === 0) return ok(undefined)
  if (written.some((line) => line.includes('*') && split(line, ',', maxContacts)?.includes('*'))) {
    const alone = written.length === 1 && written[0] === '*'
    return alone && deltaSeconds(header(request, 'Expires')) === 0 ? ok('all') : fail(refusals.wildcard)
  }
  const addresses = parseAddresses(written, maxContacts)
  if (!addresses) return fail(refusals.contact)
  const found: AskedContact[] = []
  for (const address of addresses) {
    const contact = readContact(address)
    if (!contact.ok) return contact
    found.push(contact.value)
  }
  return ok(found)
}

/** The parameters that the registrar understands, cut out of the others. */
function readContact({ uri, params }: Address): Result<AskedContact, Refusal> {
  let rest = '', q = -1, expires: number | undefined, instance = '', regId = 0, broken = false
  walk(params, 0, (name, value) => {
    switch (name.toLowerCase()) {
      case 'q': q = qValue(value); broken ||= q < 0; break
      case 'expires': expires ??= seconds(value); break
      case '+sip.instance': instance ||= unquote(value ?? ''); break
      case 'reg-id': regId ||= wholeNumber(value ?? '', 2 ** 31 - 1) || -1; break
      case 'pub-gruu': case 'temp-gruu': break                                       // RFC 5627 5.1: the phone cannot suggest one
      default: rest += value === undefined ? `;${name}` : `;${name}=${value}`
    }
  })
  if (broken) return fail(refusals.contact)
  if (regId < 0) return fail(refusals.regId)
  if (uri.length > maxContactUri || rest.length > maxContactParams || instance.length > maxInstance) return fail(refusals.contactTooLong)
  return ok({ uri, params: rest, q, expires, instance, regId: instance === '' ? 0 : regId })   // RFC 5626 6: no instance, no flow
}

/** 20.10: a malformed expires is 3600. */
function seconds(value: string | undefined): number {
  const n = deltaSeconds(value ?? '') ?? -1
  return n < 0 ? 3600 : n
}

/** Thousandths; -1 for what is no qvalue (25.1). */
function qValue(value: string | undefined): number {
  if (value === undefined || value.length > 5 || (value[0] !== '0' && value[0] !== '1') || (value.length > 1 && value[1] !== '.')) return -1
  for (let i = 2; i < value.length; i++) if (!isDigit(value.charCodeAt(i))) return -1
  const q = Math.round(Number(value) * 1000)
  return q > 1000 ? -1 : q
}

/** The seconds that a Contact without its own asks for; undefined where the request does not say either (20.19: nonsense is 3600). */
export function expiresOf(request: SipMessage): number | undefined {
  const value = header(request, 'Expires')
  return value === undefined ? undefined : seconds(value)
}

/** RFC 3327 5.3. `outbound`: the first URI carries `ob` (RFC 5626 6). */
function readPath(request: SipMessage, supported: string): Result<{ route: string; outbound: boolean }, Refusal> {
  const written = lines(request, 'Path')
  if (written.length === 0) return ok({ route: '', outbound: false })
  if (!supports(supported, 'path')) return fail(refusals.pathNotSupported)
  const route = written.join(', '), nodes = parseAddresses(written, maxContacts)
  if (route.length > maxPath) return fail(refusals.contactTooLong)
  const uris = nodes?.map(({ uri }) => parseUri(uri))
  const first = uris?.[0]
  if (!first?.ok || !uris?.every((uri) => uri.ok && isSip(uri.value)) || !bracketed(written)) return fail(refusals.path)
  return ok({ route, outbound: uriParam(first.value, 'ob') !== undefined })
}

/** A Path value is a name-addr: it becomes a Route value as it stands. */
function bracketed(written: readonly string[]): boolean {
  return written.every((line) => split(line, ',', maxContacts)?.every((part) => part.includes('<')))
}

/** The first node of a Path. */
export function firstNode(path: string): string {
  return parseAddress(split(path, ',', maxContacts)?.[0] ?? '')?.uri ?? ''
}

function isSip(uri: Uri): boolean { return uri.scheme === 'sip' || uri.scheme === 'sips' }

function oneVia(request: SipMessage): boolean {
  const vias = lines(request, 'Via')
  return vias.length === 1 && (!vias[0]!.includes(',') || split(vias[0]!, ',', 2)?.length === 1)
}

/** RFC 5626 6: what becomes of reg-id; the refusal, if there is one. */
function applyOutbound(contacts: readonly AskedContact[], possible: boolean, supported: string): Refusal | undefined {
  if (!contacts.some((contact) => contact.regId > 0)) return undefined
  if (!possible) {
    if (supports(supported, 'outbound')) return refusals.firstHop
    for (const contact of contacts) contact.regId = 0
    return undefined
  }
  return contacts.filter((contact) => contact.expires !== 0).length > 1 ? refusals.severalFlows : undefined
}
