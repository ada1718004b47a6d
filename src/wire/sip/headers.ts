/**
 * The table of header fields: canonical name, compact form, and whether a message may carry it once only.
 * A header's id is its row number. Rows that may stand once come first, so that a 32-bit mask remembers which were seen.
 *
 * Standards  RFC 3261 20 and the extensions named beside the rows
 */
import { named } from './params.ts'

const once = [
  ['From', 'f'], ['To', 't'], ['Call-ID', 'i'], ['CSeq', ''], ['Max-Forwards', ''], ['Content-Length', 'l'], ['Content-Type', 'c'],
  ['Expires', ''], ['Date', ''], ['Min-Expires', ''], ['Retry-After', ''], ['Timestamp', ''], ['MIME-Version', ''], ['Reply-To', ''],
  ['Content-Disposition', ''],
  ['Event', 'o'], ['Subscription-State', ''],                         // RFC 6665
  ['RSeq', ''], ['RAck', ''],                                         // RFC 3262
  ['Refer-To', 'r'], ['Referred-By', 'b'], ['Refer-Sub', ''],         // RFC 3515, 3892, 4488
  ['Replaces', ''], ['Join', ''], ['Target-Dialog', ''],              // RFC 3891, 3911, 4538
  ['Session-Expires', 'x'], ['Min-SE', ''],                           // RFC 4028
  ['SIP-ETag', ''], ['SIP-If-Match', ''],                             // RFC 3903
  ['Max-Breadth', ''], ['Flow-Timer', ''],                            // RFC 5393, 5626
] as const

const many = [
  ['Via', 'v'], ['Contact', 'm'], ['Route', ''], ['Record-Route', ''], ['Authorization', ''], ['Proxy-Authorization', ''],
  ['WWW-Authenticate', ''], ['Proxy-Authenticate', ''], ['Authentication-Info', ''], ['Supported', 'k'], ['Require', ''],
  ['Proxy-Require', ''], ['Unsupported', ''], ['Allow', ''], ['Accept', ''], ['Accept-Encoding', ''], ['Accept-Language', ''],
  ['Alert-Info', ''], ['Call-Info', ''], ['Content-Encoding', 'e'], ['Content-Language', ''], ['Error-Info', ''], ['In-Reply-To', ''],
  ['Organization', ''], ['Priority', ''], ['Server', ''], ['Subject', 's'], ['User-Agent', ''], ['Warning', ''],
  ['Allow-Events', 'u'], ['Reason', ''], ['Path', ''], ['Service-Route', ''],                               // RFC 6665, 3326, 3327, 3608
  ['P-Asserted-Identity', ''], ['P-Preferred-Identity', ''], ['Privacy', ''], ['Remote-Party-ID', ''],      // RFC 3325, 3323
  ['Diversion', ''], ['History-Info', ''], ['Request-Disposition', 'd'], ['Accept-Contact', 'a'],           // RFC 5806, 7044, 3841
  ['Reject-Contact', 'j'], ['Identity', 'y'], ['Identity-Info', 'n'], ['Session-ID', ''], ['Geolocation', ''], ['Answer-Mode', ''],
  ['Feature-Caps', ''], ['P-Charging-Vector', ''], ['Resource-Priority', ''], ['Info-Package', ''], ['Recv-Info', ''],
] as const

export type HeaderName = (typeof once)[number][0] | (typeof many)[number][0]

const rows: readonly (readonly [HeaderName, string])[] = [...once, ...many]
/** Ids below this may stand once in a message. */
export const onceLimit = once.length

const ids = new Map<string, number>()
rows.forEach(([name, compact], id) => {
  ids.set(name, id).set(name.toLowerCase(), id).set(name.toUpperCase(), id)
  if (compact) ids.set(compact, id).set(compact.toUpperCase(), id)
})

/** The id of a header whose canonical name is known. */
export function headerId(name: HeaderName): number { return ids.get(name)! }

/** The id of a name as a stranger spelled it: any case, full or compact; -1 if it is not in the table. */
export function lookUp(spelled: string): number {
  return ids.get(spelled) ?? ids.get(spelled.toLowerCase()) ?? -1
}

export function headerName(id: number): string { return rows[id]![0] }

/** Rows by what is quickly seen of a name: length and first letter. Names and compact forms in lower case. */
const drawers: { readonly spelled: string; readonly name: string; readonly id: number }[][] = []
rows.forEach(([name, compact], id) => {
  for (const spelled of compact ? [name, compact] : [name]) (drawers[drawer(spelled.length, spelled.charCodeAt(0))] ??= []).push({ spelled, name: spelled.toLowerCase(), id })
})
const longest = Math.max(...rows.map(([name]) => name.length))
for (let at = 0; at <= drawer(longest, 31); at++) drawers[at] ??= []

function drawer(length: number, first: number): number { return length * 32 + (first & 31) }

/** As lookUp, for the name that stands from `start` to `end` of a text: nothing is cut out. */
export function headerAt(text: string, start: number, end: number): number {
  const length = end - start
  if (length > longest) return -1
  const rowsHere = drawers[drawer(length, text.charCodeAt(start))]!
  for (let k = 0; k < rowsHere.length; k++) {
    const row = rowsHere[k]!
    if (text.startsWith(row.spelled, start) || named(text, start, end, row.name)) return row.id
  }
  return -1
}
