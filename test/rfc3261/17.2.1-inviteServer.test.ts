import { inviteServer, newInviteServer, type InviteServer, type InviteServerInput, type InviteServerOutput } from '../../src/wire/sip/transaction/inviteServer.ts'
import { matrix, type Play, play } from '../wire/sip/rows.ts'

const the: Play<InviteServer, InviteServerInput, InviteServerOutput> = {
  machine: inviteServer,
  start: newInviteServer,
  input: (name) => {
    if (name === 'wake' || name === 'ack' || name === 'retransmit') return { is: name }
    return name.startsWith('refuse') ? { is: 'refuse', text: name.slice(7) } : { is: 'respond', status: Number(name), text: name }
  },
}

play(the, {
  'RFC 3261 17.2.1 a retransmitted INVITE in Proceeding is answered by the most recent provisional response': { reliable: false, rows: [
    [0,      'retransmit', '',          'proceeding'],
    [10,     '100',        'send 100',  'proceeding'],
    [500,    'retransmit', 'send 100',  'proceeding'],
    [600,    '180',        'send 180',  'proceeding'],
    [1_500,  'retransmit', 'send 180',  'proceeding'],
    [99_000, 'wake',       '',          'proceeding'],
  ] },
  'RFC 3261 17.2.1 over UDP a 486 is sent again (Timer G), doubling up to T2, until the ACK; Timer I ends it T4 later': { reliable: false, rows: [
    [0,      '486',        'send 486',  'completed'],
    [499,    'wake',       '',          'completed'],
    [500,    'wake',       'send 486',  'completed'],
    [1_500,  'wake',       'send 486',  'completed'],
    [3_500,  'wake',       'send 486',  'completed'],
    [7_499,  'wake',       '',          'completed'],
    [7_500,  'wake',       'send 486',  'completed'],
    [11_500, 'wake',       'send 486',  'completed'],
    [11_510, 'retransmit', 'send 486',  'completed'],
    [11_600, 'ack',        '',          'confirmed'],
    [11_700, 'ack',        '',          'confirmed'],
    [11_700, 'retransmit', '',          'confirmed'],
    [16_599, 'wake',       '',          'confirmed'],
    [16_600, 'wake',       'end',       'terminated'],
  ] },
  'RFC 3261 17.2.1 over a connection Timer G does not run and Timer I is zero': { reliable: true, rows: [
    [0,      '486',        'send 486',  'completed'],
    [10_000, 'wake',       '',          'completed'],
    [10_001, 'retransmit', 'send 486',  'completed'],
    [10_002, 'ack',        'end',       'terminated'],
  ] },
  'RFC 3261 17.2.1 no ACK in 64*T1 (Timer H) is told to the user, over a connection': { reliable: true, rows: [
    [0,      '486',        'send 486',  'completed'],
    [31_999, 'wake',       '',          'completed'],
    [32_000, 'wake',       'tell noAck, end', 'terminated'],
  ] },
  'RFC 3261 17.2.1 no ACK in 64*T1 (Timer H) is told to the user, over UDP too': { reliable: false, rows: [
    [0,      '300',        'send 300',  'completed'],
    [32_000, 'wake',       'tell noAck, end', 'terminated'],
  ] },
  'RFC 6026 7.1 in Accepted a retransmitted INVITE is absorbed, an ACK passed up, a 2xx sent again by the user; Timer L ends it': { reliable: false, rows: [
    [0,      '180',        'send 180',  'proceeding'],
    [100,    '200',        'send 200',  'accepted'],
    [600,    'retransmit', '',          'accepted'],
    [600,    'wake',       '',          'accepted'],
    [700,    'ack',        'tell ack',  'accepted'],
    [800,    'ack',        'tell ack',  'accepted'],
    [900,    '200',        'send 200',  'accepted'],
    [950,    '486',        '',          'accepted'],
    [32_099, 'wake',       '',          'accepted'],
    [32_100, 'wake',       'end',       'terminated'],
  ] },
  'RFC 6026 8.7 Timer L runs for 64*T1 over a connection too': { reliable: true, rows: [
    [0,      '200',        'send 200',  'accepted'],
    [31_999, 'wake',       '',          'accepted'],
    [32_000, 'wake',       'end',       'terminated'],
  ] },
  'RFC 3261 8.2.7 a refusal is sent once and forgotten': { reliable: false, rows: [
    [0,      'refuse 403', 'send 403, end', 'terminated'],
    [500,    'retransmit', '',          'terminated'],
  ] },
})

matrix('RFC 3261 17.2.1, RFC 6026 7.1', the, {
  proceeding: { path: [[0, '180']], at: 40_000, expected: {
    wake: ' -> proceeding', retransmit: 'send 180 -> proceeding', ack: ' -> proceeding', 100: 'send 100 -> proceeding', 183: 'send 183 -> proceeding',
    200: 'send 200 -> accepted', 299: 'send 299 -> accepted', 300: 'send 300 -> completed', 699: 'send 699 -> completed', 'refuse 403': 'send 403, end -> terminated',
  } },
  accepted: { path: [[0, '200']], at: 1_000, expected: {
    wake: ' -> accepted', retransmit: ' -> accepted', ack: 'tell ack -> accepted', 180: ' -> accepted', 200: 'send 200 -> accepted', 299: 'send 299 -> accepted',
    300: ' -> accepted', 486: ' -> accepted', 'refuse 403': ' -> accepted',
  } },
  completed: { path: [[0, '486']], at: 100, expected: {
    wake: ' -> completed', retransmit: 'send 486 -> completed', ack: ' -> confirmed', 180: ' -> completed', 200: ' -> completed', 500: ' -> completed', 'refuse 403': ' -> completed',
  } },
  'completed over a connection': { reliable: true, path: [[0, '486']], at: 100, expected: {
    wake: ' -> completed', retransmit: 'send 486 -> completed', ack: 'end -> terminated', 180: ' -> completed', 200: ' -> completed', 500: ' -> completed', 'refuse 403': ' -> completed',
  } },
  confirmed: { path: [[0, '486'], [10, 'ack']], at: 100, expected: {
    wake: ' -> confirmed', retransmit: ' -> confirmed', ack: ' -> confirmed', 180: ' -> confirmed', 200: ' -> confirmed', 500: ' -> confirmed', 'refuse 403': ' -> confirmed',
  } },
  terminated: { path: [[0, '486'], [32_000, 'wake']], at: 99_000, expected: {
    wake: ' -> terminated', retransmit: ' -> terminated', ack: ' -> terminated', 180: ' -> terminated', 200: ' -> terminated', 500: ' -> terminated', 'refuse 403': ' -> terminated',
  } },
})
