/**
 * The site file: text in, a whole configuration or all its errors out (the first 50), each with file, line, column, field and what is allowed.
 *
 * A list that is not in the file is left alone; an empty one deletes all of its kind. A secret that is not given stays, null takes it away.
 * Security   fed by administrators; holds plaintext secrets only as Secret, and no error quotes a value
 */
import type { Kind, StoredObject } from './changes.ts'
import { crossCheck } from './cross.ts'
import { type Definition, keyOf } from './define.ts'
import { type Finding, finding } from './finding.ts'
import { byCollection } from './kinds.ts'
import { isRecord, parseObject, printable, unknownField } from './parse.ts'
import type { DirectoryCode } from './problems.ts'
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { type Given, indexed, type SiteObject, viewOf } from './view.ts'
import { type Fault, type Path, readYaml, type YamlText } from './yaml.ts'

/** Errors and warnings shown, at most. */
export const maxShown = 50

export interface Site extends Given {
  readonly fileName: string
  readonly warnings: readonly Problem[]
  /** Where an object, or a field of it, stands: file, line and column; of what is stored its name. */
  readonly placeOf: (kind: Kind, key: string, field?: string) => string
}

export interface SiteOptions {
  /** What is stored now: lists that the file leaves out are looked up there. */
  readonly current?: readonly StoredObject[] | undefined
  /** Rows of the port table; where given, no other service may be named. */
  readonly serviceNames?: readonly string[] | undefined
}

export function readSite(text: string, fileName: string, options: SiteOptions = {}): Result<Site, Problem[]> {
  const yaml = readYaml(text, fileName)
  const faults: Fault[] = [...yaml.faults]
  const told = (findings: readonly Finding[]): Problem[] => shown(findings, (finding) => toProblem(finding, yaml, fileName))
  if (yaml.value === undefined) return fail(told(faults))
  const site = readTop(yaml.value, options, faults)
  const current = options.current ?? [], stored = indexed(current)
  const { errors, warnings } = crossCheck(viewOf(site, current), brokenKinds(faults), (id) => stored.has(id))
  if (faults.length + errors.length > 0) return fail(told([...faults, ...errors]))
  return ok({ ...site, fileName, warnings: told(warnings), placeOf: (kind, key, field) => placeOf(site, yaml, fileName, kind, key, field) })
}

/** Kinds of which a name or a number could not be read: what points there may be right. Of an unknown list nobody knows which it was meant to be. */
function brokenKinds(faults: readonly Fault[]): ReadonlySet<Kind> {
  const names = new Set(faults.map(({ path }) => String(path[0] ?? '')))
  const all = [...names].some((name) => !byCollection.has(name))
  const lost = new Set(faults.filter(({ path }) => path.length <= 2 || tellsWho.has(String(path[2]))).map(({ path }) => String(path[0])))
  return new Set([...byCollection].filter(([name]) => all || lost.has(name)).map(([, { kind }]) => kind))
}

/** Fields by which other objects point to one. */
const tellsWho: ReadonlySet<string> = new Set([...[...byCollection.values()].map(({ keyField }) => keyField), 'extension', 'lines'])

/** A place is looked up for what is shown alone: it takes a walk over the file. */
function shown(findings: readonly Finding[], problem: (finding: Finding) => Problem): Problem[] {
  const problems = findings.slice(0, maxShown).map(problem), more = findings.length - problems.length
  return more === 0 ? problems : [...problems, { code: 'site.more' satisfies DirectoryCode, text: `${more} more are not shown.` }]
}

function readTop(value: unknown, options: SiteOptions, faults: Fault[]): Given {
  const given = new Set<Kind>()
  const objects: SiteObject[] = []
  if (!isRecord(value)) { faults.push({ path: [], code: 'site.wrongType', text: 'A site file is a group of lists.', remedy: `There are: ${[...byCollection.keys()].join(', ')}.` }); return { given, objects } }
  for (const name of Object.keys(value)) {
    const definition = byCollection.get(name)
    if (definition) { given.add(definition.kind); objects.push(...readCollection(definition, value[name], options, faults)) }
    else faults.push(unknownField(name, [...byCollection.keys()], []))
  }
  return { given, objects }
}

