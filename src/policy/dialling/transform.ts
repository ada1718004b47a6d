/**
 * What becomes of a number: discard, mask, prefix, each told as a step.
 *
 * Standards  dial plan 11.3
 * Security   what comes out is at most maxDialled long, else the call is refused
 */
import type { Step } from '../../directory/explain.ts'
import { fail, ok, type Result } from '../../kit/result.ts'
import { type Discard, discard, fits, parseDiscard } from './discard.ts'
import type { Spelling } from './numbering.ts'
import type { Pattern } from './pattern.ts'
import { problem } from './problems.ts'
import { columnOf, maxDialled } from './symbols.ts'
import type { CallingTransformation, NumberTransformation } from './table.ts'

/** Hears every step; without one no sentence is made. */
export type Note = ((step: Step) => void) | undefined

export interface Transformation {
  readonly useExternalMask: boolean
  readonly discard?: Discard | undefined
  readonly mask?: string | undefined
  readonly prefix?: string | undefined
}

/** Checks a transformation; `pattern` is the one whose dot and @ its discard instruction speaks of. */
export function parseTransformation(given: NumberTransformation & CallingTransformation, pattern?: Pick<Pattern, 'dot' | 'at'>): Result<Transformation> {
  const instruction = given.discard === undefined ? undefined : parseDiscard(given.discard)
  if (instruction && !instruction.ok) return instruction
  if (instruction && pattern && !fits(instruction.value, pattern)) return fail(problem('dialling.discardNeeds'))
  if (given.mask !== undefined && !isMask(given.mask, true)) return fail(problem('dialling.mask', 'mask'))
  if (given.prefix !== undefined && !isMask(given.prefix, false)) return fail(problem('dialling.mask', 'prefix'))
  return ok({ useExternalMask: given.useExternalMask === true, discard: instruction?.value, mask: given.mask, prefix: given.prefix })
}

/** Keys and X; + in front alone. */
export function isMask(text: string, wildcards: boolean): boolean {
  if (text.length > maxDialled || text.lastIndexOf('+') > 0) return false
  return [...text].every((char) => columnOf(char.charCodeAt(0)) >= 0 || (wildcards && char === 'X'))
}

/** Right-aligned: an X lets the digit above it through, or nothing where the number is shorter; what the mask does not reach is cut off. */
export function masked(mask: string, number: string): string {
  let out = ''
  for (let at = mask.length - 1, from = number.length - 1; at >= 0; at--, from--) out = (mask[at] === 'X' ? number[from] ?? '' : mask[at]!) + out
  return out
}

/** Which number, of which row, with whose external mask: for the steps and for the discarding. */
export interface Subject {
  readonly what: 'called' | 'calling'
  readonly object: string
  readonly spellings?: readonly Spelling[] | undefined
  readonly externalMask?: string | undefined
}

/** The number after every step; undefined where nothing dialable is left, or too much. */
export function transform(given: Transformation | undefined, number: string, subject: Subject, note?: Note): string | undefined {
  if (!given || (subject.what === 'calling' && !isDialled(number))) return number   // a caller without a number keeps what it has
  let now = number
  const tell = (field: string, value: string, after: string): void => {
    note?.({ text: `The ${subject.what} number ${now} becomes ${after === '' ? 'empty' : after}.`, object: subject.object, field: `${subject.what}.${field}`, value })
    now = after
  }
  if (given.useExternalMask && subject.externalMask !== undefined) tell('useExternalMask', subject.externalMask, masked(subject.externalMask, now))
  if (given.discard) tell('discard', given.discard.text, discard(given.discard, subject.spellings ?? [], now) ?? now)
  if (given.mask !== undefined) tell('mask', given.mask, masked(given.mask, now))
  if (given.prefix !== undefined) tell('prefix', given.prefix, given.prefix + now)
  return isNumber(now) ? now : undefined
}

/** Keys alone: neither a name nor nothing. */
function isDialled(text: string): boolean { return text !== '' && isMask(text, false) }

/** A prefix before a number with + makes none. */
function isNumber(text: string): boolean { return text !== '' && text.length <= maxDialled && text.lastIndexOf('+') <= 0 }
