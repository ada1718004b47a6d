/** `ringfort explain …`: what would happen, step by step, and which row of which table decides. */
import { ok, type Result } from '../kit/result.ts'
import { type Explanation, explainCall } from '../policy/explain.ts'
import type { Answer, Command, Options } from './commands.ts'
import { explainRequest } from './explainRequest.ts'
import { explainRulesCommand } from './explainRules.ts'
import type { House } from './house.ts'
import { liveTrunks } from './liveTrunks.ts'
import type { LiveTrunk } from './live.ts'

export const explainCommands: readonly Command[] = [
  { name: 'explain call', about: 'What would happen to a call.', who: 'owner',
    options: [{ name: 'from', about: 'Number or user ID of the caller, or "trunk NAME".', takes: 'text', required: true }, { name: 'to', about: 'What is dialled.', takes: 'text', required: true }], run: call },
  { name: 'explain request', about: 'What would be said to a SIP request.', who: 'owner', options: [
    { name: 'method', about: 'INVITE, REGISTER …', takes: 'text', required: true }, { name: 'source', about: 'Address that it comes from.', takes: 'text', required: true },
    { name: 'transport', about: 'udp, tcp, tls or wss.', takes: 'text', required: true }, { name: 'subject', about: 'Names in the certificate that it shows, with commas between them.', takes: 'text' },
    { name: 'user', about: 'User part of From (of To in a REGISTER); from a trunk the application user whose credentials it has.', takes: 'text' }, { name: 'digest', about: 'Digest user whose right password it has.', takes: 'text' },
    { name: 'port', about: 'Source port.', takes: 'number' }, { name: 'incoming-port', about: 'Our port that it comes to; each port of a trunk is tried without it.', takes: 'number' },
    { name: 'event', about: 'Event package of a SUBSCRIBE or NOTIFY.', takes: 'text' }, { name: 'replaces', about: 'It has a Replaces header.', takes: 'nothing' }, { name: 'in-dialog', about: 'It belongs to a call.', takes: 'nothing' },
  ], run: explainRequest },
  explainRulesCommand,
]

async function call(house: House, options: Options): Promise<Result<Answer>> {
  const from = String(options.from), to = String(options.to)
  const { found, isLive } = await asNow(house, from, to)
  return ok({
    document: { from, to, ...found, ...(isLive ? {} : { assumed: 'every line is registered and free, every trunk in service: the call process does not answer' }) },
    table: { columns: ['step', 'object', 'field', 'value', 'because'], rows: found.steps.map((s, i) => [String(i + 1), s.object ?? '', s.field ?? '', s.value === undefined ? '' : String(s.value), s.text]) },
    note: `Outcome: ${endOf(found)}.`,
  })
}

function endOf({ outcome, rings, trunks: [trunk], status, cause }: Explanation): string {
  if (outcome === 'rings') return `rings ${rings.join(', ')}`
  if (outcome === 'trunk') return `goes to the trunk ${trunk!.trunk} as ${trunk!.called}`
  return outcome === 'feature' ? 'a feature is used' : `refused with ${status}${cause === undefined ? '' : ` (${cause})`}`
}

type Lines = Readonly<Record<string, { readonly reachable: boolean; readonly calls: number }>>

/** Rounds of asking about the moment: each may come by lines that the one before did not. */
const maxRounds = 20

/** The walk as the call process would walk it now: it is asked about the lines and trunks that the walk comes by. */
async function asNow(house: House, from: string, to: string): Promise<{ found: Explanation; isLive: boolean }> {
  const snapshot = house.snapshot(), now = house.now()
  let lines: Lines = {}, trunks: ReadonlyMap<string, LiveTrunk> | undefined
  for (let round = 0; ; round++) {
    const asked = new Set<string>(), about = (line: string) => { if (!Object.hasOwn(lines, line)) asked.add(line); return lines[line] }
    const found = explainCall(snapshot, from, to, { now, reachable: (line) => about(line)?.reachable ?? true, calls: (line) => about(line)?.calls ?? 0, down: (trunk) => { const state = trunks?.get(trunk); return state?.inService === false ? state.reason : undefined } })
    const wantsTrunks = found.trunks.length > 0 && trunks === undefined
    if ((asked.size === 0 && !wantsTrunks) || round === maxRounds) return { found, isLive: true }
    const live = await house.live({ ask: 'lines', lines: [...asked] })
    if (!live.ok) return { found, isLive: false }
    lines = { ...lines, ...Object.fromEntries([...asked].map((line) => [line, { reachable: false, calls: 0 }])), ...live.value }
    if (wantsTrunks) trunks = await liveTrunks(house)
  }
}
