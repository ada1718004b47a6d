/**
 * What there is once: domain, addresses, the least of TLS, limits.
 *
 * Security   opened to the loopback alone and TLS 1.2 at least, unless an administrator says otherwise. Standards R334 (null cipher switch)
 */
import { define, type Defined, group, listOf, oneOf, optional, text, whole, yesNo } from './define.ts'

export const system = define({ kind: 'system', collection: 'system', shape: 'one', label: 'System', about: 'What there is once.' }, {
  domain: text({ label: 'Domain', about: 'Right-hand side of every address: sip:1001@domain.', max: 253, named: 'host', preset: 'localhost' }),
  listen: text({ label: 'Listen', about: 'Address that services are bound to, or several with commas between them; 0.0.0.0 for every interface by IPv4, :: for every interface by IPv4 and IPv6.', max: 400, named: 'addresses', preset: '127.0.0.1' }),
  address: optional(text({ label: 'Address', about: 'Address or name that others reach this system at; the first of `listen` where none is given.', max: 253, named: 'host' })),
  tlsMinVersion: oneOf('TLS minimum', 'Oldest version of TLS that is spoken.', ['1.0', '1.1', '1.2', '1.3'], '1.2'),
  clusterId: text({ label: 'Cluster ID', about: 'Name of the cluster; first part of a realm that challenges trunks.', max: 64, named: 'name', preset: 'StandAloneCluster' }),
  sipStationRealm: optional(text({ label: 'SIP station realm', about: 'Realm of challenges to phones; the domain where none is given. Digest passwords belong to it.', max: 128, named: 'realm' })),
  digestAlgorithms: listOf('Digest algorithms', 'Offered to phones, the preferred one first. Many phones of the field give up when anything but MD5 is offered, even beside it.',
    oneOf('Algorithm', 'RFC 7616, RFC 8760.', ['MD5', 'SHA-256', 'SHA-512-256'], 'MD5'), 3, ['MD5']),
  trustedProxies: listOf('Trusted proxies', 'Names and addresses of SIP proxies in front of phones: their Path and Record-Route are followed wherever they lead; anybody else\'s only to where the phone\'s packets come from.',
    text({ label: 'Proxy', about: 'As it stands in Path and Record-Route.', max: 253, named: 'host' }), 32),
  weakSecrets: oneOf('Weak secrets', 'What is done with passwords and PINs that can be guessed: refuse; or warn, for a laboratory alone: they are taken, with a warning each and one at every start.', ['refuse', 'warn'], 'refuse'),
  v150OutboundSdpOfferFiltering: oneOf('V.150 filter', 'What is taken out of offers to trunks whose profile says useDefault (R373).', ['none', 'removeMer', 'removePreMer'], 'none'),
  allowNullCipher: yesNo('Allow null cipher', 'Whether authenticated devices may use TLS without encryption (NULL-SHA).', false),
  guard: optional(group('Guard', 'Limits at the door, where they shall differ from the guard\'s own.', {
    messagesPerSecond: optional(whole('Messages', 'Messages a second from one source that has not proved who it is.', 1, 1_000_000)),
    messagesBurst: optional(whole('Burst', 'Messages at once from such a source.', 1, 1_000_000)),
    knownMessagesPerSecond: optional(whole('Messages, known', 'Messages a second from a source that has.', 1, 1_000_000)),
    knownMessagesBurst: optional(whole('Burst, known', 'Messages at once from a source that has.', 1, 1_000_000)),
    connections: optional(whole('Connections', 'Connections in all.', 1, 1_000_000)),
    connectionsPerSource: optional(whole('Connections a source', 'Connections from one source.', 1, 1_000_000)),
    halfOpen: optional(whole('Half open', 'Handshakes under way at one time.', 1, 1_000_000)),
    handshakeSeconds: optional(whole('Handshake', 'Seconds for a TLS handshake.', 1, 300)),
    quarantineSeconds: optional(whole('Quarantine', 'Seconds that a source with bad behaviour stays out.', 0, 86_400)),
  })),
})

export type System = Defined<typeof system>
