/**
 * Kamailio as a second call manager: two trunks that share a port, told apart by where they come from or by their certificates, and a stranger among them;
 * SIPp behind it holds, moves and acknowledges across the route that it records. R333, R350–R359; RFC 3261 12.2, 16.6, RFC 3262, 3264, 3311; A12, A26.
 */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startKamailio, type Way } from './kamailio.ts'
import { freePorts, isInstalled } from './programs.ts'
import {
  agree, answer, answerKept, ask, await_, byeFromCalled, calling, hear, keep, keepFrom, mayHear, must, pause, registering, ring, rseq, sdp, sdpAnew, sipp, type SippOptions, type Step, taken, untilBye, usual, within,
} from './sipp.ts'
import { trace } from './sippPlay.ts'
import { openTown, passwordOf, type Resident } from './town.ts'
import { beyond, waiting } from './trunkPlay.ts'
import { certificateOf, type Peer, trunkSite, type TrunkTown, twoPorts } from './trunkTown.ts'

/** The trunks: two in the clear at one address, told apart by their ports; two over TLS on one port, told apart by name; and a stranger with a good certificate. */
const names = ['west', 'east', 'north', 'south', 'stranger'] as const
type Name = (typeof names)[number]
const isTls = (name: Name): boolean => name === 'north' || name === 'south' || name === 'stranger'
const addressOf = (name: Name): string => isTls(name) ? `127.0.14.${names.indexOf(name)}` : '127.0.14.1'

interface Row { readonly name: string; readonly by: Name; readonly from: 'behind' | 'phone'; readonly caller: readonly Step[]; readonly callee?: readonly Step[]; readonly ends?: number }

/** Record-Route and every Via of the INVITE, kept for an answer that comes after its PRACK. */
const keepTop = keep('From').replace('</action>', '<ereg regexp="Record-Route:.*;rport" search_in="msg" check_it="true" assign_to="top"/></action>')
const laterByRoute = (step: Step): Step => (at) => step(at).replace('Via:[$via]', '[$top]')
const straight: Step[] = [ask('INVITE', { cseq: 2, body: sdp() })]
const up: Step[] = [...straight, ...ring, hear(200), within('ACK', { cseq: 2 })]
const held: Step[] = [await_('INVITE', must('a=sendonly')), agree(200, '', sdpAnew('recvonly')), await_('ACK'), await_('INVITE', must('a=sendrecv')), agree(200, '', sdpAnew('sendrecv', 3)), await_('ACK')]
const holds = (first: number): Step[] => [within('INVITE', { cseq: first, body: sdpAnew('sendonly') }), ...mayHear(100), hear(200, '', must('a=recvonly')), within('ACK', { cseq: first }), pause(100), within('UPDATE', { cseq: first + 1, body: sdpAnew('sendrecv', 3) }), hear(200, '', must('a=sendrecv'))]
const rows: readonly Row[] = [
  ...names.filter((name) => name !== 'stranger').flatMap((by): Row[] => [
    { name: `${isTls(by) ? 'R355 R359' : 'R333 R359'} ${by} calls, and is known as itself`, by, from: 'behind', caller: [...up, pause(100), within('BYE', { cseq: 3 }), hear(200)], callee: usual, ends: 200 },
    { name: `${isTls(by) ? 'R340 R350' : 'R340'} ${by} is called, and hangs up`, by, from: 'phone', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), await_('BYE'), agree()], callee: [await_('INVITE', keepFrom), answer(180), ...taken, pause(100), byeFromCalled, hear(200)], ends: 200 },
  ]),
  ...(['west', 'north'] as const).flatMap((by): Row[] => [
    { name: `RFC 3261 12.2 RFC 3264 8.4 RFC 3311 hold and back from behind ${by}, by re-INVITE and UPDATE`, by, from: 'behind', caller: [...up, pause(100), ...holds(3), within('BYE', { cseq: 5 }), hear(200)], callee: [await_('INVITE'), answer(180), ...taken, ...held, ...untilBye], ends: 200 },
    { name: `RFC 3261 16.6 RFC 3264 8.4 hold and back towards ${by}: our requests follow the route`, by, from: 'phone', caller: [...calling(), ...ring, hear(200), within('ACK', { cseq: 2 }), pause(100), ...holds(3), within('BYE', { cseq: 5 }), hear(200)], callee: [await_('INVITE'), answer(180), ...taken, ...held, ...untilBye], ends: 200 },
    { name: `RFC 3262 who is behind ${by} wants PRACK, and gets it by the route`, by, from: 'phone', caller: [...calling('Supported: 100rel\n'), ...mayHear(100), hear(183, '', rseq), within('PRACK', { cseq: 3, headers: 'RAck: [$rseq] 2 INVITE\n' }), hear(200), hear(200), within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 4 }), hear(200)],
      callee: [await_('INVITE', keepTop), answer(183, { headers: 'Require: 100rel\nRSeq: 7\n', body: sdp() }), await_('PRACK', must('7 1 INVITE', 'RAck')), agree(), pause(300), laterByRoute(answerKept(200, 1)), await_('ACK'), ...untilBye], ends: 200 },
    { name: `RFC 3262 who calls from behind ${by} sends PRACK`, by, from: 'behind', caller: [ask('INVITE', { cseq: 2, body: sdp(), headers: 'Require: 100rel\n' }), ...mayHear(100), hear(183, '', rseq), within('PRACK', { cseq: 3, headers: 'RAck: [$rseq] 2 INVITE\n' }), hear(200), hear(200), within('ACK', { cseq: 2 }), pause(100), within('BYE', { cseq: 4 }), hear(200)],
      callee: [await_('INVITE'), answer(183, { body: sdp() }), pause(500), ...taken, ...untilBye], ends: 200 },
  ]),
  { name: 'A12 A26 a certificate of ours that no trunk lists calls nobody', by: 'stranger', from: 'behind', caller: [...straight, ...mayHear(100), hear(401), within('ACK', { cseq: 2, uri: 'sip:[callee]@test.lab', branchOf: 0 })] },
]

