/** A system on real sockets, any free ports, a data directory of its own: node examples/real.ts */
import { startRingfort } from 'ringfort'

const system = await startRingfort({ network: 'real', site: {
  system: { domain: 'example.test' },
  users: [{ userId: 'alice', extension: '1001' }],
  phones: [{ name: 'alice-desk', user: 'alice', digest: { user: 'alice-desk', password: 'battery-staple-1' } }],
} })
for (const { name, transport } of system.services()) console.log(`${name.padEnd(8)} ${transport}`)
const { steps } = await system.command('explain call', { from: '1001', to: '1001' }) as { steps?: unknown[] }
console.log(`explained in ${steps?.length ?? 0} steps`)
await system.stop()
