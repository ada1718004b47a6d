/** The simulated network: how much of a day can be played in a second. */
import type { EdgeInput, EdgeOutput } from '../src/kit/flow.ts'
import type { Wake } from '../src/kit/machine.ts'
import { newNetwork } from '../src/main/simulation/network.ts'
import { fair } from '../src/main/simulation/weather.ts'
import { type Bench, rate } from './figure.ts'

const underWay = 1_000
const datagram = 'x'.repeat(400)
const services = [{ name: 'sip-udp', transport: 'udp' as const, port: 5060 }]

const echo = {
  wakeAt: undefined,
  step: (_now: number, input: EdgeInput | Wake): EdgeOutput[] => input.is === 'datagram' ? [{ do: 'send', flow: input.flow, data: datagram }] : [],
}

export const simulation: Bench = {
  name: 'simulation',
  what: `${underWay.toLocaleString('en')} datagrams of 400 octets under way between two nodes that send back whatever comes.`,
  run: async () => {
    const network = newNetwork({ seed: 1, weather: fair })
    for (const [name, address] of [['a', '10.0.0.1'], ['b', '10.0.0.2']] as const) network.add({ name, addresses: [address], services, engine: echo })
    const to = { transport: 'udp' as const, address: '10.0.0.2', port: 5060 }
    network.act('a', echo, () => Array.from({ length: underWay }, () => ({ do: 'sendTo' as const, to, data: datagram, ref: '' })))
    return [{ what: 'delivered', unit: 'datagrams per CPU second', values: rate(() => network.run(network.clock.now + 10), 10 * underWay), aim: { value: 300_000 } }]
  },
}
