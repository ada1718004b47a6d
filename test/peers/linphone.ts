/** linphonec as a phone: configured, typed to, its prints read, listened to by what it records. Its TLS verifies: only against names (localhost), never against addresses. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, local, type Program, start } from './programs.ts'
import { isQuiet, shareOf, type Sound, tailOf, writeTone } from './sound.ts'

export interface LinphoneOptions {
  readonly folder: string
  readonly user: string
  readonly number: string
  readonly password: string | undefined
  readonly domain: string
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** Port of ours. */
  readonly server: number
  readonly ca: string
  /** Folder with its certificate and key. */
  readonly certificate?: string | undefined
  readonly encryption: 'none' | 'srtp' | 'dtls'
  readonly hertz: number
  readonly autoAnswer?: boolean
  /** Sends media while it rings. */
  readonly earlyMedia?: boolean
}

export interface Linphone {
  readonly program: Program
  readonly rtpPort: number
  type(line: string): void
  /** What it printed for its user. */
  printed(): string
  /** Waits until it has printed this so many times. */
  prints(pattern: RegExp, times: number): Promise<void>
  logged(): string
  /** Waits for words of its own full log. */
  logs(pattern: RegExp): Promise<void>
  registered(): Promise<void>
  /** Waits until the newest half second of what it hears is this tone. */
  hears(hertz: number): Promise<void>
  /** Waits until nothing arrives for half a second. */
  hearsNothing(): Promise<void>
  stop(): Promise<void>
}

function configuration(o: LinphoneOptions, rtp: number): string {
  const server = `<sip:localhost:${o.server};transport=${o.transport}`, { certificate } = o
  return [
    '[sip]', ...['udp', 'tcp', 'tls'].map((one) => `sip_${one === 'udp' ? '' : `${one}_`}port=${one === o.transport ? -1 : 0}`), `bind_address=${local}`, 'verify_server_certs=1', 'verify_server_cn=1', `root_ca=${o.ca}`,
    ...(certificate === undefined ? [] : [`client_cert_chain=${join(certificate, `${o.user}.pem`)}`, `client_cert_key=${join(certificate, `${o.user}.key`)}`]),
    `media_encryption=${o.encryption}`, `media_encryption_mandatory=${o.encryption === 'none' ? 0 : 1}`, 'default_proxy=0', ...(o.earlyMedia === true ? ['incoming_calls_early_media=1'] : []), '[rtp]', `audio_rtp_port=${rtp}`, 
    '[proxy_0]', `reg_proxy=${server}>`, `reg_route=${server};lr>`, `reg_identity="${o.user}" <sip:${o.number}@${o.domain}>`, 'reg_expires=120', 'reg_sendregister=1',
    ...(o.password === undefined ? [] : ['[auth_info_0]', `username=${o.number}`, `userid=${o.user}`, `passwd=${o.password}`, `realm=${o.domain}`]), '',
  ].join('\n')
}

export async function startLinphone(o: LinphoneOptions): Promise<Linphone> {
  const folder = mkdtempSync(join(o.folder, `${o.user}-`)), rtp = await freePorts(8), file = (name: string) => join(folder, name), log = file('full.log')
  mkdirSync(file('.local/share/linphone'), { recursive: true })                      // without it no transport is opened
  writeTone(file('tone.wav'), o.hertz, 120, 16_000)
  writeFileSync(file('rc'), configuration(o, rtp))
  const program = start('linphonec', ['-c', file('rc'), '-d', '6', '-l', log, ...(o.autoAnswer === true ? ['-a'] : [])], { folder, env: { HOME: folder } })
  const logged = (): string => existsSync(log) ? readFileSync(log, 'latin1') : '', tail = (): string => program.said().slice(-600)
  const prints = async (pattern: RegExp, times: number): Promise<void> => { await until(() => (program.said().match(pattern)?.length ?? 0) >= times || undefined, `${o.user} prints ${pattern} ${times} times: ${tail()}`) }
  const logs = async (pattern: RegExp): Promise<void> => { await until(() => pattern.test(logged()) || undefined, `${o.user} logs ${pattern}: ${tail()}${logged().slice(-400)}`) }
  await prints(/linphonec>/g, 1)
  for (const line of ['soundcard use files', `record ${file('heard.wav')}`, `play ${file('tone.wav')}`]) program.type(line)
  return {
    program, rtpPort: rtp, printed: program.said, prints, logged, logs, type: program.type, registered: () => logs(/Registration on .{0,200} successful|LinphoneRegistrationOk/),
    hears: async (hertz) => {
      await until(() => { const newest = tailOf(recording(file('heard.wav'), logged())); return newest.samples.length > newest.rate / 4 && shareOf(newest, hertz) > 0.6 || undefined }, `${o.user} hears ${hertz} Hz: ${tail()}`)
    },
    hearsNothing: () => isQuiet(() => existsSync(file('heard.wav')) ? statSync(file('heard.wav')).size : 0, `${o.user} hears nothing: ${tail()}`),
    stop: program.stop,
  }
}

/** The rate of its recording is that of the codec, in its log; the head of the file is written when the call is over. */
function recording(file: string, log: string): Sound {
  const rate = Number([...log.matchAll(/-->MSFileRec:\S+ from rate \[\d+\] to rate \[(\d+)\]/g)].at(-1)?.[1] ?? 0), bytes = existsSync(file) && rate > 0 ? readFileSync(file) : Buffer.alloc(0)
  return { rate, samples: Int16Array.from({ length: Math.max(0, Math.floor((bytes.length - 44) / 2)) }, (_, i) => bytes.readInt16LE(44 + 2 * i)) }
}
