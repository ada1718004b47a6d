/** What a phone can be told and what can be seen of it, whoever made it: scenes with baresip and linphone mixed know no more. */
import { ringfort } from '../main/running.ts'
import { type Baresip, messagesOf, startBaresip } from './baresip.ts'
import { startLinphone } from './linphone.ts'
import { domain, passwordOf, type Town } from './town.ts'

export type Kind = 'baresip' | 'linphone'
export type Transport = 'udp' | 'tcp' | 'tls'
export type Protection = 'plain' | 'sdes' | 'dtls'

export interface Phone {
  readonly kind: Kind
  readonly number: string
  /** Where its media may arrive. */
  readonly rtpPorts: readonly number[]
  registered(): Promise<void>
  dial(number: string): Promise<void>
  /** A call has come in, the `nth` since it was started. */
  rings(nth?: number): Promise<void>
  /** `id`: which of several calls, counted from 1. */
  answer(id?: number): Promise<void>
  /** Calls that were answered so far, made or taken: at least so many. */
  talks(nth?: number): Promise<void>
  hears(hertz: number): Promise<void>
  hearsNothing(): Promise<void>
  digit(key: string): Promise<void>
  heard(key: string): Promise<void>
  hold(): Promise<void>
  resume(id?: number): Promise<void>
  /** Blind: the current call goes there. */
  transfer(number: string): Promise<void>
  /** The call that came in first goes to the one that was made afterwards, to `number`. */
  connect(number: string, caller: string): Promise<void>
  hangUp(): Promise<void>
  /** Calls that are over, at least so many. */
  over(nth?: number): Promise<void>
  /** Why the last call that is over ended. */
  why(): string
  /** Of certificates for DTLS: its own and those that it was told. */
  fingerprints(): ReadonlySet<string>
  stop(): Promise<void>
}

export interface Wish {
  readonly kind: Kind
  readonly number: string
  readonly transport: Transport
  readonly protection: Protection
  readonly hertz: number
  readonly autoAnswer?: boolean
  /** linphone alone: sends media while it rings. */
  readonly earlyMedia?: boolean
  /** A certificate of ours, for a phone that has no password. */
  readonly certified?: boolean
}

export async function startPhone(open: Town, wish: Wish): Promise<Phone> { return wish.kind === 'baresip' ? ofBaresip(open, wish) : ofLinphone(open, wish) }

const fingerprintsIn = (text: string): ReadonlySet<string> => new Set([...text.matchAll(/a=fingerprint:SHA-256 ([0-9A-F:]{95})/gi)].map((found) => found[1]!.toUpperCase()))
const portsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i)
const sdesOrDtls = { plain: undefined, sdes: 'srtp-mand', dtls: 'dtls_srtp' } as const

async function ofBaresip({ folder, ca, ...open }: Town, { number, transport, protection, hertz, autoAnswer = false }: Wish): Promise<Phone> {
  const user = `u${number}`
  const one = await startBaresip({ folder, user, number, password: passwordOf(user), domain, transport, server: open[transport], hertz, encryption: sdesOrDtls[protection], autoAnswer, ca })
  const tell = async (command: string, what?: string): Promise<void> => { await one.command(command, what) }
  const nth = async (type: string, n: number): Promise<void> => { await one.count(type, n) }
  return {
    kind: 'baresip', number, rtpPorts: portsFrom(one.rtpPort, 16), registered: one.registered,
    dial: (to) => tell('dial', `sip:${to}@${domain}`), rings: (n = 1) => nth('CALL_INCOMING', n), answer: () => tell('accept'), talks: (n = 1) => nth('CALL_ESTABLISHED', n),
    hears: one.hears, hearsNothing: one.hearsNothing, digit: (key) => tell('sndcode', key), heard: async (key) => { await one.count('CALL_DTMF_START', 1, key) },
    hold: () => tell('hold'), resume: () => tell('resume'), transfer: (to) => tell('transfer', `sip:${to}@${domain}`),
    connect: async (_number, caller) => {                                        // baresip 1.0.0 has no word for it: the Replaces is put together here
      const { id, theirs, ours } = dialogOf(one)
      await one.command('transfer', `<sip:${caller}@${domain}?Replaces=${encodeURIComponent(`${id};to-tag=${theirs};from-tag=${ours}`)}>`)
    },
    hangUp: () => tell('hangup'), over: (n = 1) => nth('CALL_CLOSED', n), why: () => one.events.findLast(({ type }) => type === 'CALL_CLOSED')?.param ?? '', fingerprints: () => fingerprintsIn(one.program.said()), stop: one.stop,
  }
}

/** Call-ID and tags of the first call that came in: of the caller's side and the phone's own. */
export function dialogOf(phone: Baresip): { id: string; theirs: string; ours: string } {
  const answer = messagesOf(phone, 'sent').find((text) => text.startsWith('SIP/2.0 200') && /^CSeq: *\d+ INVITE/im.test(text)) ?? ''
  const part = (pattern: RegExp) => pattern.exec(answer)?.[1] ?? ''
  return { id: part(/^Call-ID: *(\S+)/im), theirs: part(/^From:[^\r\n]*;tag=([^;\r\n]+)/im), ours: part(/^To:[^\r\n]*;tag=([^;\r\n]+)/im) }
}

async function ofLinphone(open: Town, { number, transport, protection, hertz, autoAnswer = false, earlyMedia = false, certified = false }: Wish): Promise<Phone> {
  const user = `u${number}`, certificate = certified ? await certificateFor(open, user) : undefined
  const { folder, ca } = open, encryption = ({ plain: 'none', sdes: 'srtp', dtls: 'dtls' } as const)[protection]
  const one = await startLinphone({ folder, ca, user, number, password: certified ? undefined : passwordOf(user), domain, transport, server: open[transport], hertz, encryption, autoAnswer, earlyMedia, certificate })
  const tell = async (line: string): Promise<void> => { one.type(line) }
  return {
    kind: 'linphone', number, rtpPorts: portsFrom(one.rtpPort, 8), registered: one.registered,
    dial: (to) => tell(`call sip:${to}@${domain}`), rings: (n = 1) => one.prints(/^.*Receiving new incoming call/gm, n), answer: (id) => tell(which('answer', id)),
    talks: (n = 1) => one.prints(/Call \d+ with .{0,200} connected\./g, n), hears: one.hears, hearsNothing: one.hearsNothing,
    digit: tell, heard: (key) => one.prints(new RegExp(`Receiving tone ${key} `, 'g'), 1),
    hold: () => tell('pause'), resume: (id) => tell(which('resume', id)), transfer: (to) => tell(`transfer sip:${to}@${domain}`),
    connect: () => tell('transfer 1 --to-call 2'),
    hangUp: () => tell('terminate'), over: (n = 1) => one.prints(ended, n), why: () => [...one.printed().matchAll(ended)].at(-1)?.[1] ?? '', fingerprints: () => fingerprintsIn(one.logged()), stop: one.stop,
  }
}

const which = (command: string, id: number | undefined): string => id === undefined ? command : `${command} ${id}`
const ended = /Call \d+ with .{0,200} (?:ended|error)(.*)$/gm

async function certificateFor(open: Town, name: string): Promise<string> {
  const { code, error } = await ringfort(['certificate', 'issue', '--name', name, '--out', `${open.folder}/${name}-pki`, '--data', open.running.dataDir])
  if (code !== 0) throw new Error(`ringfort certificate issue: ${error}`)
  return `${open.folder}/${name}-pki`
}
