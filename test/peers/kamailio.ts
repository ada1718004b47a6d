/** Kamailio as a carrier or a second call manager: configured for one test, started, read by its log, stopped and started again. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../main/running.ts'
import { options } from '../main/speak.ts'
import { type Program, start } from './programs.ts'
import type { Certificate } from './trunkTown.ts'

/** A way between it and the house: where it listens, and where it sends what is dialled with the prefix. */
export interface Way { readonly transport: 'udp' | 'tcp' | 'tls'; readonly address: string; readonly port: number; readonly house: number; readonly prefix: string }

export interface KamailioOptions {
  readonly folder: string
  readonly name: string
  readonly ways: readonly Way[]
  /** Where its own phones register and call, at 127.0.0.1. */
  readonly phones: number
  /** Its certificate, key and the authority that peers must come from. */
  readonly tls?: Certificate
  /** OpenSSL's words for suites of TLS 1.2, and that alone. */
  readonly suites?: string
  /** Calls of the house are asked for these (407), and so is its registration (401). */
  readonly credentials?: { readonly realm: string; readonly user: string; readonly password: string }
  /** Numbers that stand at a port of 127.0.0.1 without a registration. */
  readonly numbers?: Readonly<Record<string, number>>
  /** Longest registration it grants. */
  readonly expires?: number
  /** Status with which every INVITE of the house is refused. */
  readonly refuses?: number
}

export interface Kamailio {
  /** Lines that its script wrote. */
  said(): string[]
  /** Waits for a line after the first `from` of them. */
  says(pattern: RegExp, from?: number): Promise<string>
  stop(): Promise<void>
  start(): Promise<void>
}

const modules = ['tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'xlog', 'usrloc', 'registrar', 'auth', 'kex', 'corex']

function configuration(o: KamailioOptions): string {
  const { ways, phones, credentials, numbers = {}, expires = 3_600, refuses } = o
  const challenged = (status: 401 | 407): string => credentials === undefined ? '' : status === 407
    ? `if (!pv_proxy_authenticate("${credentials.realm}", "${credentials.password}", "0") || $au != "${credentials.user}") { xlog("L_NOTICE", "SAYS challenges $rm $ci\\n"); proxy_challenge("${credentials.realm}", "1"); exit; } consume_credentials();`
    : `if (!pv_www_authenticate("${credentials.realm}", "${credentials.password}", "0") || $au != "${credentials.user}") { xlog("L_NOTICE", "SAYS challenges $rm $ci\\n"); www_challenge("${credentials.realm}", "1"); exit; }`
  return `#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
disable_core_dump=yes
tcp_connection_lifetime=3605
${o.tls ? 'enable_tls=yes' : ''}
${ways.map((way) => `listen=${way.transport}:${way.address}:${way.port}`).join('\n')}
listen=udp:127.0.0.1:${phones}
listen=tcp:127.0.0.1:${phones}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
${[...modules, ...(o.tls ? ['tls'] : [])].map((name) => `loadmodule "${name}.so"`).join('\n')}
${o.tls ? `modparam("tls", "config", "${join(o.folder, `${o.name}-tls.cfg`)}")` : ''}
modparam("registrar", "max_expires", ${expires})
modparam("registrar", "min_expires", 5)
modparam("tm", "fr_timer", 3000)
request_route {
  if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS") && !has_totag()) { xlog("L_NOTICE", "SAYS ping $pr $si $fu\\n"); sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { xlog("L_NOTICE", "SAYS within $rm $pr $si\\n"); t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here"); exit;
  }
  if ($Rp == ${phones}) { route(OWN); exit; }
  xlog("L_NOTICE", "SAYS house $rm $rU from $fU by $pr $si $(hdr(User-Agent)) cert $tls_peer_subject_cn\\n");
  if (is_method("REGISTER")) {
    ${challenged(401)}
    if (save("location")) xlog("L_NOTICE", "SAYS registered $tU for $hdr(Expires) at $ct\\n");
    exit;
  }
  ${refuses === undefined ? '' : `if (is_method("INVITE")) { xlog("L_NOTICE", "SAYS refuses\\n"); sl_send_reply("${refuses}", "Not now"); exit; }`}
  ${credentials ? `if (!is_method("ACK")) { ${challenged(407)} }` : ''}
  xlog("L_NOTICE", "SAYS admits $rm $rU by $pr $si\\n");
  record_route();
${Object.entries(numbers).map(([number, port]) => `  if ($rU == "${number}") { $ru = "sip:${number}@127.0.0.1:${port}"; t_relay(); exit; }`).join('\n')}
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
route[OWN] {
  if (is_method("REGISTER")) { save("location"); exit; }
  record_route();
${ways.map((way) => `  if ($rU =~ "^${way.prefix}") { strip(${way.prefix.length}); $fs = "${way.transport}:${way.address}:${way.port}"; $du = "sip:127.0.0.1:${way.house};transport=${way.transport}"; t_relay(); exit; }`).join('\n')}
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
`.replaceAll('cert $tls_peer_subject_cn', o.tls ? 'cert $tls_peer_subject_cn' : 'cert -').replaceAll(' $(hdr(User-Agent))', '')
}

/** Both ways: who connects shows a certificate, and whom it connects to as well. */
function tlsConfiguration({ certificate, key, authority }: Certificate, suites?: string): string {
  const common = `${suites === undefined ? 'method = TLSv1.2+' : `method = TLSv1.2\ncipher_list = ${suites}`}\nprivate_key = ${key}\ncertificate = ${certificate}\nca_list = ${authority}\nverify_certificate = yes\nrequire_certificate = yes\n`
  return `[server:default]\n${common}\n[client:default]\n${common}`
}

export async function startKamailio(o: KamailioOptions): Promise<Kamailio> {
  const file = join(o.folder, `${o.name}.cfg`), work = join(o.folder, `${o.name}-run`)
  mkdirSync(work, { recursive: true })
  writeFileSync(file, configuration(o))
  if (o.tls) writeFileSync(join(o.folder, `${o.name}-tls.cfg`), tlsConfiguration(o.tls, o.suites))
  let one: Program | undefined, before = ''
  const said = (): string[] => (before + (one?.said() ?? '')).split('\n').flatMap((line) => { const at = line.indexOf('SAYS '); return at < 0 ? [] : [line.slice(at + 5)] })
  const begin = async (): Promise<void> => {
    one = start('kamailio', ['-DD', '-E', '-f', file, '-P', join(work, 'pid'), '-Y', work, '-m', '32', '-M', '4'], { folder: o.folder, name: o.name })
    const running = one
    const over = running.ended.then((code): never => { throw new Error(`kamailio ${o.name} ended with ${code}: ${running.said().split('\n').filter((line) => /ERROR|CRITICAL/.test(line)).join('\n')}`) })
    over.catch(() => { /* it was stopped, later */ })
    await Promise.race([over, until(() => options('tcp', o.phones).catch(() => undefined), `kamailio ${o.name} answers`)])
  }
  await begin()
  return {
    said, start: begin,
    says: (pattern, from = 0) => until(() => said().slice(from).find((line) => pattern.test(line)), `${o.name} says ${pattern}`).catch((error: unknown) => { throw new Error(`${String(error)}\n${said().join('\n')}\n${one?.said().slice(-1_500) ?? ''}`) }),
    stop: async () => { before += one?.said() ?? ''; await one?.stop(); one = undefined },
  }
}
