/** The `ringfort` command line: `start` runs the system, everything else asks the one that runs. */
import { CommanderError, Command as Program, Option as Flag } from 'commander'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { printAnswer, printProblems, send, tail } from '../admin/client.ts'
import type { Command, Options } from '../admin/commands.ts'
import { adminProblem } from '../admin/problems.ts'
import { fileReason } from '../kit/error.ts'
import type { Problem } from '../kit/result.ts'
import { start } from './launcher.ts'
import { mainProblem } from './problems.ts'
import { ownVersion } from './version.ts'
import { newVoice } from './voice.ts'

const streams = { out: (text: string) => { process.stdout.write(text) }, error: (text: string) => { process.stderr.write(text) } }

const groups: Readonly<Record<string, string>> = { show: 'What there is.', explain: 'What would happen, and why.', drill: 'Attacks on the configuration as it is, which change nothing.', certificate: 'Certificates.', call: 'Calls.' }

export async function runCli(parameters: readonly string[]): Promise<void> {
  const program = new Program('ringfort').description('A phone system for organisations that must keep their calls to themselves.').version(ownVersion(), '--version', 'the version of this program').showHelpAfterError().exitOverride()
  addStart(program)
  if (parameters[0] !== 'start') await addCommands(program)
  try { await program.parseAsync([...parameters], { from: 'user' }) } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    misused(error, parameters)
  }
}

/** A command line that does not read: the words for people are said already. */
function misused({ code, message, exitCode }: CommanderError, parameters: readonly string[]): void {
  process.exitCode = exitCode
  if (exitCode === 0 || !parameters.includes('--json')) return
  const said = message.replace(/^error: /, '').split('\n')[0]!.replace(/\.$/, '')
  // a group without its second word is answered with its help, or knows no --json of its own
  const isUnknown = code === 'commander.unknownCommand' || code === 'commander.help' || said.includes("'--json'")
  const problem = isUnknown ? adminProblem('admin.unknownCommand', parameters.filter((word) => !word.startsWith('-')).join(' ').slice(0, 64)) : adminProblem('admin.option', undefined, said)
  if (parameters[0] === 'start') newVoice(true, { ...streams, error: () => {} }).refused([problem])
  else streams.out(printProblems([problem], true))
}

const dataOption = () => new Flag('--data <dir>', 'data directory').env('RINGFORT_DATA').default('./data')

interface StartFlags { data: string; site?: string; json?: boolean; roles: string; processes: string; evaluation?: boolean; user?: string }

function addStart(program: Program): void {
  program.command('start').description('Starts the system and stays in the foreground.')
    .addOption(dataOption()).option('--site <file>', 'site file to apply before anything listens').option('--json', 'one JSON object a line on standard output')
    .option('--roles <list>', 'roles of this machine', 'call,desk').option('--processes <how>', 'one or split', 'split').option('--user <name>', 'started as root: the account that everything runs under')
    .option('--evaluation', 'marks this run in the log as an evaluation, and nothing else: editions and entitlements come later, encryption is always on')
    .action(async (flags: StartFlags) => {
      const voice = newVoice(flags.json === true, streams), roles = rolesOf(flags.roles), { processes } = flags
      const problems = [...roles.problems, ...(processes === 'one' || processes === 'split' ? [] : [mainProblem('main.processes', '--processes')])]
      if (problems.length > 0) { voice.refused(problems); process.exitCode = 1; return }
      const code = await start({ dataDir: flags.data, site: flags.site, json: flags.json === true, processes: processes as 'one' | 'split', desk: roles.desk, evaluation: flags.evaluation === true, user: flags.user }, voice)
      process.exit(code)
    })
}

function rolesOf(text: string): { desk: boolean; problems: Problem[] } {
  const roles = text.split(',').map((role) => role.trim()).filter(Boolean)
  const problems = roles.flatMap((role) => {
    if (role === 'call' || role === 'desk') return []
    return [mainProblem(role === 'voicemail' || role === 'presence' ? 'main.roleNotThere' : 'main.roleUnknown', '--roles', role.slice(0, 40))]
  })
  if (problems.length === 0 && !roles.includes('call')) problems.push(mainProblem('main.rolesNeedCall', '--roles'))
  return { desk: roles.includes('desk'), problems }
}

/** One word or two: the row's name is the way to it. */
async function addCommands(program: Program): Promise<void> {
  const { commands } = await import('../admin/commands.ts')
  const parents = new Map(Object.entries(groups).map(([name, about]) => [name, program.command(name).description(about)]))
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ')
    addCommand(second === undefined ? program : parents.get(first)!, second ?? first, command)
  }
  parents.get('call')!.command('tail').description('Calls as they happen.').addOption(dataOption()).option('--json', 'one JSON object a line')
    .action(({ data, json }: { data: string; json?: boolean }) => { follow(resolve(data), json === true) })
}

function addCommand(parent: Program, name: string, command: Command): void {
  const own = parent.command(name).description(command.about).addOption(dataOption()).option('--json', 'one JSON document')
  const places = command.options.filter(({ positional }) => positional)
  for (const option of places) own.argument(option.required ? `<${option.name}>` : `[${option.name}]`, option.about)
  for (const option of command.options.filter(({ positional }) => !positional)) {
    const flag = new Flag(option.takes === 'nothing' ? `--${option.name}` : `--${option.name} <${option.takes}>`, option.about)
    own.addOption(option.required ? flag.makeOptionMandatory() : flag)
  }
  own.action(async (...given: unknown[]) => {
    const flags = given[places.length] as Options, options = collect(command, given, flags)
    const { data, json } = flags
    await perform(resolve(String(data)), command.name, options, json === true)
  })
}

/** Options as the table names them; a file is read here, where the caller's rights and directory are. */
function collect(command: Command, given: readonly unknown[], flags: Options): Options {
  const places = command.options.filter(({ positional }) => positional)
  const all = command.options.map((option) => [option, option.positional ? given[places.indexOf(option)] as string : flags[camel(option.name)]] as const)
  const options: Record<string, string | number | boolean> = {}
  for (const [option, value] of all) {
    if (value === undefined) continue
    options[option.name] = option.name === 'out' ? resolve(String(value)) : value
    if (option.takes === 'file') options.text = readText(String(value), flags.json === true)
  }
  return options
}

function camel(name: string): string { return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) }

function readText(file: string, json: boolean): string {
  try { return readFileSync(file, 'utf8') } catch (error) {
    refuse([adminProblem('admin.fileUnreadable', file, fileReason(error))], json)
    return process.exit(1)
  }
}

/** What is told in the first second is not worth a word. */
function slowly(tell: (step: string) => void): (step: string) => void {
  const from = performance.now() + 1_000
  return (step) => { if (performance.now() > from) tell(step) }
}

async function perform(dataDir: string, command: string, options: Options, json: boolean): Promise<void> {
  const done = await send(dataDir, { command, options }, slowly((step) => { if (!json) streams.error(`ringfort: ${step} …\n`) }))
  if (!done.ok) { refuse(done.problem, json); process.exitCode = 1; return }
  if (!json) streams.error(printProblems(done.value.warnings ?? [], false))
  streams.out(printAnswer(done.value, json))
  if (done.value.failed) process.exitCode = 1
}

function refuse(problems: readonly Problem[], json: boolean): void {
  streams.error(printProblems(problems, false))
  if (json) streams.out(printProblems(problems, true))
}

function follow(dataDir: string, json: boolean): void {
  const call = tail(dataDir, json, streams.out, (problem) => { if (problem) { refuse([problem], json); process.exitCode = 1 } })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { call.close() })
}
