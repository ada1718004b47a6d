/** Calls between two phones over UDP, through the whole system as it is started, beside Kamailio's stateful proxy. */
import type { Bench } from './figure.ts'
import { openPair } from './load/pair.ts'
import { alternate, compared, echoFigure } from './load/rounds.ts'
import { load } from './load/sipp.ts'

const count = 5_000, rate = 500

export const calls: Bench = {
  name: 'calls',
  what: `Calls over UDP: INVITE 100 180 200 ACK BYE 200 on both legs, no media through the server, phones known by their address, policy, records, ladder and log at their defaults; SIPp at ${rate} calls a second, ${count.toLocaleString('en')} a round. CPU of the call process, user and system, all threads. Kamailio: stateful proxy with record-route, its two children together.`,
  run: async () => {
    const pair = await openPair({ callee: true })
    const contenders = pair.all.map((system) => ({ name: system.name, cpu: system.cpu, work: () => load({ scenario: 'call', port: system.port, from: pair.caller, count, rate }) }))
    const outcomes = await alternate(contenders)
    await pair.stop()
    return [compared('calls, UDP to UDP', 'calls per CPU second', contenders, outcomes, 2_800), await echoFigure()]
  },
}
