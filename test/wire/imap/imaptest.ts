/** Plays the scripts of Dovecot's imaptest against a session in memory. Their language: https://imapwiki.org/ImapTest/ScriptedTest */
import type { Memory } from './memory.ts'
import { newMemory, password, user } from './memory.ts'
import { newTalk, type Talk } from './talk.ts'

type Node = string | readonly Node[]
interface Step { readonly connection: number; readonly command: string; readonly status: string; readonly wanted: string[]; readonly banned: string[]; tagged: string }
export interface Script { readonly head: ReadonlyMap<string, string>; readonly steps: readonly Step[] }
/** A message of the mbox with the time of its From line. */
interface Mail { readonly text: string; readonly date: string }
interface Connection { readonly talk: Talk; /** Which message stands at which place, by its number as the command began. */ places: number[] }
interface Play { readonly memory: Memory; readonly connections: Connection[]; readonly values: Map<string, string>; readonly mails: readonly Mail[]; next: number; readonly wrong: string[] }

/** A literal: with `~` its octets are as they stand, else its lines end in CR LF. */
const marked = /(~?)\{\{\{\n?([\s\S]*?)\n?\}\}\}/g
const statuses = /^(?:(\d+) )?(ok|no|bad|"") ?(.*)$/is

/** Lines, a literal with its lines as one. */
function linesOf(text: string): string[] {
  const found: string[] = []
  for (const line of text.split('\n')) {
    const last = found.at(-1)
    if (last !== undefined && last.lastIndexOf('{{{') > last.lastIndexOf('}}}')) found[found.length - 1] = `${last}\n${line}`
    else found.push(line)
  }
  return found.filter((line) => !line.startsWith('#'))
}

export function parseScript(text: string): Script {
  const lines = linesOf(text), blank = lines.findIndex((line) => line.trim() === ''), isHead = lines.slice(0, blank).every((line) => /^[a-z_]+:/.test(line))
  const head = new Map(isHead ? lines.slice(0, blank).map((line) => line.split(/: */, 2) as [string, string]) : []), steps: Step[] = []
  for (const line of lines.slice(isHead ? blank : 0)) {
    const last = steps.at(-1), bare = line.replace(/^\d+ (?=[*!?])/, '')
    if (line.trim() === '') { if (last) steps.push({ connection: 0, command: '', status: '', wanted: [], banned: [], tagged: '' }) }
    else if (bare.startsWith('* ')) last?.wanted.push(bare.slice(2))
    else if (bare.startsWith('? ')) continue                                                  // it may come
    else if (bare.startsWith('! ')) last?.banned.push(bare.slice(2))
    else begin(steps, line)
  }
  return { head, steps: steps.filter((step) => step.command !== '') }
}

/** A line that begins a command, or is the tagged answer to one without a status. */
function begin(steps: Step[], line: string): void {
  const found = statuses.exec(line), last = steps.at(-1)
  if (found && last && last.command !== '' && last.status === '' && (found[3] === '' || found[3]!.startsWith('['))) { last.tagged = `${found[2]} ${found[3]}`; return }
  const [, connection, status, command] = found ?? /^(?:(\d+) )?()(.*)$/s.exec(line)!
  steps.push({ connection: Number(connection ?? 1) - 1, command: command!, status: status ?? '', wanted: [], banned: [], tagged: '' })
}

export function parseMbox(text: string): Mail[] {
  return text.split(/^(?=From \S+ )/m).filter((part) => part.startsWith('From ')).map((part) => {
    const lf = part.indexOf('\n'), [, month, day, time, year, zone] = /(\w{3}) +(\d+) ([\d:]+) (\d{4})(?: ([+-]\d{4}))?/.exec(part.slice(0, lf)) ?? []
    return { text: part.slice(lf + 1).replace(/\n\n$/, '\n').replaceAll('\n', '\r\n'), date: `"${day!.padStart(2)}-${month}-${year} ${time} ${zone ?? '+0000'}"` }
  })
}

/** What came out otherwise than the script says. */
export function play(script: Script, mails: readonly Mail[]): string[] {
  const memory = newMemory(), count = Number(script.head.get('connections') ?? 1), state = script.head.get('state') ?? 'selected', values = new Map([['mailbox', 'imaptest'], ['user', user], ['username', user], ['password', password]])
  const connections = Array.from({ length: count }, () => ({ talk: newTalk(memory), places: [] as number[] }))
  const game: Play = { memory, connections, values, mails, next: 0, wrong: [] }
  if (state !== 'nonauth') for (const { talk } of connections) talk.tell(`l LOGIN ${user} "${password}"`)
  if (state !== 'nonauth' && state !== 'auth') connections[0]!.talk.tell('c CREATE imaptest')
  if (state === 'appended' || state === 'selected') prepare(game, script.head.get('messages'))
  if (state === 'selected') for (const { talk } of connections) talk.tell('s SELECT imaptest')
  script.steps.forEach((step, i) => { perform(game, step, `t${i}`) })
  return game.wrong
}

