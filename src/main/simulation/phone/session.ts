/** A session as it goes on: its timer (RFC 4028), and the security status that the system told. */
import { header, otherHeader, sessionExpires, type SipMessage } from '../../../wire/sip/index.ts'
import { ask, contact } from './ask.ts'
import { endTalk, later, type Phone, type Talk } from './state.ts'

export function learnShown(talk: Talk, message: SipMessage): void {
  const info = header(message, 'Call-Info') ?? otherHeader(message, 'Call-Info')
  const found = info === undefined ? undefined : /;\s*security=\s*(\w+)/i.exec(info)?.[1]
  if (found !== undefined) talk.shown = found
}

/** 4028: what the message says of the session's life. `weAsked`: it is the response to our request. */
export function refreshes(phone: Phone, talk: Talk, message: SipMessage, weAsked: boolean): void {
  const said = sessionExpires(message)
  if (!said) { talk.session4028 = undefined; return }
  const ours = weAsked ? said.refresher !== 'uas' : said.refresher === 'uas'
  const until = phone.now + said.seconds * 1_000
  talk.session4028 = { seconds: said.seconds, ours, until }
  later(phone, ours ? said.seconds * 500 : said.seconds * 1_000 - Math.min(32_000, said.seconds * 333), () => { if (talk.session4028?.until === until && !talk.ended) due(phone, talk) })
}

function due(phone: Phone, talk: Talk): void {
  const { session4028 } = talk
  if (!session4028) return
  if (!session4028.ours) { ask(phone, talk.dialog, 'BYE'); endTalk(phone, talk, 408, 'network', 'session expired'); return }
  const headers = `${contact(phone)}Supported: timer\r\nSession-Expires: ${session4028.seconds};refresher=uac\r\n`
  ask(phone, talk.dialog, 'UPDATE', { headers, heard: (response) => {
    if (response.status >= 200 && response.status < 300) refreshes(phone, talk, response, true)
    else if (response.status === 481) endTalk(phone, talk, 481, 'them')
  } })
}
