/** A rule of a trunk as it is given: which fields go together, and what it may not touch. Standards RFC 3261 7.1, 20, 21 */
import type { TrunkPicture } from '../../../directory/picture.ts'
import type { Problem } from '../../../kit/result.ts'
import { problem, type TrunkCode } from '../problems.ts'
import { newGlob } from './glob.ts'
import { standsOnce, untouchedAttribute, untouchedHeader } from './untouched.ts'

/** As the directory has it. */
export type Rule = TrunkPicture['rules'][number]

/** What is wrong with one rule, and in which of its fields. */
export interface RuleFault { readonly field: keyof Rule; readonly problem: Problem }

const writes: ReadonlySet<Rule['what']> = new Set(['add', 'set', 'replace']), looks: ReadonlySet<Rule['what']> = new Set(['remove', 'replace', 'removeAttribute'])

export function faultsOf(rule: Rule): RuleFault[] {
  const { what, name, find, value, method, status } = rule, faults: RuleFault[] = []
  const fault = (field: keyof Rule, code: TrunkCode, detail?: string): void => { faults.push({ field, problem: problem(code, undefined, detail) }) }
  const header = isOfHeaders(what) ? untouchedHeader(name) : undefined, attribute = what === 'removeAttribute' ? untouchedAttribute(name) : undefined
  if (header !== undefined) fault('name', 'policy.trunk.ruleHeader', `${name}: ${header}`)
  if (attribute !== undefined) fault('name', 'policy.trunk.ruleAttribute', `${name}: ${attribute}`)
  if (what === 'add' && standsOnce(name)) fault('what', 'policy.trunk.ruleOnce', name)
  if (method.toUpperCase() === 'CANCEL') fault('method', 'policy.trunk.ruleMethod')
  if (!isStatus(status)) fault('status', 'policy.trunk.ruleStatus', status)
  if (writes.has(what) !== (value !== undefined)) fault('value', 'policy.trunk.ruleValue', `${what} ${value === undefined ? 'has none' : 'writes nothing'}`)
  if (find !== undefined ? !looks.has(what) : what === 'replace') fault('find', 'policy.trunk.ruleFind', `${what} ${find === undefined ? 'has none' : 'looks for nothing'}`)
  if (what === 'replace' && find?.includes('*') === true && newGlob(value ?? '').length > newGlob(find).length) fault('value', 'policy.trunk.ruleStars')
  return faults
}

export function isOfHeaders(what: Rule['what']): boolean { return what !== 'removeAttribute' && what !== 'removeCodec' }

/** `request`, `486`, `4XX`, `*`. */
function isStatus(status: string): boolean { return status === '*' || status === 'request' || /^[1-6](?:[0-9]{2}|XX)$/i.test(status) }
