/** Kamailio from Debian beside us: a stateful proxy with record-route and a registrar with digest, two children as it comes. */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersOptions } from './datagram.ts'
import { cpuSeconds, end, family, freePorts, newFolder, run, serverCore } from './process.ts'
import { domain } from './site.ts'

export interface Peer { readonly name: string; readonly port: number; readonly tlsPort: number; readonly cpu: () => number; stop(): Promise<void> }

const program = '/usr/sbin/kamailio'
export const hasKamailio = (): boolean => existsSync(program)

const script = (port: number, tlsPort: number, folder: string, secure: boolean): string => `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
alias="${domain}"
listen=udp:127.0.0.1:${port}
${secure ? `enable_tls=yes\nlisten=tls:127.0.0.1:${tlsPort}` : 'disable_tcp=yes'}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
${['tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'sanity', 'usrloc', 'registrar', 'auth', ...(secure ? ['tls', 'nathelper'] : [])].map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("usrloc", "hash_size", 14)
modparam("rr", "append_fromtag", 1)
${secure ? `modparam("tls", "config", "${join(folder, 'tls.cfg')}")\nmodparam("registrar|nathelper", "received_avp", "$avp(rcv)")` : ''}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (!sanity_check()) exit;
  if (is_method("OPTIONS") && uri==myself) { sl_send_reply("200", "OK"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { ${secure ? 'handle_ruri_alias(); t_on_reply("ALIAS");' : ''} t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here"); exit;
  }
  if (is_method("REGISTER")) {
    if (proto==UDP && $tU != "2002") {
      $var(password) = "pass-word-" + $au;
      if (!has_credentials("${domain}") || !pv_www_authenticate("${domain}", "$var(password)", "0")) { www_challenge("${domain}", "1"); exit; }
    }
    ${secure ? 'if (proto!=UDP) fix_nated_register();' : ''}
    if (!save("location")) sl_reply_error();
    exit;
  }
  # strangers call as "mallory": the proxy's own challenge
  if ($fU == "mallory" && !has_credentials("${domain}")) { if (!is_method("ACK")) www_challenge("${domain}", "1"); exit; }
  if (!is_method("INVITE|ACK|BYE")) { sl_send_reply("501", "Not Implemented"); exit; }
  ${secure ? 'if (proto!=UDP) add_contact_alias(); t_on_reply("ALIAS");' : ''}
  record_route();
  if (uri==myself) { if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; } }
  t_relay();
}
${secure ? 'onreply_route[ALIAS] { if (proto!=UDP && is_method("INVITE")) add_contact_alias(); }' : ''}
`

export async function startKamailio({ certificate }: { certificate?: { readonly cert: string; readonly key: string } | undefined } = {}): Promise<Peer> {
  const [port, tlsPort] = await freePorts(2) as [number, number], folder = newFolder(), file = join(folder, 'kamailio.cfg')
  if (certificate) writeFileSync(join(folder, 'tls.cfg'), `[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\nprivate_key = ${certificate.key}\ncertificate = ${certificate.cert}\n[client:default]\nverify_certificate = no\n`)
  writeFileSync(file, script(port, tlsPort, folder, certificate !== undefined))
  const child = run(serverCore, program, ['-DD', '-E', '-f', file, '-m', '512', '-M', '32', '-Y', folder, '-P', join(folder, 'pid')])
  await answersOptions(port, 10_000)
  return { name: `Kamailio ${version()}`, port, tlsPort, cpu: () => cpuSeconds(family(child.pid!)), stop: () => end(child) }
}

function version(): string { return /kamailio (\d+\.\d+\.\d+)/.exec(execFileSync(program, ['-v'], { encoding: 'utf8' }))?.[1] ?? '' }
