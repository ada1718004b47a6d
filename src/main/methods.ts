/** What call control says to each method outside a dialog, as commands explain it: its own table, and what its refusals come to. */
import type { MethodRow } from '../admin/house.ts'

/** Loaded when it is asked for: a desk that only serves metrics needs no call control. */
export async function methodTable(): Promise<ReadonlyMap<string, MethodRow>> {
  const { methods } = await import('../calls/hear.ts')
  const rows = Object.entries(methods).map(([name, { who, refusal }]): [string, MethodRow] => [name, {
    who, refusal: refusal === undefined ? undefined : { status: refusal, because: refusal === 489 ? `No event is published here: ${name} is answered ${refusal}.` : `${name} belongs to a dialog: outside of one it is answered ${refusal}.` },
  }])
  // the transaction layer's own (RFC 3261 9.2, 17.2.1): call control never sees them
  return new Map([...rows,
    ['CANCEL', { who: 'nobody', refusal: { status: 481, because: 'CANCEL belongs to a request that is under way: one that fits nothing is answered 481.' } }],
    ['ACK', { who: 'nobody', refusal: { because: 'An ACK is never answered: one that fits nothing is dropped.' } }],
  ])
}
