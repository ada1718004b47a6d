/** R091: the server certificate is looked at when it is due, renewed without dropping a listener, and what goes wrong is told and tried again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TlsContexts } from '../../src/edge/tls.ts'
import { fail, ok, type Result } from '../../src/kit/result.ts'
import { renewCertificates, type Tls } from '../../src/main/certificates.ts'
import { type Log, silentLog } from '../../src/ops/log.ts'

const hour = 3_600_000, contexts = {} as TlsContexts
const tls = (made: readonly 'server'[], renewAt: number): Result<Tls> => ok({ contexts, authority: { made, notices: [], renewAt } })

async function settled(): Promise<void> { for (let i = 0; i < 5; i++) await Promise.resolve() }

test('R091 due in an hour: looked at then, used when a new one was made, and again within half a day', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let asked = 0
  const used: TlsContexts[] = [], told: string[] = [], answers = [tls(['server'], 300 * hour), tls([], 300 * hour), fail({ code: 'edge.caDamaged', text: 'damaged' }), tls(['server'], 300 * hour)]
  const log: Log = { ...silentLog, problem: (_level, { code }) => { told.push(code) } }
  const renewal = renewCertificates({ made: [], notices: [], renewAt: hour }, async () => answers[asked++]!, (one) => { used.push(one) }, log, () => Date.now())
  const steps: [number, number, number][] = [[hour - 1, 0, 0], [1, 1, 1], [12 * hour, 2, 1], [12 * hour, 3, 1], [12 * hour, 4, 2]]
  for (const [wait, times, uses] of steps) {
    t.mock.timers.tick(wait)
    await settled()
    assert.deepEqual([asked, used.length], [times, uses])
  }
  assert.deepEqual(told, ['edge.caDamaged'])
  assert.equal(renewal.at(), 300 * hour)
  renewal.close()
})
