/**
 * Every command of an administrator, one row each: its options, who may use it, what it does. Served over the command socket.
 *
 * Security   whoever reaches the socket owns the data directory (`owner`); options are checked against the row before anything runs
 */
import { fail, ok, type Problem, type Result } from '../kit/result.ts'
import { certificateCommands } from './certificates.ts'
import { configureCommands } from './configure.ts'
import { drillCommands } from './drill.ts'
import { explainCommands } from './explain.ts'
import { firewallCommands } from './firewall.ts'
import type { House } from './house.ts'
import { namingCommands } from './naming.ts'
import { adminProblem } from './problems.ts'
import { restrictionCommands } from './restrictionTables.ts'
import { showCommands } from './show.ts'
import type { Table } from './table.ts'

export interface Option {
  readonly name: string
  readonly about: string
  /** `file`: the client reads it and sends its text along as `text`. */
  readonly takes: 'text' | 'number' | 'file' | 'nothing'
  readonly required?: boolean | undefined
  readonly positional?: boolean | undefined
}

export type Options = Readonly<Record<string, string | number | boolean | undefined>>

/** What a command came to: one document for programs; a table or text, and a closing line, for people. */
export interface Answer {
  readonly document: unknown
  readonly table?: Table | undefined
  readonly text?: string | undefined
  readonly note?: string | undefined
  readonly warnings?: readonly Problem[] | undefined
  /** It was done and came out badly: exit code 1. */
  readonly failed?: boolean | undefined
}

/** Told of long work as it goes on, in words for a person. */
export type Progress = (step: string) => void

export interface Command {
  readonly name: string
  readonly about: string
  readonly who: 'owner'
  readonly options: readonly Option[]
  readonly run: (house: House, options: Options, told: Progress) => Promise<Result<Answer, Problem | readonly Problem[]>>
}

export const commands: readonly Command[] = [
  ...configureCommands, ...namingCommands, ...showCommands, ...certificateCommands, ...firewallCommands, ...explainCommands, ...restrictionCommands, ...drillCommands,
]

const byName = new Map(commands.map((command) => [command.name, command]))

export interface CommandRequest { readonly command: string; readonly options: Options }

/** Runs one command for whoever asked through the socket. */
export async function runCommand(house: House, request: unknown, told: Progress = () => {}): Promise<Result<Answer, readonly Problem[]>> {
  if (!isRequest(request)) return fail([adminProblem('admin.request')])
  const command = byName.get(request.command)
  if (!command) return fail([adminProblem('admin.unknownCommand', request.command.slice(0, 64))])
  const wrong = optionProblems(command, request.options)
  if (wrong.length > 0) return fail(wrong)
  await house.synchronise()
  const done = await command.run(house, request.options, told).catch(thrownProblem)
  if (done.ok) return ok(done.value)
  return fail(isProblem(done.problem) ? [done.problem] : done.problem)
}

/** The store throws its own problems where an interface has no room for them; what else is thrown is ours. */
function thrownProblem(error: unknown): Result<Answer> {
  const { problem } = error as { problem?: Problem }
  if (typeof problem?.code !== 'string') throw error
  return fail(problem)
}

function isProblem(problem: Problem | readonly Problem[]): problem is Problem { return !Array.isArray(problem) }

function isRequest(request: unknown): request is CommandRequest {
  if (typeof request !== 'object' || request === null || !('command' in request) || !('options' in request)) return false
  return typeof request.command === 'string' && typeof request.options === 'object' && request.options !== null
}

function optionProblems({ options }: Command, given: Readonly<Record<string, unknown>>): Problem[] {
  const known = new Set(options.flatMap(({ name, takes }) => takes === 'file' ? [name, 'text'] : [name]))
  const unknown = Object.keys(given).filter((name) => !known.has(name)).map((name) => adminProblem('admin.option', name.slice(0, 40), 'this command does not have it'))
  const missing = options.filter(({ name, required }) => required && given[name] === undefined).map(({ name, about }) => adminProblem('admin.option', name, about))
  const wrong = options.filter(({ name, takes }) => given[name] !== undefined && !fits(given[name], takes)).map(({ name, takes }) => adminProblem('admin.option', name, wanted[takes]))
  return [...unknown, ...missing, ...wrong]
}

const wanted: { readonly [T in Option['takes']]: string } = { text: 'text', file: 'text', number: 'a whole number', nothing: 'it takes no value' }

function fits(value: unknown, takes: Option['takes']): boolean {
  if (takes === 'number') return Number.isInteger(typeof value === 'string' && value !== '' ? Number(value) : value)
  return takes === 'nothing' ? typeof value === 'boolean' : typeof value === 'string'
}
