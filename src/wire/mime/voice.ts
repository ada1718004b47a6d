/**
 * Voice messages as mail, and reports about mail that did not arrive.
 *
 * Standards  RFC 3801 (VPIM 2), RFC 2423, RFC 3458, RFC 3464, RFC 3462
 */
import type { Millis } from '../../kit/machine.ts'
import { fail, type Result } from '../../kit/result.ts'
import { printDate } from './date.ts'
import { type Draft, hasControl, type Head, printMessage } from './print.ts'
import { problems } from './problems.ts'
import { encodeWords } from './words.ts'

export interface Person { readonly name?: string | undefined; readonly address: string }

export interface VoiceMessage {
  readonly from: Person
  readonly to: readonly Person[]
  readonly at: Millis
  /** Without angle brackets. */
  readonly messageId: string
  readonly subject: string
  readonly audio: { readonly type: 'audio/wav' | 'audio/32KADPCM'; readonly octets: Buffer; readonly seconds: number; readonly fileName: string; readonly language?: string | undefined }
  /** The sender's spoken name. */
  readonly spokenName?: { readonly octets: Buffer; readonly seconds: number } | undefined
  /** Words for a mail program that plays no sound; RFC 3801 knows no text: it makes the message a multipart/mixed. */
  readonly text?: string | undefined
  readonly urgent: boolean
  readonly private: boolean
}

const atext = /^[!#$%&'*+\-/=?^_`{|}~.0-9A-Za-z]+@[0-9A-Za-z.-]+$/

/** `"Name" <address>`; undefined where the address is none. */
export function printPerson({ name, address }: Person): string | undefined {
  if (address.length > 254 || !atext.test(address)) return undefined
  if (!name) return `<${address}>`
  return /^[\x20-\x7e]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}" <${address}>` : `${encodeWords(name)} <${address}>`
}

/** multipart/voice-message of RFC 3801 4.2, or multipart/mixed where there is text. */
export function printVoiceMessage(message: VoiceMessage, token: string): Result<string> {
  const parts = [...(message.text === undefined ? [] : [{ type: 'text/plain', content: { is: 'text', text: message.text } } satisfies Draft]), ...spokenName(message), audio(message)]
  const type = message.text === undefined ? 'multipart/voice-message' : 'multipart/mixed'
  return printWith(message, [['Message-Context', 'voice-message'], ...marks(message)], { type, content: { is: 'parts', parts } }, token, 'Voice 2.0')
}

function marks({ urgent, private: isPrivate }: VoiceMessage): Head {
  return [...(urgent ? [['Importance', 'High'] as const] : []), ...(isPrivate ? [['Sensitivity', 'Private'] as const] : [])]
}

function audio({ audio: { type, octets, seconds, fileName, language } }: VoiceMessage): Draft {
  const fields: [string, string][] = [['Content-Duration', String(Math.ceil(seconds))], ['Content-Description', 'Voice message']]
  if (language !== undefined) fields.push(['Content-Language', language])
  return { type, disposition: { is: 'inline', parameters: { voice: 'Voice-Message', filename: fileName } }, fields, content: { is: 'octets', octets } }
}

function spokenName({ spokenName: spoken, audio: { type } }: VoiceMessage): Draft[] {
  if (!spoken) return []
  return [{ type, disposition: { is: 'inline', parameters: { voice: 'Originator-Spoken-Name' } }, fields: [['Content-Duration', String(Math.ceil(spoken.seconds))]], content: { is: 'octets', octets: spoken.octets } }]
}

interface Envelope { readonly from: Person; readonly to: readonly Person[]; readonly at: Millis; readonly messageId: string; readonly subject: string }

function printWith(message: Envelope, more: Head, draft: Draft, token: string, version?: string): Result<string> {
  const from = printPerson(message.from), to = message.to.map(printPerson)
  if (from === undefined || to.length === 0 || to.some((one) => one === undefined)) return fail(problems.address(from === undefined ? 'From' : 'To'))
  if ([message.from, ...message.to].some(({ name }) => hasControl(name ?? ''))) return fail(problems.injection('From, To'))
  if (hasControl(message.subject)) return fail(problems.injection('Subject'))
  const head: Head = [
    ['Date', printDate(message.at)], ['From', from], ['To', to.join(', ')], ['Subject', encodeWords(message.subject)], ['Message-ID', `<${message.messageId}>`], ['MIME-Version', version ? `1.0 (${version})` : '1.0'], ...more,
  ]
  return printMessage(head, draft, token)
}

export interface DeliveryReport extends Envelope {
  readonly text: string
  /** Domain of this server. */
  readonly reportingMta: string
  readonly recipients: readonly { readonly address: string; readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'; /** RFC 3463: `5.1.1` */ readonly status: string; readonly diagnostic?: string | undefined }[]
  /** Header lines of the message that did not arrive. */
  readonly about: string
}

/** multipart/report of RFC 3464. */
export function printDeliveryReport(report: DeliveryReport, token: string): Result<string> {
  if (report.recipients.some(({ address, status }) => !atext.test(address) || !/^[245]\.\d{1,3}\.\d{1,3}$/.test(status))) return fail(problems.address('Final-Recipient'))
  if (!/^[0-9A-Za-z.-]{1,253}$/.test(report.reportingMta)) return fail(problems.address('Reporting-MTA'))
  const groups = report.recipients.map(({ address, action, status, diagnostic }) => `\r\nFinal-Recipient: rfc822; ${address}\r\nAction: ${action}\r\nStatus: ${status}\r\n${diagnostic === undefined ? '' : `Diagnostic-Code: smtp; ${oneLine(diagnostic)}\r\n`}`)
  return printWith(report, [['Auto-Submitted', 'auto-replied']], {
    type: 'multipart/report', parameters: { 'report-type': 'delivery-status' },
    content: { is: 'parts', parts: [
      { type: 'text/plain', content: { is: 'text', text: report.text } },
      { type: 'message/delivery-status', content: { is: 'lines', text: `Reporting-MTA: dns; ${report.reportingMta}\r\n${groups.join('')}` } },
      { type: 'text/rfc822-headers', content: { is: 'octets', octets: Buffer.from(report.about, 'latin1') } },
    ] },
  }, token)
}

/** What another server said, as one line of ASCII. */
function oneLine(text: string): string { return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 500) }
