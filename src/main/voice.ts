/** What `ringfort start` says: plain words for people, or one JSON object a line. */
import { join } from 'node:path'
import type { BoundPort } from '../admin/live.ts'
import { printPlace } from '../kit/place.ts'
import { printProblem, type Problem } from '../kit/result.ts'

export interface Voice {
  ready(services: readonly BoundPort[], dataDir: string): void
  event(event: { readonly event: string; readonly [field: string]: unknown }): void
  refused(problems: readonly Problem[]): void
  warn(line: string): void
}

interface Streams { readonly out: (text: string) => void; readonly error: (text: string) => void }

export function newVoice(json: boolean, { out, error }: Streams): Voice {
  const line = (value: unknown): void => { out(`${JSON.stringify(value)}\n`) }
  return {
    // the console comes with a later version: null until then
    ready: (services, dataDir) => { if (json) line({ event: 'ready', services: services.map(({ name, transport, address, port }) => ({ name, transport, address, port })), console: null }); else out(welcome(services, dataDir)) },
    event: (event) => { if (json) line(event); else out(words(event)) },
    refused: (problems) => { if (json) line({ event: 'refused', problems }); for (const problem of problems) error(`ringfort: ${printProblem(problem)}\n`) },
    warn: (text) => { error(`${text}\n`) },
  }
}

function words({ event, process }: { readonly event: string; readonly [field: string]: unknown }): string {
  switch (event) {
    case 'stopping': return 'Ringfort is stopping: no new calls, everything is put on the disk.\n'
    case 'stopped': return 'Ringfort has stopped.\n'
    case 'unsaved': return 'Ringfort has stopped, AND NOT EVERYTHING IS ON THE DISK: see above.\n'
    case 'replaced': return `The ${String(process)} process was replaced by a new one.\n`
    default: return ''
  }
}

function welcome(services: readonly BoundPort[], dataDir: string): string {
  const rows = services.map(({ name, address, port }) => `  ${name.padEnd(10)} ${printPlace(address, port)}\n`).join('')
  const option = dataDir === join(process.cwd(), 'data') ? '' : ` --data ${dataDir}`
  const alone = services.every(({ address }) => address === '::1' || address.startsWith('127.')) ? '\nOnly this machine reaches it: `system: { listen: 0.0.0.0 }` in a site file opens it to the network.\n' : ''
  return `Ringfort is ready.\n${rows}${alone}
Phones trust    ${join(dataDir, 'pki', 'ca.pem')}
Set it up       npx ringfort apply site.yaml${option}
Look at it      npx ringfort show registrations${option}
Stop it         Ctrl-C

`
}
