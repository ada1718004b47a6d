/** A picture with a large dial plan, and a small one beside it: lines, partitions, patterns to trunks, all made without a site file. */
import type { Body, Kind, StoredObject } from '../../src/directory/changes.ts'
import { SealKey } from '../../src/directory/seal.ts'
import { buildSnapshot, type Snapshot } from '../../src/directory/snapshot.ts'
import type { Dialler } from '../../src/policy/dialling/dialler.ts'

export interface Size { readonly patterns: number; readonly partitions: number; readonly trunks: number; readonly lines: number }

export function dialSite({ patterns, partitions, trunks, lines }: Size): { snapshot: Snapshot; who: Dialler } {
  const objects: StoredObject[] = [], put = (kind: Kind, key: string, body: Body): void => { objects.push({ kind, key, rev: 1, body }) }
  for (let at = 0; at < partitions; at++) put('partition', `P${at}`, { name: `P${at}` })
  put('callingSearchSpace', 'All', { name: 'All', partitions: Array.from({ length: partitions }, (_, at) => `P${at}`) })
  for (let at = 0; at < trunks; at++) put('trunk', `T${at}`, { name: `T${at}`, securityProfile: 'Any', destinations: [{ address: '192.0.2.1' }] })
  for (let at = 0; at < patterns; at++) {
    const pattern = patternAt(at), partition = `P${at % partitions}`
    put('routePattern', `${pattern} ${partition}`, { pattern, partition, trunk: `T${at % trunks}`, discard: 'PreDot' })
  }
  for (let at = 0; at < lines; at++) put('line', String(100_000 + at), { number: String(100_000 + at), callingSearchSpace: 'All' })
  put('tollControl', '', { accessCodes: ['9'], internationalPrefixes: ['00'], premiumPrefixes: ['0190'] })
  const snapshot = buildSnapshot(1, objects, new SealKey(Buffer.alloc(32, 1)))
  return { snapshot, who: { is: 'line', line: snapshot.lines.get('100000')! } }
}

/** A tenth of them of any length. */
function patternAt(at: number): string {
  const head = String(at).padStart(4, '0')
  return at % 10 === 0 ? `9.0${2 + at / 10 % 8}${head}!` : `9.0${2 + at % 8}${head}XXXX`
}

/** Numbers spread over the patterns. */
export function dialledNumbers(patterns: number, count: number): string[] {
  return Array.from({ length: count }, (_, each) => patternAt(each * 7_919 % patterns).replace('.', '').replace(/!$|XXXX$/, String(1_000 + each % 9_000)))
}
