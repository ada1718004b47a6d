/** Every problem of the door: code, sentence, remedy. Codes are stable. */
import type { Problem } from '../kit/result.ts'

const table = {
  // The port table and the site file's `services:`
  'edge.unknownService': ['no service has this name.', 'See `ringfort show ports` for the names.'],
  'edge.portRange': ['a port is a whole number from 0 to 65535 (0: any free port).', 'Correct the number.'],
  'edge.notProvided': ['this service cannot be enabled.', 'Remove it from `services`.'],
  'edge.fixedReach': ['this service stays within the cluster, and no cluster address is set.', 'Set the cluster address or disable the service.'],
  'edge.listenAddress': ['not an IP address of this machine in `system.listen`.', 'Give IPv4 or IPv6 addresses, 0.0.0.0 for all.'],
  'edge.portConflict': ['two services want one port.', 'Give one of them another port.'],
  'edge.tlsConflict': ['a port number serves either TLS or clear signalling, never both.', 'Give one of them another port.'],
  'edge.unusualPort': ['outside the ports that the documentation names for this service.', 'Check the firewalls on the way.'],
  // Listeners
  'edge.portInUse': ['the port is in use by another program.', 'Stop that program or give the service another port.'],
  'edge.portNotPermitted': ['this user may not bind the port.', 'Grant CAP_NET_BIND_SERVICE or give the service a port of 1024 or more.'],
  'edge.addressNotHere': ['this machine does not have the address.', 'Correct `system.listen`.'],
  'edge.listenFailed': ['the listener could not be opened.', 'See the reason.'],
  'edge.fallbackPort': ['bound the fallback port, the usual one is not permitted to this user.', 'Grant CAP_NET_BIND_SERVICE for the usual port.'],
  // The guard
  'edge.tooManyConnections': ['the total of connections is reached.', 'Raise maxConnections if these are phones.'],
  'edge.tooManyFromSource': ['this source holds too many connections.', 'Raise maxConnectionsPerSource if these are phones.'],
  'edge.tooManyHalfOpen': ['too many connections have not finished their first exchange.', undefined],
  'edge.quarantined': ['this source is in quarantine.', 'It ends by itself; see the evidence in the log.'],
  'edge.handshakeTimeout': ['the TLS handshake took too long.', undefined],
  'edge.firstFrame': ['nothing was said in time after connecting.', undefined],
  'edge.slowSender': ['a message came too slowly.', undefined],
  'edge.slowReader': ['the other side does not read what is sent.', undefined],
  'edge.idle': ['nothing was said for too long.', undefined],
  // Connections
  'edge.handshakeFailed': ['the TLS handshake failed.', 'See the reason; `ringfort show certificates` lists ours.'],
  'edge.connectTimeout': ['no answer to the connection attempt in time.', undefined],
  'edge.connectFailed': ['the connection could not be made.', undefined],
  'edge.connectionLost': ['the connection broke.', undefined],
  'edge.certificateName': ['the certificate does not carry the name that was called.', 'Correct the name or have the peer show the right certificate.'],
  'edge.certificatePinned': ['the certificate is none of those that the trunk is pinned to.', 'Add its fingerprint to pinnedCertificates, or have the peer show the right one.'],
  'edge.certificateWeakPeer': ['the certificate of the other side is too weak for a connection without encryption, or no authority that we trust has signed it itself.', 'ECDSA P-256 or RSA of 2048 bits or more, SHA-256 or better; `ringfort certificate trust` also takes the authority that stands between.'],
  'edge.noConnection': ['there is no connection to answer on.', undefined],
  'edge.noSocket': ['no listener of this kind and address family is open.', 'Enable the service.'],
  'edge.tooManyPending': ['too much waits for this connection.', undefined],
  'edge.datagramTooLarge': ['larger than a datagram.', 'Use TCP or TLS.'],
  'edge.sendFailed': ['the datagram could not be sent.', undefined],
  'edge.badWebSocket': ['the WebSocket broke a rule.', undefined],
  'edge.notExpected': ['no trunk is expected there any more.', undefined],
  'edge.listenerClosed': ['the service was closed or moved by the configuration.', undefined],
  'edge.closing': ['the system is stopping.', undefined],
  'edge.engineThrew': ['a defect of ours ended one input.', 'Please report it with the stack in the log.'],
  // Certificates
  'edge.caKeyMissing': ['the certificate authority has no key.', 'Restore pki/ca.key from a backup. Removing pki/ca.pem makes a new authority that every phone must be given again.'],
  'edge.caDamaged': ['the certificate authority cannot be read.', 'Restore pki/ca.pem and pki/ca.key from a backup. Removing both makes a new authority that every phone must be given again.'],
  'edge.caExpired': ['the certificate authority has expired.', 'Remove pki/ca.pem and pki/ca.key to make a new one, and give it to every phone.'],
  'edge.certificateMissing': ['the certificate file cannot be read.', 'Correct the path or the permissions.'],
  'edge.certificateGarbage': ['this is not a certificate in PEM form.', 'Give a PEM file that begins with -----BEGIN CERTIFICATE-----, the server certificate first.'],
  'edge.certificateExpired': ['the certificate is out of date.', 'Have it renewed.'],
  'edge.certificateWeak': ['the key of the certificate is too weak.', 'Use ECDSA P-256 or RSA of 2048 bits or more.'],
  'edge.keyMissing': ['the key file cannot be read.', 'Correct the path or the permissions.'],
  'edge.keyGarbage': ['this is not a private key in PEM form without a passphrase.', 'Give a PEM file that begins with -----BEGIN PRIVATE KEY-----.'],
  'edge.keyMismatch': ['the key does not belong to the certificate.', 'Give the two files that belong together.'],
  'edge.keyReadable': ['others on this machine may read the key file.', 'chmod 600 the key file.'],
  'edge.certificateReissued': ['the server certificate was damaged or out of date and was issued anew.', undefined],
  'edge.noAuthority': ['this certificate is no authority.', 'Give the certificate of the authority that signs the peers\' (CA:TRUE); a single peer is pinned by pinnedCertificates.'],
  'edge.certificateNameRefused': ['not a name that a certificate can carry.', 'Use a host name, an IP address or a device name of letters, digits, dot, hyphen and underscore, at most 64.'],
  'edge.directoryUnwritable': ['the pki directory cannot be written.', 'Correct its owner and mode (0700), or make room on its disk.'],
  'edge.outUnwritable': ['the key and the certificate cannot be written to this directory.', 'Make room there, correct its owner and mode, or name another with --out.'],
} as const satisfies Record<string, readonly [string, string | undefined]>

export type EdgeCode = keyof typeof table

/** All codes, for documentation and for tests. */
export const edgeCodes = Object.keys(table) as readonly EdgeCode[]

/** The problem of this code; `detail` is put into the sentence and must hold no secret. */
export function problem(code: EdgeCode, where?: string, detail?: string): Problem {
  const [text, remedy] = table[code]
  return { code, text: detail ? `${text.slice(0, -1)}: ${detail.replace(/\.$/, '')}.` : text, where, remedy }
}

/** What node says about a failure: its code where it has one, else its message without line ends. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = typeof code === 'string' ? code : String(message ?? error)
  return text.replaceAll(/[\r\n]+/g, ' ').slice(0, 200)
}

