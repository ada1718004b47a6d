/** The command's side of the socket: sends it, waits for the answer, prints it for people or as one JSON document. */
import { join } from 'node:path'
import { fail, ok, printProblem, type Problem, type Result } from '../kit/result.ts'
import type { Answer, CommandRequest } from './commands.ts'
import type { TailEvent } from './live.ts'
import { ask, listen } from './pipe.ts'
import { adminProblem } from './problems.ts'
import { clock, jsonLine, oneLine, printTable } from './table.ts'

export function commandSocket(dataDir: string): string { return join(dataDir, 'ringfort.sock') }

/** Hashing thousands of passwords takes minutes. */
const timeout = 900_000

export async function send(dataDir: string, request: CommandRequest, progress?: (step: string) => void): Promise<Result<Answer, readonly Problem[]>> {
  const heard = await ask(commandSocket(dataDir), request, timeout, progress)
  if (!heard.ok) return fail([heard.problem])
  const { ok: good, answer, problems } = heard.value as { ok?: boolean; answer?: Answer; problems?: readonly Problem[] }
  return good && answer ? ok(answer) : fail(problems ?? [adminProblem('admin.hungUp')])
}

/** What goes to standard output. */
export function printAnswer({ document, table, text, note }: Answer, json: boolean): string {
  if (json) return jsonLine(document)
  return `${text ?? ''}${table ? printTable(table) : ''}${note === undefined ? '' : `${note}\n`}`
}

export function printProblems(problems: readonly Problem[], json: boolean): string {
  return json ? jsonLine({ problems }) : problems.map((p) => `ringfort: ${printProblem(p)}\n`).join('')
}

/** Prints calls as they happen until the system or the reader ends it. */
export function tail(dataDir: string, json: boolean, print: (text: string) => void, ended: (problem: Problem | undefined) => void): { close(): void } {
  return listen(commandSocket(dataDir), { command: 'call tail', options: {} }, (line) => {
    if (isTail(line)) print(json ? jsonLine(line) : `${oneLine(tailText(line))}\n`)
  }, ended)
}

function isTail(line: unknown): line is TailEvent { return typeof line === 'object' && line !== null && 'event' in line && 'call' in line }

function tailText({ event, at, call, from, to, security, ending }: TailEvent): string {
  return `${clock(at)}  ${call}  ${event.padEnd(8)}  ${from} → ${to}${security === undefined ? '' : `  ${security}`}${ending === undefined ? '' : `  ${ending}`}`
}
