/**
 * Busy lamps: the state of a line's calls, as a document for those who may see it.
 *
 * Standards  RFC 4235 3.7 (states), 4 (document: always full, as 3.9 allows)
 * Security   only for the same line or one of its pickup group (A9); names are a user's words: escaped, never copied as they are (A32)
 */
import { type Call, type CallHouse, type Leg, other, partyOf } from '../call.ts'
import type { Party } from '../leg.ts'
import { mayPickUp } from './pickup.ts'

export const dialogInfoType = 'application/dialog-info+xml'
/** Calls of one line that are shown. */
const maxShown = 32

export const maySee = mayPickUp

/** The dialogs of a line, without the head that differs from subscription to subscription; the same text means the same state. */
export function lampsOf(house: CallHouse, legs: Iterable<Leg>): string {
  let out = '', shown = 0
  for (const leg of legs) {
    if (leg.over || leg.state === 'ending' || leg.state === 'ended') continue
    if (++shown > maxShown) break
    out += dialogOf(house, leg)
  }
  return out
}

/** 4.1.1: the whole document. `entity`: URI of the line. */
export function dialogInfo(entity: string, version: number, dialogs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${escapeXml(entity)}">\r\n${dialogs}</dialog-info>\r\n`
}

/** Tags as the line's phone has them: what a Replaces names (RFC 3891). */
function dialogOf(house: CallHouse, leg: Leg): string {
  const { dialog } = leg, theirs = leg.early.at(-1)?.dialog.remoteTag ?? dialog.remoteTag, call = house.callOf(leg)
  const tag = theirs === '' ? '' : ` local-tag="${escapeXml(theirs)}"`
  const head = `<dialog id="${escapeXml(leg.id)}" call-id="${escapeXml(dialog.callId)}"${tag} remote-tag="${escapeXml(dialog.localTag)}" direction="${leg.side === 'in' ? 'initiator' : 'recipient'}">`
  const held = call?.held && leg.state === 'confirmed' ? `<target uri="${escapeXml(uriOf(house, leg.peer.line))}"><param pname="+sip.rendering" pvalue="no"/></target>` : ''
  const remote = call && !call.anonymous ? partyAt(call, leg) : undefined
  return `${head}<state>${states[leg.state] ?? 'trying'}</state><local>${identity(house, partyOf(leg))}${held}</local>${remote ? `<remote>${identity(house, remote)}</remote>` : ''}</dialog>\r\n`
}

/** 3.7.1. */
const states: Partial<Record<Leg['state'], string>> = { inviting: 'trying', early: 'early', accepted: 'confirmed', confirmed: 'confirmed' }

/** Who is at the other side; while it rings the one who waits, or whom the caller dialled. */
function partyAt(call: Call, leg: Leg): Party | undefined {
  const { ringing } = call
  if (ringing?.attempts.includes(leg)) return partyOf(ringing.waiting)
  const peer = other(call, leg) ?? ringing?.attempts[0]
  return peer && partyOf(peer)
}

function uriOf(house: CallHouse, number: string): string { return `sip:${number}@${house.snapshot.system.domain}` }

function identity(house: CallHouse, { number, name }: Party): string {
  return `<identity${name === '' ? '' : ` display="${escapeXml(name)}"`}>${escapeXml(uriOf(house, number))}</identity>`
}

/** Whatever is not plain printable ASCII goes as a number, or is left out where XML 1.0 has no place for it (2.2). */
export function escapeXml(text: string): string {
  return text.replace(/[^ !#-%(-;=?-~]/gu, (c) => {
    const code = c.codePointAt(0)!
    return code < 32 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff ? '' : `&#${code};`
  })
}
