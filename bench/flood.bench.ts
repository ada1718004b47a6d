/** A17: a flood from forged sources at five times what the system can refuse, and calls that go on in it. */
import type { Bench, Figure } from './figure.ts'
import { runFlood, type FloodOutcome } from './load/flood.ts'
import { loadAverage } from './load/process.ts'
import { whyNoWorld } from './load/world.ts'

const [withFirewall, without] = [900, 60]

function figures(name: string, { capacity, flood, inDialog, memory, recovery, strangers, cpu }: FloodOutcome): Figure[] {
  const { sent, answered, repeated, calls } = inDialog
  return [
    { what: `${name}: packets that came`, unit: 'a second', values: [flood], note: `${(flood / capacity).toFixed(1)} × the ${Math.round(capacity).toLocaleString('en')} requests of strangers that it refuses in a second of CPU; ${(cpu * 100).toFixed(0)} % of a core spent; load ${loadAverage()}` },
    { what: `${name}: requests within calls that were answered`, unit: '%', values: [answered / sent * 100], aim: { value: 95 }, note: `${answered.toLocaleString('en')} of ${sent.toLocaleString('en')}; ${repeated.toLocaleString('en')} sent again` },
    { what: `${name}: new calls of known phones that were answered and ended well`, unit: '%', values: [calls.good / (calls.good + calls.failed) * 100], note: `${calls.failed} of ${calls.good + calls.failed} were not: refused with 503 while the loop was behind` },
    { what: `${name}: a stranger's OPTIONS that were answered`, unit: '%', values: [strangers * 100] },
    { what: `${name}: memory in the last third over the first`, unit: 'times', values: [memory.late / memory.early], aim: { value: 1.2, atMost: true }, note: `${[memory.calm, memory.early, memory.late].map((octets) => Math.round(octets / 2 ** 20)).join(', ')} MiB: before, most in the first third, most in the last` },
    { what: `${name}: until strangers are answered at once again`, unit: 's', values: [recovery / 1_000], aim: { value: 5, atMost: true } },
  ]
}

export const flood: Bench = {
  name: 'flood',
  what: `A17: the system in a network namespace of its own; hping3 sends INVITE, REGISTER, OPTIONS, SUBSCRIBE and rubbish over UDP and SYN to the TLS port, each packet from a source made up; SIPp places two calls a second between known phones, each with eight INFOs in 9 s. For ${withFirewall / 60} minutes with what \`ringfort show firewall --strangers\` says in the kernel, for one without any rule. Needs root, nft and hping3.`,
  byName: true,
  run: async () => {
    const why = whyNoWorld()
    if (why !== undefined) throw new Error(why)
    return [...figures('firewall', await runFlood({ seconds: withFirewall, firewall: true, calls: 2 })), ...figures('no firewall', await runFlood({ seconds: without, firewall: false, calls: 2 }))]
  },
}
