/** Clients that others wrote: Python's imaplib, curl, mbsync, fetchmail. All on 127.0.0.1. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { printVoiceMessage } from '../../../src/wire/mime/index.ts'
import { deposit, type Memory, newMemory, password, uidsOf, user } from './memory.ts'
import { listen, type Server } from './server.ts'

const run = promisify(execFile)
const present = (program: string, ...parameters: string[]) => spawnSync(program, parameters).status === 0
const audio = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 131 + (i >> 8)) & 255))

function voice(n: number): string {
  const made = printVoiceMessage({
    from: { name: 'Bob', address: 'bob@example.org' }, to: [{ address: 'ada@example.org' }], at: 1_700_000_000_000 + n * 60_000, messageId: `${n}@example.org`, subject: `Message ${n}`,
    audio: { type: 'audio/wav', octets: audio, seconds: 25, fileName: `m${n}.wav` }, urgent: n === 2, private: false,
  }, `token${n}`)
  assert.ok(made.ok)
  return made.value
}

/** A box of three messages, and a server that ends with the test. */
async function town(t: TestContext, secure: boolean): Promise<{ memory: Memory; server: Server; folder: string }> {
  const memory = newMemory(), server = await listen(memory, secure), folder = mkdtempSync(join(tmpdir(), 'imap-peer-'))
  t.after(async () => { await server.close(); rmSync(folder, { recursive: true }) })
  for (const n of [1, 2, 3]) deposit(memory, 'INBOX', voice(n))
  return { memory, server, folder }
}

type Answers = Readonly<Record<'clear' | 'select' | 'search' | 'structure' | 'audio' | 'partial' | 'store' | 'copy' | 'append' | 'uid' | 'deleted' | 'status' | 'create' | 'bad', string>> & { readonly capabilities: string[]; readonly list: string[]; readonly expunge: string[]; readonly lsub: number }

const imaplib = `
import imaplib, ssl, sys, email, json, hashlib
port, cafile, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=cafile)
m = imaplib.IMAP4('localhost', port)
out = {}
try:
    m.login(user, password)
    out['clear'] = 'OK'
except imaplib.IMAP4.error as e:
    out['clear'] = str(e)
m = imaplib.IMAP4('localhost', port)
m.starttls(context)
m.login(user, password)
out['capabilities'] = m.capabilities
out['list'] = [l.decode() for l in m.list()[1]]
out['select'] = m.select('INBOX')[1][0].decode()
out['search'] = m.search(None, 'UNSEEN', 'SUBJECT', '"Message 2"')[1][0].decode()
out['structure'] = m.fetch('2', '(BODYSTRUCTURE ENVELOPE)')[1][0].decode()
data = m.fetch('2', '(BODY.PEEK[])')[1][0][1]
parts = [p for p in email.message_from_bytes(data).walk() if p.get_content_type() == 'audio/wav']
out['audio'] = hashlib.sha256(parts[0].get_payload(decode=True)).hexdigest()
out['partial'] = m.fetch('2', '(BODY.PEEK[HEADER]<0.4>)')[1][0][1].decode()
out['store'] = m.store('1', '+FLAGS', '(\\\\Flagged $Work)')[1][0].decode()
out['copy'] = m.copy('1', '"Deleted Items"')[0]
out['append'] = m.append('Sent', '(\\\\Seen)', '"17-Jul-1996 02:44:25 -0700"', b'Subject: sent\\r\\n\\r\\nbody\\r\\n')[1][0].decode()
out['uid'] = m.uid('MOVE', '3', '"Deleted Items"')[0]
out['deleted'] = m.store('1', '+FLAGS.SILENT', '(\\\\Deleted)')[0]
out['expunge'] = [n.decode() for n in m.expunge()[1]]
out['status'] = m.status('"Deleted Items"', '(MESSAGES UIDNEXT UNSEEN)')[1][0].decode()
out['create'] = m.create('Archive/2026')[0]
out['lsub'] = len(m.lsub()[1])
try:
    m.fetch('99', '(FLAGS)')
except imaplib.IMAP4.error as e:
    out['bad'] = str(e)
m.close()
m.logout()
json.dump(out, sys.stdout)
`

