/** RFC 3501 6, RFC 9051 6: every command in its shapes, and every shape that is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Command, isAppend, parseCommand, tagOf } from '../../../src/wire/imap/index.ts'
import { everywhere, linear } from '../../linear.ts'

const commandOf = (text: string, isUtf8 = false): unknown => {
  const parsed = parseCommand(`a ${text}`, isUtf8)
  return 'problem' in parsed ? parsed.problem.code : JSON.parse(JSON.stringify(parsed.command))
}
const one = [{ from: 1, to: 1 }]
const section = (name: string, path: number[], text = '', fields: string[] = [], peek = false) => ({ is: 'section', name, section: { path, text, fields }, peek, decoded: false })
const listing = { reference: '', patterns: ['*'], only: { subscribed: false, special: false, recursive: false }, give: { subscribed: false, special: false, status: [] as string[] }, old: false }
const fetched = (items: unknown[], more = {}) => ({ is: 'fetch', uid: false, set: one, items, vanished: false, ...more })

const rows: [string, string, unknown][] = [
  ['RFC 3501 6.1.1', 'CAPABILITY', { is: 'capability' }],
  ['RFC 3501 6.1.2', 'noop', { is: 'noop' }],
  ['RFC 2971 3.1', 'ID NIL', { is: 'id', fields: [] }],
  ['RFC 2971 3.1', 'ID ("name" "x" "os" NIL)', { is: 'id', fields: [['name', 'x'], ['os', null]] }],
  ['RFC 5161 3.1', 'ENABLE CONDSTORE imap4rev2', { is: 'enable', names: ['CONDSTORE', 'IMAP4REV2'] }],
  ['RFC 3501 6.2.3', 'LOGIN smith sesame', { is: 'login', user: 'smith', password: '[secret]' }],
  ['RFC 3501 6.2.3', 'LOGIN {5}\r\nsmith "a \\"b\\\\"', { is: 'login', user: 'smith', password: '[secret]' }],
  ['RFC 4959 4', 'AUTHENTICATE PLAIN AHQAdA==', { is: 'authenticate', mechanism: 'PLAIN', initial: '[secret]' }],
  ['RFC 3501 6.2.2', 'AUTHENTICATE plain', { is: 'authenticate', mechanism: 'PLAIN' }],
  ['RFC 3501 6.3.1', 'SELECT inbox', { is: 'select', mailbox: 'INBOX', condstore: false }],
  ['RFC 7162 3.1.8', 'EXAMINE "a b" (CONDSTORE)', { is: 'examine', mailbox: 'a b', condstore: true }],
  ['RFC 7162 3.2.5', 'SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))', { is: 'select', mailbox: 'INBOX', condstore: true, resync: { uidValidity: 67890007, modSeq: Number.MAX_SAFE_INTEGER, known: [{ from: 41, to: 41 }, { from: 43, to: 211 }, { from: 214, to: 541 }] } }],
  ['RFC 7162 3.2.5.2', 'SELECT INBOX (QRESYNC (1 2 (1,5 7,9)))', { is: 'select', mailbox: 'INBOX', condstore: true, resync: { uidValidity: 1, modSeq: 2 } }],
  ['RFC 3501 6.3.3', 'CREATE owatagusiam/', { is: 'create', mailbox: 'owatagusiam', uses: [] }],
  ['RFC 6154 3', 'CREATE Sent (USE (\\sent))', { is: 'create', mailbox: 'Sent', uses: ['\\Sent'] }],
  ['RFC 3501 6.3.5', 'RENAME a &ZeVnLIqe-', { is: 'rename', mailbox: 'a', to: '日本語' }],
  ['RFC 3501 6.3.8', 'LIST "" *', { is: 'list', listing }],
  ['RFC 3501 6.3.8', 'LIST "a/" %', { is: 'list', listing: { ...listing, reference: 'a/', patterns: ['%'] } }],
  ['RFC 5258 6', 'LIST (SUBSCRIBED RECURSIVEMATCH) "" (a b*)', { is: 'list', listing: { ...listing, patterns: ['a', 'b*'], only: { subscribed: true, special: false, recursive: true }, give: { ...listing.give, subscribed: true } } }],
  ['RFC 5819 2', 'LIST () "" * RETURN (CHILDREN STATUS (MESSAGES UNSEEN))', { is: 'list', listing: { ...listing, give: { ...listing.give, status: ['MESSAGES', 'UNSEEN'] } } }],
  ['RFC 3501 6.3.9', 'LSUB "" *', { is: 'list', listing: { ...listing, only: { ...listing.only, subscribed: true }, old: true } }],
  ['RFC 3501 6.3.10', 'STATUS blurdybloop (UIDNEXT messages)', { is: 'status', mailbox: 'blurdybloop', items: ['UIDNEXT', 'MESSAGES'] }],
  ['RFC 3501 6.3.11', 'APPEND saved-messages (\\seen) "17-Jul-1996 02:44:25 -0700" {310}\r\n', { is: 'append', mailbox: 'saved-messages', flags: ['\\Seen'], date: Date.UTC(1996, 6, 17, 9, 44, 25), size: 310 }],
  ['RFC 7888 3', 'APPEND x {0+}\r\n', { is: 'append', mailbox: 'x', flags: [], size: 0 }],
  ['RFC 4315 2.1', 'UID EXPUNGE 3000:3002', { is: 'expunge', uids: [{ from: 3000, to: 3002 }] }],
  ['RFC 3501 6.4.4', 'SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"', { is: 'search', uid: false, modSeq: false, key: { is: 'and', keys: [{ is: 'flag', flag: '\\Flagged', has: true }, { is: 'received', how: 'since', day: 8797 }, { is: 'not', key: { is: 'header', name: 'From', text: 'Smith' } }] } }],
  ['RFC 3501 6.4.4', 'SEARCH CHARSET UTF-8 TEXT {6}\r\n\xd0\x9f\xd1\x80\xd0\xb8', { is: 'search', uid: false, modSeq: false, key: { is: 'text', text: 'При' } }],
  ['RFC 3501 6.4.4', 'UID SEARCH OR (1:2 UID 3) LARGER 5', { is: 'search', uid: true, modSeq: false, key: { is: 'or', keys: [{ is: 'and', keys: [{ is: 'messages', uid: false, set: [{ from: 1, to: 2 }] }, { is: 'messages', uid: true, set: [{ from: 3, to: 3 }] }] }, { is: 'size', how: 'larger', octets: 5 }] } }],
  ['RFC 3501 6.4.4', 'SEARCH NEW', { is: 'search', uid: false, modSeq: false, key: { is: 'and', keys: [{ is: 'recent' }, { is: 'flag', flag: '\\Seen', has: false }] } }],
  ['RFC 4731 3.1', 'SEARCH RETURN () ALL', { is: 'search', uid: false, give: ['ALL'], modSeq: false, key: { is: 'all' } }],
  ['RFC 7162 3.1.5', 'SEARCH MODSEQ "/flags/\\\\draft" all 620162338', { is: 'search', uid: false, modSeq: true, key: { is: 'modSeq', least: 620162338 } }],
  ['RFC 3501 6.4.5', 'FETCH 1 FAST', fetched([{ is: 'flags' }, { is: 'internalDate' }, { is: 'size' }])],
  ['RFC 3501 6.4.5', 'FETCH 1 BODY', fetched([{ is: 'body' }])],
  ['RFC 3501 6.4.5', 'FETCH 1 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])', fetched([{ is: 'flags' }, section('BODY[HEADER.FIELDS (DATE FROM)]', [], 'HEADER.FIELDS', ['DATE', 'FROM'])])],
  ['RFC 3501 6.4.5', 'FETCH 1 BODY.PEEK[4.2.MIME]', fetched([section('BODY[4.2.MIME]', [4, 2], 'MIME', [], true)])],
  ['RFC 3501 6.4.5', 'FETCH 1 BODY[]<0.2048>', fetched([{ ...section('BODY[]<0>', []), partial: { offset: 0, length: 2048 } }])],
  ['RFC 3501 6.4.5', 'FETCH 1 body[1.text]', fetched([section('BODY[1.TEXT]', [1], 'TEXT')])],
  ['RFC 3501 6.4.5', 'FETCH 1 RFC822.HEADER', fetched([section('RFC822.HEADER', [], 'HEADER', [], true)])],
  ['RFC 3516 4.2', 'FETCH 1 (BINARY.SIZE[2] BINARY[2])', fetched([{ is: 'decodedSize', name: 'BINARY.SIZE[2]', section: { path: [2], text: '', fields: [] } }, { ...section('BINARY[2]', [2]), decoded: true }])],
  ['RFC 7162 3.2.6', 'UID FETCH 1 (FLAGS) (CHANGEDSINCE 12345 VANISHED)', fetched([{ is: 'flags' }], { uid: true, changedSince: 12345, vanished: true })],
  ['RFC 3501 6.4.6', 'STORE 1 +FLAGS (\\Deleted)', { is: 'store', uid: false, set: one, how: 'add', silent: false, flags: ['\\Deleted'] }],
  ['RFC 3501 6.4.6', 'STORE 1 flags.silent \\seen $Work', { is: 'store', uid: false, set: one, how: 'set', silent: true, flags: ['\\Seen', '$Work'] }],
  ['RFC 7162 3.1.3', 'UID STORE 1 (UNCHANGEDSINCE 320162338) -FLAGS ()', { is: 'store', uid: true, set: one, how: 'remove', silent: false, flags: [], unchangedSince: 320162338 }],
  ['RFC 5182 2.1', 'COPY $ "Other Messages"', { is: 'copy', uid: false, set: '$', mailbox: 'Other Messages' }],
  ['RFC 6851 3.1', 'UID MOVE 42:69 foo', { is: 'move', uid: true, set: [{ from: 42, to: 69 }], mailbox: 'foo' }],
  ['RFC 3501 9', 'COPY * x', { is: 'copy', uid: false, set: [{ from: 2 ** 32, to: 2 ** 32 }], mailbox: 'x' }],
]
for (const [rfc, text, wanted] of rows) test(`${rfc} ${text.slice(0, 60).replaceAll('\r\n', ' ')}`, () => assert.deepEqual(commandOf(text), wanted))

test('RFC 9051 5.1 names are UTF-8 once rev2 is enabled', () => {
  assert.deepEqual(commandOf('DELETE "\xe5\x8f\xb0"', true), { is: 'delete', mailbox: '台' })
  assert.equal(commandOf('DELETE "\xe5\x8f\xb0"'), 'imap.mailbox')
})

const wrong: [string, string][] = [
  ['', 'imap.atom'], ['XYZZY', 'imap.unknown'], ['NOOP ', 'imap.more'], ['NOOP x', 'imap.more'], ['LOGIN', 'imap.space'], ['LOGIN smith', 'imap.space'], ['LOGIN "smith', 'imap.string'], ['LOGIN "a\\x" b', 'imap.string'],
  ['LOGIN a b c', 'imap.more'], ['LOGIN {5}\r\nab', 'imap.string'], ['LOGIN a\0 b', 'imap.space'], ['SELECT', 'imap.space'], ['SELECT ""', 'imap.mailbox'], ['SELECT a (X)', 'imap.item'], ['LIST "" ""x', 'imap.more'],
  ['LIST (RECURSIVEMATCH) "" *', 'imap.item'], ['LIST "" (', 'imap.mailbox'], ['STATUS a ()', 'imap.atom'], ['STATUS a (X)', 'imap.item'], ['FETCH 0 FLAGS', 'imap.set'], ['FETCH 1 ()', 'imap.item'], ['FETCH 1 XYZ', 'imap.item'],
  ['FETCH 1 (FLAGS', 'imap.list'], ['FETCH 1 (ALL)', 'imap.item'], ['FETCH 1 BODY[MIME]', 'imap.section'], ['FETCH 1 BODY[1.]', 'imap.section'], ['FETCH 1 BODY[0]', 'imap.section'], ['FETCH 1 BODY[HEADER.FIELDS ()]', 'imap.string'],
  ['FETCH 1 BODY[]<0.0>', 'imap.number'], ['FETCH 1 BODY[', 'imap.section'], ['FETCH 1 BODY[HEADER.FIELDS ({2}\r\n\r\n)]', 'imap.section'], ['FETCH 1 (FLAGS) (VANISHED)', 'imap.item'],
  ['STORE 1 FLAGS (\\Recent)', 'imap.flag'], ['STORE 1 FLAGS (\\Xyz)', 'imap.flag'], ['STORE 1 FLAG (\\Seen)', 'imap.item'], ['STORE 1 (UNCHANGEDSINCE x) FLAGS ()', 'imap.number'],
  ['SEARCH', 'imap.space'], ['SEARCH XYZ', 'imap.key'], ['SEARCH CHARSET KOI8-R ALL', 'imap.charset'], ['SEARCH (ALL', 'imap.list'], ['SEARCH SINCE 31-Feb-2026', 'imap.date'], ['SEARCH NOT', 'imap.space'], ['SEARCH RETURN (X) ALL', 'imap.item'],
  ['UID XYZ 1', 'imap.unknown'], ['UID', 'imap.space'], ['ID (', 'imap.string'], ['ID ("a")', 'imap.space'], ['ENABLE', 'imap.space'], ['AUTHENTICATE PLAIN ', 'imap.string'], ['APPEND a (\\Seen) "x" {3}\r\n', 'imap.date'], ['APPEND a', 'imap.space'],
  ['CREATE a (USE (\\Inbox))', 'imap.item'], ['__proto__', 'imap.unknown'], ['FETCH 1 CONSTRUCTOR', 'imap.item'], ['SEARCH constructor', 'imap.key'],
]
for (const [text, code] of wrong) test(`RFC 3501 7.1.3 "${text.replaceAll('\r\n', ' ')}" is ${code}`, () => assert.equal(commandOf(text), code))

test('RFC 3501 2.2.1 what has no tag is told to nobody', () => {
  for (const text of ['', ' NOOP', '* NOOP', '+ NOOP', '"a" NOOP', `${'x'.repeat(65)} NOOP`]) assert.deepEqual(Object.keys(parseCommand(text, false)), ['tag', 'problem'])
  assert.equal(parseCommand('+ NOOP', false).tag, undefined)
  assert.equal(tagOf('a1 LOGIN'), 'a1')
  assert.equal(tagOf('a1'), undefined)
})

test('RFC 3501 6.3.11 an APPEND is known by its verb', () => {
  assert.ok(isAppend('a append INBOX {3}\r\n'))
  assert.ok(!isAppend('a LOGIN append {3}\r\n') && !isAppend(' APPEND x'))
})

test('A6 brackets and keys are nested no more deeply than is read', () => {
  assert.equal(commandOf(`SEARCH ${'('.repeat(100_000)}ALL${')'.repeat(100_000)}`), 'imap.depth')
  assert.equal(commandOf(`SEARCH ${'NOT '.repeat(100_000)}ALL`), 'imap.depth')
  assert.equal(commandOf(`SEARCH ${'ALL '.repeat(2_000)}ALL`), 'imap.key')
  assert.equal(commandOf(`FETCH 1 (${'FLAGS '.repeat(200)}FLAGS)`), 'imap.list')
})

const read = (text: string): Command | undefined => { const parsed = parseCommand(text, false); return 'command' in parsed ? parsed.command : undefined }
linear('A5 RFC 3501 9', 8_000, everywhere(read, {
  'a quoted string of': ['a LOGIN "', '" x'], 'a set of': ['a FETCH 1', ' FLAGS'], 'a search of': ['a SEARCH ', ' ALL'], 'a section of': ['a FETCH 1 BODY[', ']'], 'a pattern of': ['a LIST "" "', '"'], 'an ID of': ['a ID (', ')'],
}))
