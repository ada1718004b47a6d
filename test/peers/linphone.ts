/** linphonec as a phone: configured, typed to, its log read. Its TLS verifies: only against names (localhost), never against addresses. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, local, type Program, start } from './programs.ts'
import { bestShare, readSound, writeTone } from './sound.ts'

export interface LinphoneOptions {
  readonly folder: string
  readonly user: string
  readonly number: string
  readonly password: string
  readonly domain: string
  readonly server: number
  readonly ca: string
  /** Folder with its certificate and key: asked for one that it does not have, linphonec stops and waits for somebody to type. */
  readonly certificate: string
  readonly encryption: 'none' | 'srtp' | 'dtls'
  readonly hertz: number
  readonly autoAnswer?: boolean
}

export interface Linphone {
  readonly program: Program
  readonly rtpPort: number
  type(line: string): void
  /** Its own full log, and what it printed. */
  said(): string
  says(pattern: RegExp): Promise<void>
  registered(): Promise<void>
  /** Plays its tone and records what it hears. */
  talk(): void
  /** Some seconds. */
  recorded(): Promise<void>
  /** The head of its file is written when the call is over. */
  heard(hertz: number): Promise<void>
  stop(): Promise<void>
}

function configuration(o: LinphoneOptions, rtp: number): string {
  return [
    '[sip]', 'sip_port=-1', 'sip_tcp_port=-1', 'sip_tls_port=-1', `bind_address=${local}`, 'verify_server_certs=1', 'verify_server_cn=1', `root_ca=${o.ca}`, `client_cert_chain=${join(o.certificate, `${o.user}.pem`)}`, `client_cert_key=${join(o.certificate, `${o.user}.key`)}`,
    `media_encryption=${o.encryption}`, `media_encryption_mandatory=${o.encryption === 'none' ? 0 : 1}`, 'default_proxy=0', '[rtp]', `audio_rtp_port=${rtp}`,
    '[proxy_0]', `reg_proxy=<sip:localhost:${o.server};transport=tls>`, `reg_route=<sip:localhost:${o.server};transport=tls;lr>`, `reg_identity="${o.user}" <sip:${o.number}@${o.domain}>`,
    'reg_expires=120', 'reg_sendregister=1', '[auth_info_0]', `username=${o.number}`, `userid=${o.user}`, `passwd=${o.password}`, `realm=${o.domain}`, '',
  ].join('\n')
}

export async function startLinphone(o: LinphoneOptions): Promise<Linphone> {
  const folder = mkdtempSync(join(o.folder, `${o.user}-`)), rtp = await freePorts(8), tone = join(folder, 'tone.wav'), heard = join(folder, 'heard.wav'), log = join(folder, 'full.log')
  mkdirSync(join(folder, '.local/share/linphone'), { recursive: true })              // without it no transport is opened
  writeTone(tone, o.hertz, 60, 16_000)
  writeFileSync(join(folder, 'rc'), configuration(o, rtp))
  const program = start('linphonec', ['-c', join(folder, 'rc'), '-d', '6', '-l', log, ...(o.autoAnswer === true ? ['-a'] : [])], { folder, env: { HOME: folder } })
  const said = (): string => { try { return program.said() + readFileSync(log, 'latin1') } catch { return program.said() } }
  const says = async (pattern: RegExp): Promise<void> => { await until(() => pattern.test(said()) || undefined, `${o.user} says ${pattern}: ${said().slice(-400)}`) }
  await says(/Ready|linphonec>/)
  program.type('soundcard use files')
  return {
    program, rtpPort: rtp, said, says, type: (line) => { program.type(line) },
    registered: () => says(/Registration on .{0,200} successful|LinphoneRegistrationOk/),
    talk: () => { program.type(`record ${heard}`); program.type(`play ${tone}`) },
    recorded: async () => { await until(() => existsSync(heard) && statSync(heard).size > 400_000 || undefined, `${o.user} records what it hears`) },
    heard: async (hertz) => {
      await until(() => { const { rate, samples } = readSound(heard); return bestShare({ rate, samples: samples.subarray(-4 * rate) }, hertz) > 0.6 || undefined }, `${o.user} has heard ${hertz} Hz`)
    },
    stop: () => program.stop(),
  }
}
