/**
 * Header and description rules of a trunk: read once, then done in order on each message to it or from it.
 *
 * Standards  RFC 3261 7.3, 20; RFC 4566; issue of the trunks (rules as typed data, linear time, with a dry run)
 * Security   no rule touches what a dialog, a transaction, credentials or SRTP hold together by (rules/untouched.ts); no message grows over what its reader takes
 */
import type { Problem } from '../../kit/result.ts'
import { faultsOf, isOfHeaders, type Rule } from './rules/check.ts'
import { withoutCodec } from './rules/codec.ts'
import { find, type Glob, newGlob, replaced } from './rules/glob.ts'
import { descriptionOf, type Draft, draftOf, type Line, maxLine, maxLines, maxMessage, textOf, valueIn, written } from './rules/head.ts'
import { plainName } from './rules/untouched.ts'

export type { Rule } from './rules/check.ts'

interface Ready {
  /** Its place in the list as it was given. */
  readonly at: number
  readonly rule: Rule
  /** Of the header, never compact and in lower case; of the attribute or codec as given. */
  readonly name: string
  readonly glob: Glob | undefined
  /** Octets, one char each. */
  readonly value: Glob
}

export interface CompiledRules { readonly in: readonly Ready[]; readonly out: readonly Ready[] }

/** Which message it is: `method` of a response is that of its CSeq, `status` of a request 0. */
export interface MessageFacts { readonly direction: 'in' | 'out'; readonly method: string; readonly status: number }

/** One line that a rule changed: undefined where it was not there before, or is not after. `left`: why it was left as it was. */
export interface RuleChange { readonly rule: number; readonly before: string | undefined; readonly after: string | undefined; readonly left?: string | undefined }

export interface RuleProblem { readonly rule: number; readonly field: keyof Rule; readonly problem: Problem }

/** A rule that has a problem is left out. */
export function compileRules(rules: readonly Rule[]): { readonly rules: CompiledRules; readonly problems: readonly RuleProblem[] } {
  const problems = rules.flatMap((rule, at) => faultsOf(rule).map((fault) => ({ rule: at, ...fault }))), wrong = new Set(problems.map(({ rule }) => rule))
  const ready = rules.flatMap((rule, at) => wrong.has(at) ? [] : [readyOf(rule, at)])
  return { rules: { in: ready.filter(({ rule }) => rule.direction !== 'out'), out: ready.filter(({ rule }) => rule.direction !== 'in') }, problems }
}

function readyOf(rule: Rule, at: number): Ready {
  return {
    at, rule: { ...rule, method: rule.method.toUpperCase(), status: rule.status.toUpperCase() }, name: isOfHeaders(rule.what) ? plainName(rule.name) : rule.name,
    glob: rule.find === undefined ? undefined : newGlob(octets(rule.find)), value: newGlob(octets(rule.value ?? '')),
  }
}

/** RFC 3261 7.3.1: text is UTF-8; messages are one char an octet. */
function octets(text: string): string { return Buffer.from(text).toString('latin1') }

/** The message as the rules make it; the very same text where none of them changes it. */
export function applyRules(rules: CompiledRules, facts: MessageFacts, text: string): string { return done(wanted(rules, facts), text, () => {}) }

/** The description alone: what credentials that protect it (auth-int) are made of. */
export function applyToDescription(rules: CompiledRules, facts: MessageFacts, description: string): string {
  const lines = wanted(rules, facts).filter(({ rule }) => !isOfHeaders(rule.what)).reduce((now, one) => described(one, now), description.split('\n') as readonly string[])
  return lines.join('\n')
}

/** The same, and which rule changed what. */
export function explainRules(rules: CompiledRules, facts: MessageFacts, text: string): { readonly text: string; readonly changes: readonly RuleChange[] } {
  const changes: RuleChange[] = []
  return { text: done(wanted(rules, facts), text, (change) => { changes.push(change) }), changes }
}

/** A CANCEL is made of its INVITE (RFC 3261 9.1), and so is the ACK to a refusal: nothing is done to them. */
function wanted(rules: CompiledRules, { direction, method, status }: MessageFacts): readonly Ready[] {
  const all = rules[direction]
  return all.length === 0 || method === 'CANCEL' ? [] : all.filter(({ rule }) => (rule.method === '*' || rule.method === method) && isOf(rule.status, status))
}

function isOf(wanted: string, status: number): boolean {
  if (wanted === '*') return true
  if (wanted === 'REQUEST' || status === 0) return wanted === 'REQUEST' && status === 0
  return wanted.endsWith('XX') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
}

type Tell = (change: RuleChange) => void