function prepare(game: Play, messages: string | undefined): void {
  const many = messages === 'all' ? game.mails.length : Number(messages ?? 0)
  for (let n = 0; n < many; n++) game.connections[0]!.talk.say(append(game, 'imaptest', `p${n}`))
}

function append(game: Play, rest: string, tag: string): string {
  const mail = game.mails[game.next++ % game.mails.length]!, [mailbox, ...flags] = rest.split(' ')
  return `${tag} APPEND ${mailbox || 'imaptest'} ${flags.length > 0 ? `${flags.join(' ')} ` : ''}${mail.date} {${mail.text.length}+}\r\n${mail.text}\r\n`
}

function perform(game: Play, step: Step, tag: string): void {
  const connection = game.connections[step.connection]!
  connection.places = Array.from({ length: 100 }, (_, i) => i + 1)                             // `$2`: what is message 2 as the command begins
  const command = filled(game, connection, step.command)
  game.values.set('tag', tag)
  const isShort = /^append(?: |$)/i.test(command) && !command.includes('{{{')
  const text = isShort ? append(game, command.slice(7), tag) : `${tag} ${command.replace(marked, (_all, raw: string, inner: string) => { const octets = raw === '' ? inner.replace(/\r?\n/g, '\r\n') : inner; return `${raw}{${octets.length}+}\r\n${octets}` })}\r\n`
  const before = connection.talk.outputs.length, said = connection.talk.say(text), replies = repliesOf(said)
  if (connection.talk.outputs.length === before) game.wrong.push(`${command}: nothing was said`)
  judge(game, connection, step, replies, tag)
}

/** Known names become their values; a number is where that message stands now. */
function filled(game: Play, connection: Connection, text: string): string {
  return text.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (all, dollar: string | undefined, long: string | undefined, short: string | undefined) => {
    const name = long ?? short ?? ''
    if (dollar) return '$'
    return /^\d+$/.test(name) ? String(connection.places.indexOf(Number(name)) + 1) : game.values.get(name) ?? all
  })
}

/** Lines with their literals. */
function repliesOf(said: string): string[] {
  const found: string[] = []
  for (let at = 0; at < said.length;) {
    let end = said.indexOf('\r\n', at), from = at
    for (let literal = /\{(\d+)\}$/.exec(said.slice(from, end)); literal; literal = /\{(\d+)\}$/.exec(said.slice(from, end))) { from = end + 2 + Number(literal[1]); end = said.indexOf('\r\n', from) }
    found.push(said.slice(at, end))
    at = end + 2
  }
  return found
}

function judge(game: Play, connection: Connection, step: Step, replies: readonly string[], tag: string): void {
  const open = [...step.wanted]
  for (const reply of replies.filter((r) => r.startsWith('* '))) {
    const nodes = parse(reply.slice(2))
    const banned = step.banned.find((b) => agrees(game, connection, parse(b), nodes, true)), i = open.findIndex((w) => agrees(game, connection, parse(w), nodes, true))
    if (banned !== undefined) game.wrong.push(`${step.command}: ${reply} must not be`)
    if (i >= 0) { const same = open[i]; open.splice(i, 1); open.splice(0, Infinity, ...open.filter((w) => w === same || !agrees(game, connection, parse(w), nodes, true))) }
    if (nodes[1] === 'EXPUNGE') connection.places.splice(Number(nodes[0]) - 1, 1)
  }
  const tagged = replies.find((r) => r.startsWith(`${tag} `))?.slice(tag.length + 1) ?? '', status = step.status === '""' ? '' : step.status
  for (const missing of open) game.wrong.push(`${step.command}: missing ${missing}\n  ${replies.join('\n  ').slice(0, 1_500)}`)
  if (!tagged.toLowerCase().startsWith(status) || (step.tagged !== '' && !agrees(game, connection, parse(step.tagged), parse(tagged), true))) game.wrong.push(`${step.command}: ${tagged} instead of ${step.tagged || status}`)
}

