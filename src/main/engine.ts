/** The exchange as the driver turns it: pressure goes in, what happened comes out. */
import { type Exchange, step } from '../calls/exchange.ts'
import type { Engine } from '../edge/door.ts'
import { type Guard, overloadAt } from '../edge/guard.ts'
import type { EdgeInput, EdgeOutput } from '../kit/flow.ts'
import type { Wake } from '../kit/machine.ts'
import type { Log } from '../ops/log.ts'
import type { Writer } from '../store/writer.ts'
import { tellNews } from './news.ts'
import type { Tail } from './tail.ts'

/** Of SIP, since the start. */
export interface Octets { in: number; out: number }

interface Around { readonly exchange: Exchange; readonly guard: Guard; readonly writer: Writer; readonly log: Log; readonly tail: Tail; readonly octets: Octets }

export function engineOf({ exchange, guard, writer, log, tail, octets }: Around): Engine {
  return {
    get wakeAt() { return exchange.wakeAt },
    step: (now: number, input: EdgeInput | Wake): EdgeOutput[] => {
      exchange.shedding = guard.overload === 'shedding' && !guard.flooded && overloadAt(guard, now) === 'shedding'
      if ('bytes' in input) octets.in += input.bytes.length
      const outputs = step(exchange, now, input)
      for (const output of outputs) if ('data' in output) octets.out += output.data.length
      if (exchange.news.length > 0) tellNews(exchange, writer, log, tail)
      return outputs
    },
  }
}
