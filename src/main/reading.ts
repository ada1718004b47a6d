/** One reading of everything that is counted in this process. */
import type { Reading } from '../ops/reading.ts'
import type { Parts } from './parts.ts'

export function readingOf({ exchange: x, edge, writer, octets, gauge, log, renewal, configuration, integrity }: Parts): Reading {
  const { overload, ...guard } = edge.report(), { failing, ...queue } = writer.state(), { layer } = x.endpoint
  const { rss, heapUsed } = process.memoryUsage(), { inputs: _inputs, engineFailures, ...numbers } = guard
  const loopDelay = { p50: late(gauge.percentile(50)), p99: late(gauge.percentile(99)), max: late(gauge.max) }
  gauge.reset()
  return {
    uptime: process.uptime() * 1_000, rev: configuration.rev,
    registrations: { bound: x.locations.count, lines: x.locations.places.size, totals: { ...x.locations.totals } },
    calls: { active: x.calls.size, ...x.counters.calls }, requests: Object.fromEntries(x.counters.requests), malformed: Object.fromEntries(x.endpoint.malformed),
    challenged: x.counters.challenged, wrongPasswords: x.counters.wrongPasswords, locked: x.counters.locked, unknown: { source: x.trunks.unknown.source, subject: x.trunks.unknown.subject }, shed: x.counters.shed,
    transactions: layer.servers.size + layer.clients.size, legs: x.legs.size, octets: { ...octets }, guard: numbers, overload, loopDelay,
    memory: { resident: rss, heap: heapUsed }, store: { ...queue, failing: failing?.code, damaged: integrity.damaged }, engineFailures, logLost: log.lost(), certificateEnds: renewal.at() + renewBefore,
  }
}

/** The authority renews this long before the end. */
const renewBefore = 30 * 86_400_000

/** The histogram measures the whole interval in nanoseconds: 20 ms of it are its own. */
function late(nanos: number): number { return Number.isFinite(nanos) ? Math.max(0, Math.round(nanos / 1e4) / 100 - 20) : 0 }
