/** twinkle-console as a phone: configured, typed to, its prints read. It has no sound card here, so nobody hears it: its signalling is what counts. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, local, type Program, start } from './programs.ts'

export interface TwinkleOptions {
  readonly folder: string
  readonly user: string
  readonly number: string
  readonly password: string
  readonly domain: string
  readonly transport: 'udp' | 'tcp'
  /** Port of ours. */
  readonly server: number
}

export interface Twinkle {
  readonly program: Program
  type(line: string): void
  /** Waits until it has printed this so many times. */
  prints(pattern: RegExp, times?: number): Promise<void>
  registered(): Promise<void>
  stop(): Promise<void>
}

function profile(o: TwinkleOptions): string {
  const server = `${local}:${o.server}`
  return [`user_name=${o.number}`, `user_domain=${local}`, `user_display=${o.user}`, `auth_realm=${o.domain}`, `auth_name=${o.user}`, `auth_pass=${o.password}`, `outbound_proxy=${server}`, 'all_requests_to_proxy=yes',
    'non_resolvable_to_proxy=yes', `registrar=${server}`, 'register_at_startup=yes', 'registration_time=120', `sip_transport=${o.transport}`, 'codecs=g711u', ''].join('\n')
}

function system(sip: number, rtp: number): string {
  return [`sip_udp_port=${sip}`, `sip_tcp_port=${sip}`, `rtp_port=${rtp}`, 'dev_ringtone=alsa:null', 'dev_speaker=alsa:null', 'dev_mic=alsa:null', 'validate_audio_dev=no', 'au_reduce_noise_mic=no', 'log_sip=yes', 'log_debug=no', 'log_stun=no', ''].join('\n')
}

export async function startTwinkle(o: TwinkleOptions): Promise<Twinkle> {
  const folder = mkdtempSync(join(o.folder, `${o.user}-`)), own = join(folder, '.twinkle')
  mkdirSync(own)
  writeFileSync(join(own, 'phone.cfg'), profile(o))
  writeFileSync(join(own, 'twinkle.sys'), system(await freePorts(2), await freePorts(8)))
  writeFileSync(join(folder, '.asoundrc'), 'pcm.!default { type null }\nctl.!default { type null }\n')
  const program = start('twinkle-console', ['phone.cfg'], { folder, env: { HOME: folder } })
  const prints = async (pattern: RegExp, times = 1): Promise<void> => {
    await until(() => (program.said().match(pattern)?.length ?? 0) >= times || undefined, `${o.user} prints ${pattern} ${times} times: ${program.said().slice(-600)}`)
  }
  return { program, type: program.type, prints, registered: () => prints(/registration succeeded/gi), stop: program.stop }
}
