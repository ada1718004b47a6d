/** SRTP: packets of 160 octets protected and unprotected in place, a CPU second; beside libsrtp2 where its library and a C compiler are there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printRtp } from '../src/wire/rtp/index.ts'
import { keyLength, newReceiver, newSender, ownKey, protectRtp, type SuiteName, unprotectRtp } from '../src/wire/rtp/srtp/index.ts'
import { type Bench, type Figure, rate } from './figure.ts'

const batch = 4_000
const aims = { AES_CM_128_HMAC_SHA1_80: 300_000, AES_CM_128_HMAC_SHA1_32: undefined, AEAD_AES_128_GCM: 70_000, AEAD_AES_256_GCM: 70_000 } as const satisfies Partial<Record<SuiteName, number | undefined>>
type Measured = keyof typeof aims
const key = (suite: SuiteName) => ownKey(suite, Buffer.alloc(keyLength(suite), 5))

function protecting(suite: Measured): () => void {
  const sender = newSender(key(suite)), packet = Buffer.alloc(200), plain = printRtp({ payloadType: 0, sequence: 0, timestamp: 0, ssrc: 1, payload: Buffer.alloc(160, 1) })
  let sequence = 0
  return () => {
    for (let n = 0; n < batch; n++) {
      packet.set(plain)
      packet.writeUInt16BE(sequence++ & 0xffff, 2)
      if (protectRtp(sender, packet, 172) === 'srtp.reused') throw new Error('the bench sends a packet twice')
    }
  }
}

/** Every round opens the same packets with a receiver that has seen none of them. */
function unprotecting(suite: Measured): () => void {
  const sender = newSender(key(suite)), packet = Buffer.alloc(200)
  const wires = Array.from({ length: batch }, (_, sequence) => {
    const wire = Buffer.concat([printRtp({ payloadType: 0, sequence, timestamp: 0, ssrc: 1, payload: Buffer.alloc(160, 1) }), Buffer.alloc(16)])
    return wire.subarray(0, Number(protectRtp(sender, wire, 172)))
  })
  return () => {
    const receiver = newReceiver(key(suite))
    for (const wire of wires) {
      packet.set(wire)
      if (unprotectRtp(receiver, packet, wire.length) !== 172) throw new Error('a packet of the bench was refused')
    }
  }
}

const policies: Record<Measured, string> = {
  AES_CM_128_HMAC_SHA1_80: 'srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80', AES_CM_128_HMAC_SHA1_32: 'srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32',
  AEAD_AES_128_GCM: 'srtp_crypto_policy_set_aes_gcm_128_16_auth', AEAD_AES_256_GCM: 'srtp_crypto_policy_set_aes_gcm_256_16_auth',
}

/** Protects and unprotects likewise, and prints packets a CPU second of each. SRTP_ROOT: where libsrtp2-dev was unpacked, if not in /. */
const program = (suite: Measured) => `#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
static double cpu(void) { struct timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(void) {
  static unsigned char key[64], wires[${batch}][200]; static int lengths[${batch}];
  memset(key, 5, sizeof key); srtp_init();
  for (int round = 0; round < 7; round++) {
    srtp_policy_t p; srtp_t out, in; double sealing = 0, opening = 0; long done = 0;
    memset(&p, 0, sizeof p); ${policies[suite]}(&p.rtp); ${policies[suite]}(&p.rtcp); p.key = key; p.window_size = 128;
    while (sealing + opening < 0.2) {
      p.ssrc.type = ssrc_any_outbound; if (srtp_create(&out, &p)) return 1;
      p.ssrc.type = ssrc_any_inbound; if (srtp_create(&in, &p)) return 1;
      for (int i = 0; i < ${batch}; i++) { memset(wires[i], 1, 172); unsigned char *w = wires[i]; w[0] = 0x80; w[1] = 0; w[2] = i >> 8; w[3] = i; lengths[i] = 172; }
      double a = cpu(); for (int i = 0; i < ${batch}; i++) if (srtp_protect(out, wires[i], &lengths[i])) return 2;
      double b = cpu(); for (int i = 0; i < ${batch}; i++) if (srtp_unprotect(in, wires[i], &lengths[i])) return 3;
      opening += cpu() - b; sealing += b - a; done += ${batch}; srtp_dealloc(out); srtp_dealloc(in);
    }
    printf("%f %f\\n", done / sealing, done / opening);
  }
  return 0;
}
`

/** Packets a CPU second of libsrtp2: protect, unprotect; undefined where it cannot be built here. */
function libsrtp(suite: Measured): [number[], number[]] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'srtp-')), root = process.env.SRTP_ROOT ?? '', source = join(folder, 'bench.c'), built = join(folder, 'bench')
  const libraries = root === '' ? [] : [`-I${root}/usr/include`, `-L${root}/usr/lib/x86_64-linux-gnu`, `-Wl,-rpath,${root}/usr/lib/x86_64-linux-gnu`]
  try {
    writeFileSync(source, program(suite))
    execFileSync(process.env.CC ?? 'cc', ['-O2', source, '-o', built, ...libraries, '-lsrtp2'], { stdio: 'ignore' })
    const rounds = execFileSync(built, { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ').map(Number))
    return [rounds.map(([sealing = 0]) => sealing), rounds.map(([, opening = 0]) => opening)]
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function figures(suite: Measured): Figure[] {
  const theirs = libsrtp(suite), value = aims[suite], note = theirs ? undefined : 'libsrtp2-dev or a C compiler is not here: no ratio'
  const figure = (what: string, work: () => void, peer: number[] | undefined): Figure => ({
    what: `${suite} ${what}`, unit: 'packets a CPU second', values: rate(work, batch), aim: value === undefined ? undefined : { value },
    peer: peer && { name: 'libsrtp2', values: peer }, note,
  })
  return [figure('protect', protecting(suite), theirs?.[0]), figure('unprotect', unprotecting(suite), theirs?.[1])]
}

export const srtp: Bench = {
  name: 'srtp',
  what: 'Packets of 160 octets of payload, protected and unprotected in place on one core, a stream a key; libsrtp2 does the same in C.',
  run: async () => Object.keys(aims).flatMap((suite) => figures(suite as Measured)),
}
