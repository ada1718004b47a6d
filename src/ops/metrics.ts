/**
 * Counters for Prometheus, written from one reading of the call process.
 *
 * Security   labels come from tables (methods, problem codes, counters), never from what a stranger sent
 */
import { Gauge, Counter, Registry } from 'prom-client'
import type { Reading } from './reading.ts'

interface Row {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  /** One value, or one a label. */
  readonly label?: string
  readonly of: (reading: Reading) => number | Readonly<Record<string, number>> | undefined
}

const rows: readonly Row[] = [
  { name: 'registrations', help: 'Contacts registered now.', type: 'gauge', of: (r) => r.registrations.bound },
  { name: 'registered_lines', help: 'Lines with a contact.', type: 'gauge', of: (r) => r.registrations.lines },
  { name: 'registration_events_total', help: 'What became of contacts.', type: 'counter', label: 'event', of: (r) => r.registrations.totals },
  { name: 'calls_active', help: 'Calls now.', type: 'gauge', of: (r) => r.calls.active },
  { name: 'calls_total', help: 'Calls by what became of them.', type: 'counter', label: 'outcome', of: ({ calls: { started, answered, ended, refused } }) => ({ started, answered, ended, refused }) },
  { name: 'requests_total', help: 'SIP requests by method.', type: 'counter', label: 'method', of: (r) => r.requests },
  { name: 'malformed_total', help: 'Messages that could not be read, by problem.', type: 'counter', label: 'code', of: (r) => r.malformed },
  { name: 'challenged_total', help: 'Requests answered with a challenge.', type: 'counter', of: (r) => r.challenged },
  { name: 'wrong_passwords_total', help: 'Credentials that were wrong.', type: 'counter', of: (r) => r.wrongPasswords },
  { name: 'locked_total', help: 'Requests refused because their source is locked out.', type: 'counter', of: (r) => r.locked },
  { name: 'sip_unknown_source_total', help: 'Datagrams and connections at a port of trunks from an address of none.', type: 'counter', of: (r) => r.unknown.source },
  { name: 'sip_unknown_subject_total', help: 'TLS connections at a port of trunks whose certificate is of none.', type: 'counter', of: (r) => r.unknown.subject },
  { name: 'shed_total', help: 'New work refused because the machine was behind.', type: 'counter', of: (r) => r.shed },
  { name: 'transactions', help: 'SIP transactions open.', type: 'gauge', of: (r) => r.transactions },
  { name: 'legs', help: 'Legs of calls, by each of their tags.', type: 'gauge', of: (r) => r.legs },
  { name: 'sip_octets_total', help: 'Octets of SIP.', type: 'counter', label: 'direction', of: (r) => ({ ...r.octets }) },
  { name: 'guard', help: 'What the guard at the door counted.', type: 'gauge', label: 'counter', of: (r) => r.guard },
  { name: 'loop_delay_seconds', help: 'How late the event loop of the call process was since the last reading.', type: 'gauge', label: 'quantile',
    of: ({ loopDelay }) => ({ p50: loopDelay.p50 / 1_000, p99: loopDelay.p99 / 1_000, max: loopDelay.max / 1_000 }) },
  { name: 'memory_octets', help: 'Memory of the call process.', type: 'gauge', label: 'kind', of: (r) => ({ ...r.memory }) },
  { name: 'store_queue', help: 'What waits for the disk.', type: 'gauge', label: 'kind', of: ({ store }) => ({ bindings: store.bindings, records: store.records }) },
  { name: 'store_lost_total', help: 'What did not reach the disk.', type: 'counter', label: 'kind', of: ({ store }) => ({ bindings: store.lostBindings, records: store.lostRecords }) },
  { name: 'store_failing', help: '1 while the store takes nothing.', type: 'gauge', of: ({ store }) => store.failing === undefined ? 0 : 1 },
  { name: 'engine_failures_total', help: 'Inputs ended by a defect of ours.', type: 'counter', of: (r) => r.engineFailures },
  { name: 'log_lost_total', help: 'Lines of the log that were lost.', type: 'counter', of: (r) => r.logLost },
  { name: 'configuration_revision', help: 'Revision of the configuration in use.', type: 'gauge', of: (r) => r.rev },
  { name: 'uptime_seconds', help: 'Age of the call process.', type: 'gauge', of: (r) => r.uptime / 1_000 },
  { name: 'certificate_ends_seconds', help: 'When the server certificate ends (epoch).', type: 'gauge', of: (r) => r.certificateEnds === undefined ? undefined : r.certificateEnds / 1_000 },
]

export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE

/** The text of one scrape; ringfort_up is 0 where the call process did not answer. */
export async function metricsText(reading: Reading | undefined): Promise<string> {
  const registry = new Registry()
  new Gauge({ name: 'ringfort_up', help: '1 while the call process answers.', registers: [registry] }).set(reading ? 1 : 0)
  if (reading) for (const row of rows) put(registry, row, reading)
  return registry.metrics()
}

function put(registry: Registry, { name, help, type, label, of }: Row, reading: Reading): void {
  const value = of(reading)
  if (value === undefined) return
  const setup = { name: `ringfort_${name}`, help, labelNames: label === undefined ? [] : [label], registers: [registry] }
  const one = type === 'counter' ? new Counter(setup) : new Gauge(setup)
  if (typeof value === 'number') { one.inc(value); return }
  for (const [of, number] of Object.entries(value)) one.inc({ [label!]: of }, number)
}
