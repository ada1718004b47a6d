/** What call control says to each method outside a dialog, as commands explain it: its own table, and what its refusals come to. */
import type { MethodRow } from '../admin/house.ts'

/** Methods that a phone may send and that are refused all the same, once it has proved who it is. */
const refusals: Readonly<Record<string, { readonly status: number; readonly because: string }>> = {
  NOTIFY: { status: 481, because: 'NOTIFY belongs to a subscription: outside of one it is answered 481.' },
  PUBLISH: { status: 489, because: 'No event is published here: PUBLISH is answered 489.' },
  REFER: { status: 403, because: 'REFER belongs to a call: outside of one it is answered 403.' },
}

/** Loaded when it is asked for: a desk that only serves metrics needs no call control. */
export async function methodTable(): Promise<ReadonlyMap<string, MethodRow>> {
  const { methods } = await import('../calls/hear.ts')
  const rows = Object.entries(methods).map(([name, { who, refusal = 403 }]): [string, MethodRow] => {
    if (who === 'nobody') return [name, { who, refusal: { status: refusal, because: `${name} belongs to a call: outside of one it is answered ${refusal}.` } }]
    return [name, { who, refusal: refusals[name] }]
  })
  // the transaction layer's own (RFC 3261 9.2, 17.2.1): call control never sees them
  return new Map([...rows,
    ['CANCEL', { who: 'nobody', refusal: { status: 481, because: 'CANCEL belongs to a request that is under way: one that fits nothing is answered 481.' } }],
    ['ACK', { who: 'nobody', refusal: { because: 'An ACK is never answered: one that fits nothing is dropped.' } }],
  ])
}
