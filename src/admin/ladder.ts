/** A call's messages as a ladder: one rail a phone, ours in the middle, time running down. */
import type { LadderRung } from './live.ts'
import { clock, oneLine } from './table.ts'

const width = 44

export function ladderText(rungs: readonly LadderRung[]): string {
  if (rungs.length === 0) return 'no messages\n'
  const peers = [...new Set(rungs.map((r) => `${r.transport} ${r.peer}`))]
  const head = peers.map((peer, i) => `  [${i + 1}] ${oneLine(peer)}\n`).join('')
  return `${head}${rungs.map((rung) => `${clock(rung.at)}  [${peers.indexOf(`${rung.transport} ${rung.peer}`) + 1}] ${arrow(rung)}\n`).join('')}`
}

function arrow({ direction, text }: LadderRung): string {
  const label = ` ${oneLine(titleOf(text)).slice(0, width - 6)} `
  const line = '─'.repeat(Math.max(2, width - label.length))
  return direction === 'in' ? `──${label}${line}▶ ringfort` : `◀─${label}${line}─ ringfort`
}

/** Method, or status and phrase; with the method that it answers, and whether a session description is in it. */
function titleOf(text: string): string {
  const end = text.indexOf('\r\n'), first = end < 0 ? text : text.slice(0, end)
  const head = text.slice(0, Math.max(0, text.indexOf('\r\n\r\n')))
  const cseq = /^CSeq[ \t]*:[ \t]*(\d{1,10}[ \t]+\w{1,20})/im.exec(head)?.[1] ?? ''
  const hasSession = /\r\n\r\nv=0\r\n/.test(text)
  const start = first.startsWith('SIP/2.0 ') ? `${first.slice(8)} (${cseq})` : `${first.split(' ', 1)[0]} ${cseq.split(/[ \t]/, 1)[0]}`
  return hasSession ? `${start} +SDP` : start
}