/** Atoms, strings, lists; square brackets are part of atoms. Strings keep a mark, so that they are compared exactly. */
function parse(text: string): readonly Node[] {
  const stack: Node[][] = [[]]
  for (let i = 0; i < text.length;) {
    const c = text[i]!, top = stack.at(-1)!, block = /^(~?)\{\{\{\n?([\s\S]*?)\n?\}\}\}/.exec(text.slice(i)), literal = /^~?\{(\d+)\}\r\n/.exec(text.slice(i, i + 24))
    if (block) { top.push(block[1] === '' ? block[2]!.replace(/\r?\n/g, '\r\n') : block[2]!); i += block[0].length }
    else if (literal) { top.push(text.slice(i + literal[0].length, i + literal[0].length + Number(literal[1]))); i += literal[0].length + Number(literal[1]) }
    else if (c === '"') { const quoted = /^"((?:[^"\\]|\\.)*)"?/.exec(text.slice(i))!; top.push(quoted[1]!.replace(/\\(.)/g, '$1')); i += quoted[0].length }
    else if (c === '(') { stack.push([]); i++ }
    else if (c === ')') { const inner = stack.pop()!; (stack.at(-1) ?? (stack[0] = [])).push(inner); i++ }
    else if (' \t\r\n'.includes(c)) i++
    else { const word = /^[^\s()"]+/.exec(text.slice(i))![0]; top.push(word); i += word.length }
  }
  return stack[0]!
}

/** Whether what came is what was wanted; more may follow, of FETCH pairs in any order. */
function agrees(game: Play, connection: Connection, wanted: readonly Node[], found: readonly Node[], isTop: boolean): boolean {
  if (isTop && String(wanted[1]).toLowerCase() === 'fetch') return typeof wanted[0] === 'string' && same(game, connection, wanted[0], found[0]) && String(found[1]) === 'FETCH' && pairsAgree(game, connection, wanted[2] as readonly Node[], (found[2] ?? []) as readonly Node[])
  const kinds = wanted.filter((w): w is string => typeof w === 'string' && w.startsWith('$!')), rest = wanted.filter((w) => !(typeof w === 'string' && w.startsWith('$!')))
  if (kinds.some((k) => k.startsWith('$!ban=') && found.some((f) => String(f).toLowerCase() === k.slice(6).toLowerCase()))) return false
  if (kinds.includes('$!unordered') || (!isTop && rest.every((w) => String(w).startsWith('\\')))) return rest.every((w) => found.some((f) => same(game, connection, w, f)))
  return found.length >= rest.length && rest.every((w, i) => same(game, connection, w, found[i]))
}

function pairsAgree(game: Play, connection: Connection, wanted: readonly Node[], found: readonly Node[]): boolean {
  const key = (nodes: readonly Node[], i: number): string => String(nodes[i]).toLowerCase(), [w, f] = [joined(wanted), joined(found)]
  for (let i = 0; i < w.length; i += 2) {
    const at = f.findIndex((_, k) => k % 2 === 0 && key(f, k) === key(w, i))
    if (at < 0 || !same(game, connection, w[i + 1]!, f[at + 1])) return false
  }
  return true
}

/** `BODY[HEADER.FIELDS (A)]` is one key. */
function joined(nodes: readonly Node[]): Node[] {
  const out: Node[] = []
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!
    if (typeof node === 'string' && /^[a-z.]+\[[^\]]*$/i.test(node)) { out.push(`${node} (${(nodes[i + 1] as readonly Node[]).join(' ')})${String(nodes[i + 2])}`); i += 2 } else out.push(node)
  }
  return out
}

function same(game: Play, connection: Connection, wanted: Node, found: Node | undefined): boolean {
  if (found === undefined) return false
  if (typeof wanted !== 'string') return typeof found !== 'string' && agrees(game, connection, wanted, found, false)
  if (wanted === '$') return true
  if (typeof found !== 'string') return false
  const text = filled(game, connection, wanted), names: string[] = []
  if (!text.includes('$')) return text.toLowerCase() === found.toLowerCase()
  const pattern = text.replace(/[\\^.*+?()[\]|{}]/g, '\\$&').replace(/\$(?:\\\{(\w+)\\\}|(\w+))/g, (_all, long: string | undefined, short: string) => { names.push(long ?? short); return '(.*?)' })
  const match = new RegExp(`^${pattern}$`, 'i').exec(found)
  if (match) names.forEach((name, i) => { game.values.set(name, match[i + 1]!) })
  return match !== null
}
