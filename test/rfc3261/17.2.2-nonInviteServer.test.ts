import { newNonInviteServer, nonInviteServer, type NonInviteServer, type NonInviteServerInput, type NonInviteServerOutput } from '../../src/wire/sip/transaction/nonInviteServer.ts'
import { matrix, type Play, play } from '../wire/sip/rows.ts'

const the: Play<NonInviteServer, NonInviteServerInput, NonInviteServerOutput> = {
  machine: nonInviteServer,
  start: (reliable) => newNonInviteServer(0, reliable),
  input: (name) => {
    if (name === 'wake' || name === 'retransmit') return { is: name }
    return name.startsWith('refuse') ? { is: 'refuse', text: name.slice(7) } : { is: 'respond', status: Number(name), text: name }
  },
}

play(the, {
  'RFC 3261 17.2.2 in Trying retransmissions are discarded; the final response is sent again to each until Timer J': { reliable: false, rows: [
    [500,    'retransmit', '',          'trying'],
    [600,    '200',        'send 200',  'completed'],
    [1_500,  'retransmit', 'send 200',  'completed'],
    [3_500,  'retransmit', 'send 200',  'completed'],
    [3_600,  '404',        '',          'completed'],
    [3_700,  'retransmit', 'send 200',  'completed'],
    [32_599, 'wake',       '',          'completed'],
    [32_600, 'wake',       'end',       'terminated'],
  ] },
  'RFC 3261 17.2.2 over a connection Timer J is zero': { reliable: true, rows: [
    [0,      '200',        'send 200, end', 'terminated'],
    [10,     'retransmit', '',          'terminated'],
  ] },
  'RFC 4320 4.1 over UDP a 100 waits until the client sends only every T2; a retransmission brings it again': { reliable: false, rows: [
    [0,      '100',        '',          'trying'],
    [500,    'retransmit', '',          'trying'],
    [3_499,  'wake',       '',          'trying'],
    [3_500,  'wake',       'send 100',  'proceeding'],
    [7_500,  'retransmit', 'send 100',  'proceeding'],
    [8_000,  '100',        'send 100',  'proceeding'],
    [9_000,  '200',        'send 200',  'completed'],
  ] },
  'RFC 4320 4.1 a final response before that moment takes the place of the 100': { reliable: false, rows: [
    [0,      '100',        '',          'trying'],
    [1_000,  '200',        'send 200',  'completed'],
    [3_500,  'wake',       '',          'completed'],
  ] },
  'RFC 4320 4.1 over a connection a 100 goes out at any time': { reliable: true, rows: [
    [0,      '100',        'send 100',  'proceeding'],
    [10,     'retransmit', 'send 100',  'proceeding'],
    [20,     '200',        'send 200, end', 'terminated'],
  ] },
  'RFC 4320 4.1 no provisional response but 100 is sent': { reliable: true, rows: [
    [0,      '180',        '',          'trying'],
    [10,     '183',        '',          'trying'],
  ] },
  'RFC 4320 4.2 a 408 is not sent; retransmissions are absorbed all the same': { reliable: false, rows: [
    [31_000, '408',        '',          'completed'],
    [31_500, 'retransmit', '',          'completed'],
    [63_000, 'wake',       'end',       'terminated'],
  ] },
  'RFC 4320 4.2 once the client has given up (64*T1) nothing is answered any more': { reliable: false, rows: [
    [31_999, 'wake',       '',          'trying'],
    [32_000, 'wake',       'end',       'terminated'],
    [32_010, '200',        '',          'terminated'],
  ] },
  'RFC 3261 8.2.7 a refusal is sent once and forgotten': { reliable: false, rows: [
    [0,      'refuse 403', 'send 403, end', 'terminated'],
    [500,    'retransmit', '',          'terminated'],
  ] },
})

const unmoved = (state: string) => ({ wake: ` -> ${state}`, 100: ` -> ${state}`, 180: ` -> ${state}`, 200: ` -> ${state}`, 408: ` -> ${state}`, 699: ` -> ${state}`, 'refuse 403': ` -> ${state}` })
matrix('RFC 3261 17.2.2, RFC 4320 4', the, {
  trying: { path: [], at: 100, expected: {
    wake: ' -> trying', retransmit: ' -> trying', 100: ' -> trying', 180: ' -> trying', 200: 'send 200 -> completed', 408: ' -> completed', 699: 'send 699 -> completed',
    'refuse 403': 'send 403, end -> terminated',
  } },
  'trying over a connection': { reliable: true, path: [], at: 100, expected: {
    wake: ' -> trying', retransmit: ' -> trying', 100: 'send 100 -> proceeding', 180: ' -> trying', 200: 'send 200, end -> terminated', 408: 'end -> terminated',
    'refuse 403': 'send 403, end -> terminated',
  } },
  proceeding: { path: [[4_000, '100']], at: 5_000, expected: {
    wake: ' -> proceeding', retransmit: 'send 100 -> proceeding', 100: 'send 100 -> proceeding', 180: ' -> proceeding', 200: 'send 200 -> completed', 408: ' -> completed',
    699: 'send 699 -> completed', 'refuse 403': 'send 403, end -> terminated',
  } },
  completed: { path: [[10, '200']], at: 5_000, expected: { ...unmoved('completed'), retransmit: 'send 200 -> completed' } },
  terminated: { path: [[10, '200'], [33_000, 'wake']], at: 99_000, expected: { ...unmoved('terminated'), retransmit: ' -> terminated' } },
})
