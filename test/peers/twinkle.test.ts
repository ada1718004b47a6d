/** A third make: twinkle takes a call of baresip's, sends a digit, transfers it, calls by itself, holds and takes back. RFC 3261, 3264, 3515, 4733, 5359 2.1. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startPhone } from './phone.ts'
import { isInstalled } from './programs.ts'
import { domain, openTown, passwordOf, siteOf, type Town } from './town.ts'
import { startTwinkle } from './twinkle.ts'

const rows = [['udp', ['8001', '8002', '8003']], ['tcp', ['8011', '8012', '8013']]] as const
const needed = ['twinkle-console', 'baresip']
const town: Promise<Town> | undefined = needed.every(isInstalled) ? openTown(siteOf(rows.flatMap(([, numbers]) => numbers.map((number) => ({ user: `u${number}`, number, mediaSecurity: 'off' as const }))))) : undefined

async function row(t: TestContext, [transport, [number, first, second]]: (typeof rows)[number]): Promise<void> {
  const open = await town!, phone = (of: string, hertz: number) => startPhone(open, { kind: 'baresip', number: of, transport, protection: 'plain', hertz, autoAnswer: true })
  const [twinkle, a, b] = await Promise.all([startTwinkle({ folder: open.folder, user: `u${number}`, number, password: passwordOf(`u${number}`), domain, transport, server: open[transport] }), phone(first, 440), phone(second, 1_000)])
  t.after(() => Promise.all([twinkle, a, b].map((one) => one.stop())))
  await Promise.all([twinkle, a, b].map((one) => one.registered()))
  await a.dial(number)
  await twinkle.prints(/incoming call/g)
  twinkle.type('answer')
  await Promise.all([a.talks(), twinkle.prints(/call established/g)])
  twinkle.type('dtmf 5')
  await a.heard('5')
  twinkle.type(`transfer sip:${second}@${domain}`)
  await Promise.all([twinkle.prints(/call successfully referred/g), b.talks()])
  await Promise.all([a.hears(1_000), b.hears(440)])
  await a.hangUp()
  await b.over()
  twinkle.type(`call sip:${second}@${domain}`)
  await Promise.all([twinkle.prints(/far end answered call/g), b.talks(2)])
  twinkle.type('hold')
  await open.call(number, (call) => call.held)
  await twinkle.prints(/re-INVITE successful/g)
  twinkle.type('retrieve')
  await open.call(number, (call) => !call.held)
  await twinkle.prints(/re-INVITE successful/g, 2)
  twinkle.type('bye')
  await b.over(2)
  const { status, legs } = await open.record(number, ({ from }) => from === number)
  assert.deepEqual([status, legs.map((leg) => leg.transport)], [200, [transport, transport]])
}

test('RFC 3261 RFC 3515 twinkle: called, transferring, calling, holding', { concurrency: 2, timeout: 200_000 }, async (t) => {
  if (!town) { t.diagnostic(`not judged: ${needed.join(' or ')} is not installed (tools/debian-packages.txt)`); return }
  await Promise.all(rows.map((one) => t.test(one[0], (inner) => row(inner, one))))
})
