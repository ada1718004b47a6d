/** baresip as a phone: configured, driven over its control port (netstrings of JSON), listened to by the WAV files of what it decoded. */
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { freePorts, local, type Program, start } from './programs.ts'
import { isQuiet, readSound, recordings, shareOf, tailOf, writeTone } from './sound.ts'

export interface BaresipOptions {
  readonly folder: string
  readonly user: string
  readonly number?: string
  readonly password: string
  readonly domain: string
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** Port of ours. */
  readonly server: number
  readonly hertz: number
  /** srtp, srtp-mand, dtls_srtp; none without. */
  readonly encryption?: string | undefined
  readonly autoAnswer?: boolean
  readonly codec?: string
  readonly rate?: number
  readonly ca?: string
}

export interface BaresipEvent { readonly event: true; readonly type: string; readonly param?: string; readonly class: string; readonly peeruri?: string }

export interface Baresip {
  readonly program: Program
  readonly user: string
  /** Port of ours. */
  readonly server: number
  readonly rtpPort: number
  readonly sipPort: number
  readonly events: BaresipEvent[]
  command(name: string, params?: string): Promise<string>
  /** The first event of this type after the first `from` of them all. */
  event(type: string, from?: number): Promise<BaresipEvent>
  /** Waits until there were so many of this type, with this parameter if one is given. */
  count(type: string, times: number, param?: string): Promise<void>
  registered(): Promise<void>
  /** Waits until the newest half second of what it hears is this tone. */
  hears(hertz: number): Promise<void>
  /** Waits until nothing arrives for half a second, or half a second of silence. */
  hearsNothing(): Promise<void>
  stop(): Promise<void>
}

function configuration(o: BaresipOptions, folder: string, sip: number, control: number, rtp: number, tone: string): string {
  return [
    'poll_method epoll', `sip_listen ${local}:${sip}`, ...(o.ca === undefined ? [] : [`sip_cafile ${o.ca}`]), 'call_local_timeout 120', 'call_max_calls 4',
    `audio_source aufile,${tone}`, `audio_player aufile,${folder}/play.wav`, `audio_alert aufile,${folder}/alert.wav`, 'audio_level no',
    `rtp_ports ${rtp}-${rtp + 15}`, 'rtcp_mux no', 'jitter_buffer_delay 2-10', `net_interface ${local}`, 'module_path /usr/lib/baresip/modules',
    ...['g711', 'g722', 'opus', 'aufile', 'sndfile', 'uuid', 'srtp', 'dtls_srtp'].map((name) => `module ${name}.so`), 'module_tmp account.so',
    ...['contact', 'debug_cmd', 'ctrl_tcp', 'menu'].map((name) => `module_app ${name}.so`),
    `ctrl_tcp_listen ${local}:${control}`, `snd_path ${folder}`, 'opus_bitrate 28000', '',
  ].join('\n')
}

export async function startBaresip(o: BaresipOptions): Promise<Baresip> {
  const folder = mkdtempSync(join(o.folder, `${o.user}-`)), sip = await freePorts(4), rtp = await freePorts(16), control = sip + 2, tone = join(folder, 'tone.wav'), rate = o.rate ?? 8_000
  writeTone(tone, o.hertz, 120, rate, rate === 48_000 ? 2 : 1)
  writeFileSync(join(folder, 'config'), configuration(o, folder, sip, control, rtp, tone))
  writeFileSync(join(folder, 'contacts'), '')
  const parameters = [`auth_user=${o.user}`, `auth_pass=${o.password}`, `outbound="sip:${local}:${o.server};transport=${o.transport}"`, 'regint=60', `audio_codecs=${o.codec ?? 'PCMU'}`,
    ...(o.encryption === undefined ? [] : [`mediaenc=${o.encryption}`]), ...(o.autoAnswer === true ? ['answermode=auto'] : [])]
  writeFileSync(join(folder, 'accounts'), `<sip:${o.number ?? o.user}@${o.domain};transport=${o.transport}>;${parameters.join(';')}\n`)
  const program = start('baresip', ['-4', '-v', '-s', '-f', folder], { folder, name: 'baresip' })
  const wire = await controlOf(control, program)
  const heard = () => recordings(folder).map((file) => tailOf(readSound(file)))
  return {
    program, user: o.user, server: o.server, rtpPort: rtp, sipPort: sip, ...wire,
    registered: async () => { await until(() => /\} 200 OK/.test(program.said()) || undefined, `${o.user} registered: ${program.said().slice(-600)}`) },
    hears: async (hertz) => { await until(() => { const newest = heard().at(-1); return newest && newest.samples.length > newest.rate / 4 && shareOf(newest, hertz) > 0.6 || undefined }, `${o.user} hears ${hertz} Hz`) },
    hearsNothing: () => isQuiet(() => recordings(folder).reduce((all, file) => all + readSound(file).samples.length, 0), `${o.user} hears nothing`,
      () => heard().every(({ samples }) => samples.every((v) => Math.abs(v) < 50))),
    stop: () => program.stop(),
  }
}

