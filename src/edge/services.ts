/**
 * The port table: every listener that may exist, one row a service. Sockets, firewall rules and the live check come from it.
 *
 * Standards  the ports of the voicemail and call-control seeds (R001–R051, R099, R102, R105, R409); registered SIP ports RFC 3261 19.1.2, RFC 7118
 * Security   what is not in this table is never bound; `reach` says who may come, `provided` says in words why a row has no listener
 */
export type ProcessName = 'call' | 'media' | 'mail' | 'desk' | 'roles' | 'agent'
/** Who may reach a service: everyone, members of the cluster, this machine, nobody. */
export type Reach = 'open' | 'cluster' | 'local' | 'off'
export type ServiceTransport = 'udp' | 'tcp' | 'tls' | 'wss'
/** `starttls`: the connection begins in the clear and is raised; `peer`: both sides show a cluster certificate. */
export type ServiceTls = 'none' | 'starttls' | 'always' | 'peer'

export interface ServiceRow {
  readonly name: string
  /** The requirements that this row shows. */
  readonly requirements: readonly string[]
  readonly purpose: string
  readonly process: ProcessName
  /** The service of the original system that had this port (R048). */
  readonly original: string
  readonly transports: readonly ServiceTransport[]
  /** First port; 0 where the row has no number of its own. */
  readonly port: number
  /** Last port of a range, both ends included. */
  readonly lastPort?: number
  /** Bound instead where `port` is not permitted to the user who starts the system. */
  readonly fallback?: number
  /** Numbers that the documentation promises; others are allowed and warned about. */
  readonly usual?: readonly [number, number]
  readonly reach: Reach
  readonly enabledByDefault: boolean
  /** Devices outside the cluster connect here directly (R050: set in bold in the original). */
  readonly offBox: boolean
  readonly tls: ServiceTls
  /** The least TLS version of this row, whatever the system allows (R099). */
  readonly tlsFloor?: '1.2' | '1.3'
  /** IPv4 alone (R040). */
  readonly ipv4Only?: boolean
  /** Rows with the same word here share one port number and one listener. */
  readonly shares?: string
  /** true, or why not. */
  readonly provided: true | string
}

const mailRoom = 'comes with the voicemail role'
const skinny = 'comes with the SCCP leg'
const webRoom = 'comes with the web console'
const members = 'comes with the cluster role'
const speech = 'no speech recogniser is part of this system'
const push = 'legacy Exchange push is replaced by polling; the port stays closed'

