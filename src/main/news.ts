/**
 * What happens in the exchange, told to the store, the log and who follows calls.
 *
 * Security   A43: marks, statuses and lengths of time; no number, no name, no reason that a phone wrote
 */
import { drain, type Exchange, type News } from '../calls/exchange.ts'
import type { CallRecord } from '../calls/records.ts'
import { type Log, requestMark } from '../ops/log.ts'
import type { Writer } from '../store/writer.ts'
import { incident } from './incidents.ts'
import type { Tail } from './tail.ts'

export function tellNews(x: Exchange, writer: Writer, log: Log, tail: Tail): void {
  for (const one of drain(x)) tell(x, one, writer, log, tail)
}

function tell(x: Exchange, news: News, writer: Writer, log: Log, tail: Tail): void {
  switch (news.is) {
    case 'started': started(x, news.record, log); break
    case 'record': recorded(news.record, writer, log, tail); break
    case 'location': {
      const { is, why, registered, turned, binding } = news.event
      if (turned || is === 'lost') log.write('info', `registration.${is}`, { why, registered, phone: binding.phone, transport: binding.transport, service: binding.service })
      break
    }
    case 'trunk': log.write(news.inService ? 'info' : 'error', news.inService ? 'trunk.inService' : 'trunk.outOfService', { trunk: news.trunk, reason: news.reason }); break
    case 'trunkRegistered': log.write(news.registered ? 'info' : 'error', news.registered ? 'trunk.registered' : 'trunk.notRegistered', { trunk: news.trunk, reason: news.reason }); break
    case 'admission':
      log.write('warn', 'trunk.refused', { trunk: news.trunk, method: news.method, rule: news.rule })
      incident(x, writer, 'trunk.refused', `trunks[${news.trunk}]`, { method: news.method, rule: news.rule })
      break
    case 'ruleBroke': log.write('error', 'trunk.ruleBroke', { trunk: news.trunk, method: news.method, problem: news.problem }); break
    case 'limit':
      log.write('error', 'toll.limit', { who: news.who, limit: news.limit, calls: news.calls })
      incident(x, writer, 'toll.limit', news.who, { limit: news.limit, calls: news.calls })
      break
    case 'locked':
      log.stranger(news.source, 'warn', 'source.locked')
      incident(x, writer, 'source.locked', news.source, { what: news.what })
      break
    case 'strayed': log.write('warn', 'route.notFollowed', { phone: news.phone, remedy: 'Name the proxy in system.trustedProxies if our requests shall go to it.' }); break
    case 'shed': log.stranger('', 'warn', 'work.shed'); break
  }
}

/** Who calls is said by the name of the phone, what was dialled by its kind: the numbers stand in the record and in `ringfort show call ID`. */
function started(x: Exchange, { id, to, legs }: CallRecord, log: Log): void {
  log.write('info', 'call.started', { call: id, requests: legs.slice(0, 1).map((leg) => requestMark(leg.callId)), phone: legs[0]?.phone, dialled: x.snapshot.numberOrUser(to).is })
}

function recorded(record: CallRecord, writer: Writer, log: Log, tail: Tail): void {
  writer.record(record)
  tail.ended(record)
  const { id, startedAt, answeredAt, endedAt, status, security, legs } = record
  const requests = legs.map((leg) => requestMark(leg.callId))
  log.write('info', 'call.ended', {
    call: id, record: id, requests, status, security, legs: legs.length, rang: (answeredAt ?? endedAt) - startedAt, talked: answeredAt === undefined ? 0 : endedAt - answeredAt,
  })
}