function done(rules: readonly Ready[], text: string, tell: Tell): string {
  if (rules.length === 0) return text
  const draft = draftOf(text)
  let changed = false
  for (const one of rules) changed = (isOfHeaders(one.rule.what) ? ofHeaders(draft, one, tell) : ofDescription(draft, one, tell)) || changed
  return changed ? textOf(draft) : text
}

function ofHeaders(draft: Draft, one: Ready, tell: Tell): boolean {
  switch (one.rule.what) {
    case 'add': return insert(draft, one, tell)
    case 'set': return set(draft, one, tell)
    case 'remove': return keep(draft, one, (line) => line.name !== one.name || (one.glob !== undefined && !find(one.glob, valueIn(line))), tell)
    default: return replace(draft, one, tell)
  }
}

const tooLong = 'the message would be too long', quoted = 'it holds a NUL behind a backslash, which stays together'

/** A new line, before what describes the body. */
function insert(draft: Draft, one: Ready, tell: Tell): boolean {
  const { lines } = draft, line = given(one), at = lines.findIndex(({ name }) => name === 'content-type' || name === 'content-length')
  const fits = lines.length < maxLines && grows(draft, line.text.length + 2)
  if (fits) lines.splice(at < 0 ? lines.length : at, 0, line)
  tell({ rule: one.at, before: undefined, after: line.text, ...(fits ? {} : { left: tooLong }) })
  return fits
}

function given({ name, rule, value }: Ready): Line { return { name, text: `${rule.name}: ${value.join('*')}` } }

/** One line in place of all. */
function set(draft: Draft, one: Ready, tell: Tell): boolean {
  const first = draft.lines.find(({ name }) => name === one.name), line = given(one)
  if (!first) return insert(draft, one, tell)
  const isThere = valueIn(first) === valueIn(line)
  if (!isThere && !grows(draft, line.text.length - first.text.length)) { tell({ rule: one.at, before: first.text, after: line.text, left: tooLong }); return false }
  if (!isThere) {
    draft.lines[draft.lines.indexOf(first)] = line
    tell({ rule: one.at, before: first.text, after: line.text })
  }
  const now = isThere ? first : line
  return keep(draft, one, (other) => other.name !== one.name || other === now, tell) || !isThere
}

function keep(draft: Draft, one: Ready, isKept: (line: Line) => boolean, tell: Tell): boolean {
  const { lines } = draft
  draft.lines = lines.filter((line) => {
    const kept = isKept(line)
    if (!kept) { draft.size -= line.text.length + 2; tell({ rule: one.at, before: line.text, after: undefined }) }
    return kept
  })
  return draft.lines.length < lines.length
}

function replace(draft: Draft, one: Ready, tell: Tell): boolean {
  let changed = false
  draft.lines = draft.lines.map((line) => {
    const value = line.name === one.name ? valueIn(line) : '', now = line.name === one.name ? replaced(one.glob!, one.value, value) : undefined
    if (now === undefined || now === value) return line
    const after = written(line, now), left = value.includes('\0') ? quoted : after.text.length > maxLine || !grows(draft, after.text.length - line.text.length) ? tooLong : undefined
    tell({ rule: one.at, before: line.text, after: after.text, left })
    changed ||= left === undefined
    return left === undefined ? after : line
  })
  return changed
}

/** There is room for so many octets more: they are counted. */
function grows(draft: Draft, by: number): boolean {
  if (by > 0 && draft.size + by > maxMessage) return false
  draft.size += by
  return true
}

function ofDescription(draft: Draft, one: Ready, tell: Tell): boolean {
  const before = descriptionOf(draft), after = described(one, before)
  if (after === before) return false
  draft.description = after
  for (const change of difference(before, after)) tell({ rule: one.at, ...change })
  return true
}

function described({ rule, glob, name }: Ready, lines: readonly string[]): readonly string[] {
  if (rule.what === 'removeCodec') return withoutCodec(lines, name)
  const after = lines.filter((line) => !isAttribute(line, name, glob))
  return after.length < lines.length ? after : lines
}

function isAttribute(line: string, name: string, glob: Glob | undefined): boolean {
  if (!line.startsWith(`a=${name}`)) return false
  const rest = line.slice(name.length + 2).trimEnd()
  return (rest === '' || rest.startsWith(':')) && (glob === undefined || find(glob, rest.slice(1)) !== undefined)
}

/** Rules take lines of a description away and shorten m= lines, nothing else: both are walked once. */
function difference(before: readonly string[], after: readonly string[]): Omit<RuleChange, 'rule'>[] {
  const found: Omit<RuleChange, 'rule'>[] = []
  let at = 0
  for (const line of before) {
    const now = after[at]
    if (now === line) at++
    else if (line.startsWith('m=') && now?.startsWith('m=')) { found.push({ before: line.trimEnd(), after: now.trimEnd() }); at++ }
    else found.push({ before: line.trimEnd(), after: undefined })
  }
  return found
}