export const services: readonly ServiceRow[] = [
  // Signalling: phones and trunks
  { name: 'sip-udp', requirements: ['R007', 'R338', 'R357'], purpose: 'SIP over UDP: phones and trunks that are not secure', process: 'call', original: 'cucsmgr', transports: ['udp'], port: 5060, usual: [5060, 5199], reach: 'open', enabledByDefault: true, offBox: true, tls: 'none', provided: true },
  { name: 'sip-tcp', requirements: ['R007', 'R338', 'R357'], purpose: 'SIP over TCP: phones and trunks that are not secure', process: 'call', original: 'cucsmgr', transports: ['tcp'], port: 5060, usual: [5060, 5199], reach: 'open', enabledByDefault: true, offBox: true, tls: 'none', provided: true },
  { name: 'sip-tls', requirements: ['R103', 'R338', 'R357'], purpose: 'SIP over TLS: authenticated and encrypted phones and trunks', process: 'call', original: 'cucsmgr', transports: ['tls'], port: 5061, usual: [5061, 5199], reach: 'open', enabledByDefault: true, offBox: true, tls: 'always', provided: true },
  { name: 'sip-wss', requirements: ['R036'], purpose: 'SIP over WebSocket for the phone in the browser, path /sip', process: 'call', original: 'ours', transports: ['wss'], port: 8443, reach: 'open', enabledByDefault: true, offBox: true, tls: 'always', shares: 'web', provided: true },
  { name: 'sccp', requirements: ['R409', 'R421'], purpose: 'SCCP phones', process: 'call', original: 'ccm', transports: ['tcp'], port: 2000, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: skinny },
  { name: 'sccps', requirements: ['R409', 'R421'], purpose: 'SCCP phones over TLS', process: 'call', original: 'ccm', transports: ['tls'], port: 2443, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', provided: skinny },
  { name: 'mgcp', requirements: ['R050'], purpose: 'MGCP gateways', process: 'call', original: 'ccm', transports: ['udp'], port: 2427, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with the MGCP leg' },
  { name: 'h323', requirements: ['R050'], purpose: 'H.225 call signalling of H.323 gateways', process: 'call', original: 'ccm', transports: ['tcp'], port: 1720, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with the H.323 leg' },
  { name: 'tftp', requirements: ['R064'], purpose: 'trust lists and configuration files for phones', process: 'desk', original: 'tftp', transports: ['udp'], port: 69, fallback: 8069, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with phone provisioning' },
  // Voicemail conversations and their media
  { name: 'conversation-peer', requirements: ['R001'], purpose: 'conversation to conversation between servers of one cluster', process: 'call', original: 'cucsmgr', transports: ['tls'], port: 20500, lastPort: 20502, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'conversation-reserved', requirements: ['R002'], purpose: 'reserved by the original between cluster members, unused here', process: 'call', original: 'cucsmgr', transports: ['tcp'], port: 19003, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: 'reserved, unused: conversation-peer does its work' },
  { name: 'media-control', requirements: ['R003'], purpose: 'control of media playing inside one machine', process: 'media', original: 'cucsmgr', transports: ['tcp'], port: 1935, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: 'the media process is driven over a pipe, not a port' },
  { name: 'phone-sessions', requirements: ['R004'], purpose: 'sessions of visual voicemail and other phone services', process: 'call', original: 'cucsmgr', transports: ['tcp'], port: 21000, lastPort: 21512, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: mailRoom },
  { name: 'port-status', requirements: ['R005', 'R006'], purpose: 'read-only stream of voicemail port states', process: 'call', original: 'cucsmgr', transports: ['tcp'], port: 5000, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: mailRoom },
  { name: 'rtp', requirements: ['R017'], purpose: 'RTP and SRTP towards voicemail, music and anchored calls', process: 'media', original: 'cumixer', transports: ['udp'], port: 16384, lastPort: 21511, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with the media role; calls flow directly between the phones' },
  { name: 'speech-rtp', requirements: ['R018'], purpose: 'RTP between mixer and speech recogniser', process: 'media', original: 'openspeech', transports: ['udp'], port: 7774, lastPort: 7900, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: speech },
  { name: 'speech-monitor', requirements: ['R015'], purpose: 'monitor of the speech service', process: 'media', original: 'openspeech', transports: ['tcp'], port: 4904, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: speech },
  { name: 'speech-recogniser', requirements: ['R016'], purpose: 'voice recogniser', process: 'media', original: 'openspeech', transports: ['tcp'], port: 4900, lastPort: 4904, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: speech },
  { name: 'video-control', requirements: ['R047'], purpose: 'video server to conversation control', process: 'call', original: 'cucsmgr', transports: ['tcp'], port: 6080, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'no video service is part of this system' },
  // Mail
  { name: 'imap', requirements: ['R010'], purpose: 'IMAP inbox; login after STARTTLS alone', process: 'mail', original: 'cuimapsvr', transports: ['tcp'], port: 143, fallback: 8143, reach: 'open', enabledByDefault: false, offBox: true, tls: 'starttls', provided: mailRoom },
  { name: 'imaps', requirements: ['R011', 'R100'], purpose: 'IMAP inbox over TLS', process: 'mail', original: 'cuimapsvr', transports: ['tls'], port: 993, fallback: 8993, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', provided: mailRoom },
  { name: 'imap-import', requirements: ['R012'], purpose: 'bulk import into mailboxes over TLS', process: 'mail', original: 'cuimapsvr', transports: ['tls'], port: 7993, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', provided: mailRoom },
  { name: 'imap-backend', requirements: ['R012'], purpose: 'IMAP behind the TLS proxy of the original', process: 'mail', original: 'cuimapsvr', transports: ['tcp'], port: 8143, reach: 'local', enabledByDefault: false, offBox: false, tls: 'starttls', provided: 'the service ends TLS itself; 8143 is the fallback of imap' },
  { name: 'imaps-backend', requirements: ['R012'], purpose: 'IMAP over TLS behind the proxy of the original', process: 'mail', original: 'cuimapsvr', transports: ['tls'], port: 8993, reach: 'local', enabledByDefault: false, offBox: false, tls: 'always', provided: 'the service ends TLS itself; 8993 is the fallback of imaps' },
  { name: 'smtp', requirements: ['R013', 'R101'], purpose: 'mail from listed servers', process: 'mail', original: 'cusmtpsvr', transports: ['tcp'], port: 25, fallback: 8025, reach: 'open', enabledByDefault: false, offBox: true, tls: 'starttls', provided: mailRoom },
  { name: 'smtp-backend', requirements: ['R014'], purpose: 'SMTP behind the listener of the original', process: 'mail', original: 'cusmtpsvr', transports: ['tcp'], port: 8025, reach: 'local', enabledByDefault: false, offBox: false, tls: 'starttls', provided: 'the service needs no back end; 8025 is the fallback of smtp' },
  { name: 'submission', requirements: ['R101', 'R102'], purpose: 'mail from users, after TLS and login', process: 'mail', original: 'cusmtpsvr', transports: ['tcp'], port: 587, fallback: 8587, reach: 'open', enabledByDefault: false, offBox: true, tls: 'starttls', provided: mailRoom },
  { name: 'exchange-push', requirements: ['R045'], purpose: 'notifications of Exchange 2010 single inbox', process: 'mail', original: 'cumbxsync', transports: ['tcp'], port: 7080, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: push },
  { name: 'exchange-webdav', requirements: ['R046'], purpose: 'WebDAV notifications of single inbox', process: 'mail', original: 'cumbxsync', transports: ['udp'], port: 9291, reach: 'off', enabledByDefault: false, offBox: true, tls: 'none', provided: push },
  // Web and administration
  { name: 'https', requirements: ['R036', 'R037', 'R038', 'R098'], purpose: 'console and REST; a branch node pulls its configuration here', process: 'desk', original: 'tomcat', transports: ['tls'], port: 8443, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', shares: 'web', provided: webRoom },
  { name: 'https-443', requirements: ['R036', 'R098'], purpose: 'console and REST on the usual port', process: 'desk', original: 'tomcat', transports: ['tls'], port: 443, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', provided: webRoom },
  { name: 'http-redirect', requirements: ['R036'], purpose: 'redirects (308) to https, nothing else', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 8080, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: webRoom },
  { name: 'http-redirect-80', requirements: ['R036'], purpose: 'redirects (308) to https, nothing else', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 80, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: webRoom },
  { name: 'notify', requirements: ['R043', 'R044', 'R099'], purpose: 'new-message events over TLS', process: 'desk', original: 'jetty', transports: ['tls'], port: 7443, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', tlsFloor: '1.2', provided: mailRoom },
  { name: 'metrics', requirements: ['R034'], purpose: 'counters for Prometheus', process: 'desk', original: 'ours', transports: ['tcp'], port: 9464, reach: 'local', enabledByDefault: true, offBox: false, tls: 'none', provided: true },
  { name: 'ssh', requirements: ['R023'], purpose: 'administrator commands; SFTP between members', process: 'desk', original: 'sshd', transports: ['tcp'], port: 22, fallback: 8022, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with the SSH command line; the command socket of the data directory serves now' },
  { name: 'snmp', requirements: ['R024'], purpose: 'SNMPv3 agent', process: 'desk', original: 'snmpd', transports: ['udp'], port: 161, fallback: 8161, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'comes with the SNMP agent; metrics serves now' },
  { name: 'serviceability', requirements: ['R030'], purpose: 'internal serviceability calls', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 5007, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: 'the command socket of the data directory does its work' },
  { name: 'web-control', requirements: ['R041'], purpose: 'control of the web server', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 5001, lastPort: 5004, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: 'processes are stopped by signals, not by a port' },
  { name: 'web-shutdown', requirements: ['R041'], purpose: 'shutdown of the web server', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 8005, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: 'processes are stopped by signals, not by a port' },
  { name: 'network-http', requirements: ['R039', 'R040'], purpose: 'directory feeder of HTTPS networking, in the clear', process: 'desk', original: 'tomcat', transports: ['tcp'], port: 8081, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', ipv4Only: true, provided: 'network-https serves partners; a directory is never sent in the clear' },
  { name: 'network-https', requirements: ['R039', 'R040', 'R098'], purpose: 'directory feeder of HTTPS networking', process: 'desk', original: 'tomcat', transports: ['tls'], port: 8444, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', ipv4Only: true, provided: 'comes with HTTPS networking' },
  // Licence and data
  { name: 'licence', requirements: ['R008'], purpose: 'entitlements', process: 'desk', original: 'culic', transports: ['tcp'], port: 20055, reach: 'local', enabledByDefault: false, offBox: false, tls: 'none', provided: 'entitlements are read from the directory, no server is asked' },
  { name: 'database', requirements: ['R009'], purpose: 'voicemail database between members', process: 'roles', original: 'informix', transports: ['tls'], port: 1502, lastPort: 1503, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: 'one machine keeps its data in a file; a cluster uses PostgreSQL on its own port' },
  { name: 'database-common', requirements: ['R031'], purpose: 'common database between members', process: 'roles', original: 'informix', transports: ['tls'], port: 1500, lastPort: 1501, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: 'there is one database, not two' },
  { name: 'database-replication', requirements: ['R032'], purpose: 'replication between members', process: 'roles', original: 'informix', transports: ['tls'], port: 1515, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'database-change', requirements: ['R033'], purpose: 'notice of changes between members', process: 'roles', original: 'database', transports: ['tls'], port: 8001, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'database-proxy', requirements: ['R022'], purpose: 'administrative access to data in the clear', process: 'desk', original: 'cudbproxy', transports: ['tcp'], port: 20532, reach: 'open', enabledByDefault: false, offBox: true, tls: 'none', provided: 'REST over https serves administrators; data are never sent in the clear' },
  { name: 'database-proxy-tls', requirements: ['R105'], purpose: 'administrative access to data over TLS', process: 'desk', original: 'cudbproxy', transports: ['tls'], port: 20536, reach: 'open', enabledByDefault: false, offBox: true, tls: 'always', provided: 'REST over https serves administrators' },
  // Cluster and time
  { name: 'role-manager', requirements: ['R019', 'R048'], purpose: 'calls between role managers', process: 'roles', original: 'cusrm', transports: ['tls', 'udp'], port: 22000, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'heartbeat', requirements: ['R020', 'R021'], purpose: 'heartbeats between role managers: readable, with a MAC', process: 'roles', original: 'cusrm', transports: ['udp', 'tcp'], port: 22001, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: members },
  { name: 'cluster', requirements: ['R026', 'R423', 'R424'], purpose: 'membership', process: 'roles', original: 'clm', transports: ['tls', 'udp'], port: 8500, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'realtime-information', requirements: ['R034'], purpose: 'registrations and measurements between members', process: 'roles', original: 'ccmservice', transports: ['tls'], port: 2555, lastPort: 2556, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'peer', provided: members },
  { name: 'alert-registry', requirements: ['R035'], purpose: 'registry of the alert collector', process: 'roles', original: 'ccmservice', transports: ['tcp'], port: 1099, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: 'alerts travel as metrics and events; no RMI' },
  { name: 'alert-collector', requirements: ['R035'], purpose: 'alert collector', process: 'roles', original: 'ccmservice', transports: ['tcp'], port: 1090, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: 'alerts travel as metrics and events; no RMI' },
  { name: 'ipsec', requirements: ['R025', 'R049'], purpose: 'key exchange of IPsec between members', process: 'agent', original: 'ipsec', transports: ['udp'], port: 500, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: 'IPsec is the operating system\'s; its state is shown, never assumed' },
  { name: 'ntp', requirements: ['R027', 'R028', 'R029'], purpose: 'time for the members of the cluster', process: 'agent', original: 'ntp', transports: ['udp'], port: 123, reach: 'cluster', enabledByDefault: false, offBox: false, tls: 'none', provided: 'time is the operating system\'s: the publisher follows its own clock or a server list, subscribers follow the publisher' },
  { name: 'ephemeral', requirements: ['R042'], purpose: 'source ports of what this machine opens itself; nothing listens', process: 'agent', original: 'kernel', transports: ['tcp', 'udp'], port: 32768, lastPort: 61000, reach: 'off', enabledByDefault: false, offBox: true, tls: 'none', provided: 'replies pass because the firewall knows the connection' },
]

/** The operating-system account that serves a process (R048, R049: none is root, the agent speaks no network protocol). */
export const accounts: Readonly<Record<ProcessName, string>> = {
  call: 'ringfort-call', media: 'ringfort-media', mail: 'ringfort-mail', desk: 'ringfort-desk', roles: 'ringfort-roles', agent: 'ringfort-agent',
}

const byName = new Map(services.map((row) => [row.name, row]))

export function serviceRow(name: string): ServiceRow | undefined { return byName.get(name) }