type Wire = Pick<Baresip, 'events' | 'command' | 'event' | 'count'>

async function controlOf(port: number, program: Program): Promise<Wire> {
  const socket = await until(() => new Promise<ReturnType<typeof connect> | undefined>((resolve) => {
    const one = connect(port, local)
    one.once('connect', () => { resolve(one) })
    one.once('error', () => { resolve(undefined) })
  }), `baresip listens on its control port: ${program.said()}`)
  const events: BaresipEvent[] = [], answers = new Map<string, string>()
  let rest = Buffer.alloc(0), numbers = 0
  socket.on('error', () => { /* baresip has ended */ })
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    for (let text = netstring(rest); text !== undefined; text = netstring(rest)) {
      rest = rest.subarray(String(text.length).length + text.length + 2)
      const one = JSON.parse(text.toString('utf8')) as { event?: true; token?: string; data?: string } & BaresipEvent
      if (one.event) events.push(one)
      else if (one.token !== undefined) answers.set(one.token, one.data ?? '')
    }
  })
  return {
    events,
    command: async (name, params = '') => {
      const token = String(++numbers), text = Buffer.from(JSON.stringify({ command: name, params, token }))
      socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text, Buffer.from(',')]))
      return until(() => answers.get(token), `an answer to ${name} ${params}`)
    },
    count: async (type, times, param) => {
      await until(() => events.filter((one) => one.type === type && (param === undefined || one.param === param)).length >= times || undefined, `${times} × ${type} among ${events.map((one) => one.type).join(', ')}`)
    },
    event: (type, from = 0) => until(() => events.slice(from).find((one) => one.type === type), `${type} among ${events.map((one) => `${one.type} ${one.param ?? ''}`).join(', ')}`),
  }
}

function netstring(bytes: Buffer): Buffer | undefined {
  const colon = bytes.indexOf(':')
  if (colon < 1) return undefined
  const length = Number(bytes.toString('latin1', 0, colon))
  assert.ok(Number.isInteger(length), 'a netstring')
  return bytes.length < colon + length + 2 ? undefined : bytes.subarray(colon + 1, colon + 1 + length)
}

/** Messages of its trace: what it sent us, and what it got. */
export function messagesOf(phone: Baresip, direction: 'sent' | 'got'): string[] {
  const parts = phone.program.said().split(/(?:UDP|TCP|TLS) 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:(\d+)\r?\n/)
  return parts.flatMap((text, i) => i % 2 === 0 && i > 0 && (Number(parts[i - 1]) === phone.server) === (direction === 'sent') ? [text] : [])
}

/** Base64 of the keys that a phone named as its own, or was told. */
export function keysOf(phone: Baresip, direction: 'sent' | 'got'): string[] {
  return messagesOf(phone, direction).flatMap((text) => [...text.matchAll(/a=crypto:\d+ AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]+)/g)].map((found) => found[1]!))
}