test("R010 RFC 3501 Python's imaplib: STARTTLS, LOGIN, LIST, SELECT, SEARCH, FETCH, STORE, COPY, MOVE, APPEND, EXPUNGE", async (t) => {
  if (!present('python3', '--version')) { t.diagnostic('python3 is absent'); return }
  const { memory, server } = await town(t, false), { stdout } = await run('python3', ['-c', imaplib, String(server.port), server.authority, user, password])
  const out = JSON.parse(stdout) as Answers
  assert.match(out.clear, /PRIVACYREQUIRED/)
  assert.ok(out.capabilities.includes('AUTH=PLAIN'))
  assert.deepEqual(out.list, ['(\\HasNoChildren) "/" "INBOX"', '(\\HasNoChildren \\Sent) "/" "Sent"', '(\\HasNoChildren \\Trash) "/" "Deleted Items"'])
  assert.equal(out.select, '3')
  assert.equal(out.search, '2')
  assert.match(out.structure, /"audio" "wav" NIL NIL "Voice message" "base64" \d+ NIL \("inline"/)
  assert.equal(out.audio, createHash('sha256').update(audio).digest('hex'))
  assert.equal(out.partial, 'Date')
  assert.match(out.store, /^1 \(FLAGS \(\\Flagged \$Work \\Recent\)/)
  assert.deepEqual([out.copy, out.uid, out.deleted, out.create], ['OK', 'OK', 'OK', 'OK'])
  assert.match(out.append, /APPENDUID \d+ 1/)
  assert.deepEqual(out.expunge, ['3', '1'])                                               // imaplib gathers that of MOVE too
  assert.equal(out.status, '"Deleted Items" (MESSAGES 2 UIDNEXT 3 UNSEEN 2)')
  assert.equal(out.lsub, 3)
  assert.match(out.bad, /BAD/)
  assert.deepEqual([uidsOf(memory, 'INBOX'), uidsOf(memory, 'Deleted Items')], [[2], [1, 2]])
  assert.equal(memory.mailboxes.get('Sent')!.messages[0]!.received, Date.UTC(1996, 6, 17, 9, 44, 25))
})

const idle = `
import imaplib, ssl, sys
m = imaplib.IMAP4_SSL('localhost', int(sys.argv[1]), ssl_context=ssl.create_default_context(cafile=sys.argv[2]))
m.login(sys.argv[3], sys.argv[4])
m.select('INBOX')
m.send(b'x IDLE\\r\\n')
print(m.readline().decode().strip(), flush=True)
print(m.readline().decode().strip(), flush=True)
print(m.readline().decode().strip(), flush=True)
m.send(b'DONE\\r\\n')
print(m.readline().decode().strip(), flush=True)
`

test('R011 RFC 2177 a new message is pushed to a client that idles', async (t) => {
  if (!present('python3', '--version')) { t.diagnostic('python3 is absent'); return }
  const { memory, server } = await town(t, true), { promise, child } = (() => { const p = run('python3', ['-c', idle, String(server.port), server.authority, user, password]); return { promise: p, child: p.child } })()
  child.stdout?.once('data', () => { deposit(memory, 'INBOX', voice(4)) })
  assert.deepEqual((await promise).stdout.trim().split('\n'), ['+ Idling.', '* 4 EXISTS', '* 3 RECENT', 'x OK Done.'])
})

test('R010 R011 curl reads a message over STARTTLS and over TLS, lists, searches, appends', async (t) => {
  if (!present('curl', '--version')) { t.diagnostic('curl is absent'); return }
  for (const secure of [false, true]) {
    const { memory, server, folder } = await town(t, secure), base = `${secure ? 'imaps' : 'imap'}://localhost:${server.port}`
    const curl = async (...more: string[]) => (await run('curl', ['-sS', '--ssl-reqd', '--cacert', server.authority, '-u', `${user}:${password}`, ...more], { encoding: 'latin1', maxBuffer: 1 << 24 })).stdout
    assert.equal(await curl(`${base}/INBOX;MAILINDEX=1`), memory.mailboxes.get('INBOX')!.messages[0]!.text)
    assert.match(await curl(base), /LIST \(\\HasNoChildren \\Sent\) "\/" "Sent"/)
    assert.match(await curl(`${base}/INBOX?SUBJECT%20%22Message%203%22`), /^\* SEARCH 3\r\n$/)
    assert.match(await curl(`${base}/INBOX;UID=2;SECTION=HEADER.FIELDS%20(SUBJECT)`), /^Subject: Message 2/)
    assert.match(await curl('-X', 'UID FETCH 1:* (FLAGS)', `${base}/INBOX`), /\* 3 FETCH \(UID 3 FLAGS/)
    writeFileSync(join(folder, 'm'), voice(9), 'latin1')
    await curl('-T', join(folder, 'm'), `${base}/Sent`)
    assert.equal(memory.mailboxes.get('Sent')!.messages.at(-1)?.text, voice(9))
    await assert.rejects(curl('-u', `${user}:wrong`, base), /67|denied/)
  }
})

test('RFC 3501 mbsync copies the boxes, both ways, and finds nothing to do the second time', async (t) => {
  if (!present('mbsync', '--version')) { t.diagnostic('mbsync is absent'); return }
  const { memory, server, folder } = await town(t, false), local = join(folder, 'mail'), config = join(folder, 'mbsyncrc')
  mkdirSync(local)
  writeFileSync(config, `IMAPStore far
Host localhost
Port ${server.port}
User ${user}
Pass "${password}"
SSLType STARTTLS
CertificateFile ${server.authority}

MaildirStore near
SubFolders Verbatim
Path ${local}/
Inbox ${local}/INBOX

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`)
  const sync = () => run('mbsync', ['-c', config, '-a'], { maxBuffer: 1 << 24, env: { ...process.env, HOME: folder } })
  await sync()
  const files = () => ['cur', 'new'].flatMap((kind) => readdirSync(join(local, 'INBOX', kind)))
  assert.equal(files().length, 3)
  memory.mailboxes.get('INBOX')!.messages[0]!.flags.push('\\Seen')
  writeFileSync(join(local, 'INBOX', 'cur', '1.own:2,S'), 'From: ada@example.org\nSubject: own\n\nbody\n')
  await sync()
  const inbox = memory.mailboxes.get('INBOX')!
  assert.deepEqual(inbox.messages.map((m) => m.text.includes('Subject: own')), [false, false, false, true])
  assert.deepEqual(inbox.messages[3]!.flags, ['\\Seen'])
  assert.ok(files().some((name) => name.endsWith(':2,S') && !name.startsWith('1.own')), 'the mark came over')
  const before = JSON.stringify([inbox.uidNext, inbox.modSeq])
  await sync()
  assert.equal(JSON.stringify([inbox.uidNext, inbox.modSeq]), before)
})

test('RFC 3501 fetchmail takes the messages and leaves them', async (t) => {
  if (!present('fetchmail', '--version')) { t.diagnostic('fetchmail is absent'); return }
  const { memory, server, folder } = await town(t, false), config = join(folder, 'rc'), box = join(folder, 'box')
  writeFileSync(config, `poll localhost protocol imap port ${server.port} user "${user}" password "${password}" sslproto "TLS1.2+" sslcertck sslcertfile "${server.authority}" sslcommonname localhost keep mda "cat >> ${box}"\n`, { mode: 0o600 })
  const { stdout } = await run('fetchmail', ['-f', config, '--nodetach', '--nosyslog', '-i', join(folder, 'ids')], { env: { ...process.env, FETCHMAILHOME: folder, HOME: folder }, maxBuffer: 1 << 24 })
  assert.match(stdout, /3 messages/)
  assert.deepEqual(memory.mailboxes.get('INBOX')!.messages.map((m) => m.flags.includes('\\Seen')), [true, true, true])
})