const residents = rows.map((_, at): Resident => ({ user: `u${numberOf(at)}`, number: numberOf(at), mediaSecurity: 'off' }))
function numberOf(at: number): string { return `4${String(at).padStart(2, '0')}1` }

interface Scene { readonly town: TrunkTown; /** Where the phones of each are served. */ readonly phones: Readonly<Record<Name, number>>; readonly behind: number }

/** West and east are one machine, the others have one each, with a certificate of its own. */
const machines: readonly (readonly Name[])[] = [['west', 'east'], ['north'], ['south'], ['stranger']]
/** Ports of one SIPp. */
const portsEach = 6

async function openScene(): Promise<Scene> {
  const ports = await twoPorts(), port = await freePorts(6), behind = await freePorts(portsEach * rows.length)
  const peers = names.filter((name) => name !== 'stranger').map((name, at): Peer => ({ name, address: addressOf(name), port: port + at, prefix: `8${at}`, profile: isTls(name) ? { deviceSecurityMode: 'encrypted', secureCertificateSubjects: `${name}.test, ${addressOf(name)};` } : {} }))
  const town: TrunkTown = { ...await openTown(trunkSite({ residents, peers }, ports)), ports }
  const ways = names.map((name, at): Way => ({ transport: isTls(name) ? 'tls' : 'udp', address: addressOf(name), port: port + at, house: isTls(name) ? ports.tls : ports.clear, prefix: `6${at}` }))
  const numbers = Object.fromEntries(rows.map((_, at) => [`${beyond}${at}`, behind + portsEach * at]))
  const phones = await Promise.all(machines.map(async (own): Promise<[Name, number][]> => {
    const served = await freePorts(2), [name] = own as [Name]
    await startKamailio({ folder: town.folder, name, ways: ways.filter((_, at) => own.includes(names[at]!)), phones: served, numbers, ...(isTls(name) ? { tls: await certificateOf(town, addressOf(name)) } : {}) })
    return own.map((one) => [one, served])
  }))
  return { town, phones: Object.fromEntries(phones.flat()) as Record<Name, number>, behind }
}

const needed = ['kamailio', 'sipp'], absent = `not judged: ${needed.join(' or ')} is not installed (tools/debian-packages.txt)`
const scene = needed.every(isInstalled) ? openScene() : undefined

async function play(row: Row): Promise<void> {
  const { town, phones, behind } = await scene!, at = rows.indexOf(row), number = numberOf(at), folder = mkdtempSync(join(town.folder, 'm-')), isOut = row.from === 'phone'
  const inside = { folder, server: town.ports.clear, port: await freePorts(6), user: `u${number}`, password: passwordOf(`u${number}`), seconds: 20 }
  const outside = { folder, server: phones[row.by], port: behind + portsEach * at, user: 'nobody', password: '', seconds: 20 }
  const called = isOut ? { caller: number, callee: `${beyond}${at}` } : { caller: beyond, callee: number }
  if (!isOut) {
    const { code } = await sipp({ ...inside, caller: number, callee: number, name: 'register', steps: registering() })
    assert.equal(code, 0, trace(folder, 'register'))
  }
  const waits: SippOptions | undefined = row.callee && { ...(isOut ? outside : inside), ...called, name: 'callee', steps: row.callee }, prefix = `${isOut ? 8 : 6}${names.indexOf(row.by)}`
  const calls: SippOptions = { ...(isOut ? inside : outside), ...called, callee: `${prefix}${called.callee}`, name: 'caller', steps: row.caller }
  const callee = waits && await waiting(waits), { code } = await sipp(calls), told = () => `${trace(folder, 'caller')}\n=====\n${trace(folder, 'callee')}`
  assert.equal(code, 0, told())
  if (callee) assert.equal(await callee.ended, 0, told())
  if (row.ends === undefined) { assert.deepEqual(await town.records(number), []); return }
  const record = await town.record(number)
  assert.equal(record.status, row.ends)
  assert.equal(record.legs.find(({ phone }) => phone.startsWith('trunk '))!.phone, `trunk ${row.by}`)
}

test('a second call manager', { concurrency: 3, timeout: 200_000 }, async (t) => {
  if (!scene) { t.diagnostic(absent); return }
  await scene
  await Promise.all(rows.map((row) => t.test(row.name, () => play(row))))
})