function readCollection(definition: Definition, value: unknown, options: SiteOptions, faults: Fault[]): SiteObject[] {
  const { shape, collection } = definition
  if (shape === 'list' ? !Array.isArray(value) : !isRecord(value)) {
    const want = shape === 'list' ? 'a list; [] where there shall be none' : 'a group of fields; {} where there shall be none'
    faults.push({ path: [collection], code: 'site.wrongType', text: `${collection} must be ${want}.` })
    return []
  }
  const read = (v: unknown, path: Path, key: string | undefined) => readObject(definition, v, path, key, faults)
  if (shape === 'one') return read(value, [collection], '')
  if (Array.isArray(value)) return unique(value.flatMap((item, i) => read(item, [collection, i], undefined)), definition, faults)
  return Object.entries(value as Record<string, unknown>).flatMap(([name, item]) => {
    const known = options.serviceNames
    if (known ? !known.includes(name) : !/^[a-z0-9-]{1,32}$/.test(name)) { faults.push({ ...unknownField(name, known ?? [], [collection]), text: `There is no service ${printable(name)}.` }); return [] }
    return read(item, [collection, name], name)
  })
}

function readObject(definition: Definition, value: unknown, path: Path, name: string | undefined, faults: Fault[]): SiteObject[] {
  const before = faults.length
  const draft = parseObject(definition, value, path, faults)
  const key = name ?? (draft && keyOf(definition, draft))
  if (draft === undefined || typeof key !== 'string') return []
  return [{ kind: definition.kind, key, draft, path, broken: faults.length > before }]
}

function unique(objects: SiteObject[], { keyField, collection }: Definition, faults: Fault[]): SiteObject[] {
  const seen = new Set<string>()
  return objects.filter(({ key, path }) => {
    const first = !seen.has(key)
    seen.add(key)
    if (!first) faults.push({ path: [...path!, keyField], code: 'site.duplicateKey', text: `${collection} has ${key} twice.`, remedy: `Every ${keyField} stands once.` })
    return first
  })
}

function toProblem(finding: Finding, yaml: YamlText, fileName: string): Problem {
  const { path, code, text, remedy, atName, stored } = finding
  const where = stored ? `${fileName} (stored: ${stored})` : yaml.value === undefined ? yaml.locate(path) : `${yaml.locate(path, atName)} ${pathText(path, yaml.value)}`.trimEnd()
  return remedy === undefined ? { code, text, where } : { code, text, where, remedy }
}

function placeOf({ objects }: Given, yaml: YamlText, fileName: string, kind: Kind, key: string, field: string | undefined): string {
  const object = objects.find((one) => one.kind === kind && one.key === key) ?? { kind, key, draft: {} }
  const steps = field === undefined ? [] : field.split('.').map((step) => /^[0-9]+$/.test(step) ? Number(step) : step)
  return toProblem(finding(object, steps, 'site.notAllowed', ''), yaml, fileName).where ?? fileName
}

/** `users[alice].extension`: by key where the key can be read, by place in the list (from 1) otherwise. */
function pathText(path: Path, root: unknown): string {
  let value = root
  let out = ''
  for (const [i, step] of path.entries()) {
    value = isRecord(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[step] : undefined
    out += typeof step === 'number' ? `[${i === 1 ? keyText(path[0]!, value) ?? step + 1 : step + 1}]` : `${out ? '.' : ''}${printable(step)}`
  }
  return out
}

function keyText(collection: string | number, value: unknown): string | undefined {
  const definition = byCollection.get(String(collection))
  const key = definition && isRecord(value) ? keyOf(definition, value) : undefined
  return typeof key === 'string' ? printable(key) : undefined
}
