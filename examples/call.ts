/** Two phones, an encrypted call and its ladder, in one process without a socket: node examples/call.ts */
import { startRingfort, streamOf } from 'ringfort'

const system = await startRingfort({ site: `
  system: { domain: example.test }
  users: [{ userId: alice, extension: "1001" }, { userId: bob, extension: "1002" }]
  phones:
    - { name: alice-desk, user: alice, digest: { user: alice-desk, password: "battery-staple-1" } }
    - { name: bob-desk, user: bob, digest: { user: bob-desk, password: "battery-staple-2" } }` })
const alice = system.phone('alice-desk'), bob = system.phone('bob-desk')
system.until(() => alice.registered && bob.registered)
const call = alice.call('1002')
system.until(() => call.state === 'ringing')
bob.answer()
system.until(() => call.state === 'up')
console.log(`the media of the call: ${streamOf(call)?.protection}, the call: ${[...system.calls.values()][0]?.security}`)
alice.hangUp()
system.run(1_000)
for (const { from, to, what } of system.ladder(system.records[0])) console.log(`${from.padEnd(10)} → ${to.padEnd(10)} ${what}`)
