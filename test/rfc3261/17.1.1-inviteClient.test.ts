import { inviteClient, newInviteClient, type InviteClient, type InviteClientInput, type InviteClientOutput } from '../../src/wire/sip/transaction/inviteClient.ts'
import { requestText, responseText } from '../wire/sip/fake.ts'
import { matrix, type Play, play } from '../wire/sip/rows.ts'

const the: Play<InviteClient, InviteClientInput, InviteClientOutput> = {
  machine: inviteClient,
  start: (reliable) => newInviteClient(0, reliable, requestText({ uri: 'sip:b' })),
  input: (name) => {
    if (name === 'wake' || name === 'failed') return { is: name }
    return name === 'cancel' ? { is: 'cancel', lines: '' } : { is: 'response', status: Number(name), text: responseText(Number(name)) }
  },
}

play(the, {
  'RFC 3261 17.1.1.2 Timer A doubles without a cap, seven INVITEs in all; Timer B ends it after 64*T1': { reliable: false, rows: [
    [499,    'wake', '',                  'calling'],
    [500,    'wake', 'send INVITE sip:b', 'calling'],
    [1_500,  'wake', 'send INVITE sip:b', 'calling'],
    [3_500,  'wake', 'send INVITE sip:b', 'calling'],
    [7_500,  'wake', 'send INVITE sip:b', 'calling'],
    [15_500, 'wake', 'send INVITE sip:b', 'calling'],
    [31_499, 'wake', '',                  'calling'],
    [31_500, 'wake', 'send INVITE sip:b', 'calling'],
    [32_000, 'wake', 'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.1.2 over a connection nothing is sent again, Timer B runs': { reliable: true, rows: [
    [31_999, 'wake', '',                  'calling'],
    [32_000, 'wake', 'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.1.2 in Proceeding nothing is sent again, every provisional is told, no timer runs': { reliable: false, rows: [
    [100,    '100',  'tell response',     'proceeding'],
    [200,    '180',  'tell response',     'proceeding'],
    [300,    '180',  'tell response',     'proceeding'],
    [180_000, 'wake', '',                 'proceeding'],
  ] },
  'RFC 3261 17.1.1.2 a refusal is acknowledged and told once; Timer D absorbs its retransmissions for 32 s, each acknowledged': { reliable: false, rows: [
    [100,    '180',  'tell response',     'proceeding'],
    [200,    '486',  'send ACK sip:b, tell response', 'completed'],
    [700,    '486',  'send ACK sip:b',    'completed'],
    [800,    '180',  '',                  'completed'],
    [900,    '200',  '',                  'completed'],
    [32_199, 'wake', '',                  'completed'],
    [32_200, 'wake', 'end',               'terminated'],
  ] },
  'RFC 3261 17.1.1.2 over a connection the ACK is sent and Timer D is zero': { reliable: true, rows: [
    [200,    '486',  'send ACK sip:b, tell response, end', 'terminated'],
  ] },
  'RFC 6026 7.2 in Accepted every 2xx is told, from every branch, never acknowledged here; Timer M ends it': { reliable: false, rows: [
    [200,    '200',  'tell response',     'accepted'],
    [500,    'wake', '',                  'accepted'],
    [700,    '200',  'tell response',     'accepted'],
    [800,    '486',  '',                  'accepted'],
    [900,    '180',  '',                  'accepted'],
    [32_199, 'wake', '',                  'accepted'],
    [32_200, 'wake', 'end',               'terminated'],
  ] },
  'RFC 6026 7.2 Timer M runs for 64*T1 over a connection too': { reliable: true, rows: [
    [200,    '200',  'tell response',     'accepted'],
    [32_200, 'wake', 'end',               'terminated'],
  ] },
  'RFC 3261 9.1 a CANCEL waits for a provisional response': { reliable: false, rows: [
    [100,    'cancel', '',                'calling'],
    [500,    'wake', 'send INVITE sip:b', 'calling'],
    [600,    '100',  'tell response, cancel CANCEL sip:b', 'proceeding'],
    [700,    '180',  'tell response',     'proceeding'],
    [800,    '487',  'send ACK sip:b, tell response', 'completed'],
  ] },
  'RFC 3261 9.1 a CANCEL goes out at once in Proceeding, and only once': { reliable: false, rows: [
    [100,    '180',    'tell response',   'proceeding'],
    [200,    'cancel', 'cancel CANCEL sip:b', 'proceeding'],
    [300,    'cancel', '',                'proceeding'],
  ] },
  'RFC 3261 9.1 no final response in 64*T1 after the CANCEL: the INVITE counts as cancelled': { reliable: true, rows: [
    [100,    '180',    'tell response',   'proceeding'],
    [200,    'cancel', 'cancel CANCEL sip:b', 'proceeding'],
    [300,    '180',    'tell response',   'proceeding'],
    [32_199, 'wake',   '',                'proceeding'],
    [32_200, 'wake',   'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 9.1 a CANCEL that waits is dropped by a final response': { reliable: false, rows: [
    [100,    'cancel', '',                'calling'],
    [200,    '200',    'tell response',   'accepted'],
    [300,    '180',    '',                'accepted'],
  ] },
  'RFC 3261 9.1 a CANCEL that waits for ever ends with Timer B': { reliable: true, rows: [
    [100,    'cancel', '',                'calling'],
    [32_000, 'wake',   'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.4 a transport error is told and ends it': { reliable: true, rows: [
    [20,     'failed', 'tell transportError, end', 'terminated'],
  ] },
})

play({ ...the, start: (reliable) => newInviteClient(0, reliable, requestText({ uri: 'sip:b' }), 180_000) }, {
  'RFC 3261 16.6 Timer C, where the user left it to us: it begins again with each provisional response, and ends the transaction': { reliable: false, rows: [
    [100,     '180',    'tell response',     'proceeding'],
    [120_000, '180',    'tell response',     'proceeding'],
    [299_999, 'wake',   '',                  'proceeding'],
    [300_000, 'wake',   'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 9.1 once the CANCEL is sent no provisional response makes it wait longer': { reliable: false, rows: [
    [100,     '180',    'tell response',     'proceeding'],
    [200,     'cancel', 'cancel CANCEL sip:b', 'proceeding'],
    [300,     '180',    'tell response',     'proceeding'],
    [32_200,  'wake',   'tell timeout, end', 'terminated'],
  ] },
})

matrix('RFC 3261 17.1.1, RFC 6026 7.2', the, {
  calling: { path: [], at: 100, expected: {
    wake: ' -> calling', cancel: ' -> calling', failed: 'tell transportError, end -> terminated', 100: 'tell response -> proceeding', 199: 'tell response -> proceeding',
    200: 'tell response -> accepted', 299: 'tell response -> accepted', 300: 'send ACK sip:b, tell response -> completed', 699: 'send ACK sip:b, tell response -> completed',
  } },
  proceeding: { path: [[50, '100']], at: 40_000, expected: {
    wake: ' -> proceeding', cancel: 'cancel CANCEL sip:b -> proceeding', failed: 'tell transportError, end -> terminated', 100: 'tell response -> proceeding',
    200: 'tell response -> accepted', 300: 'send ACK sip:b, tell response -> completed', 699: 'send ACK sip:b, tell response -> completed',
  } },
  accepted: { path: [[50, '200']], at: 100, expected: {
    wake: ' -> accepted', cancel: ' -> accepted', failed: ' -> accepted', 100: ' -> accepted', 200: 'tell response -> accepted', 299: 'tell response -> accepted', 486: ' -> accepted',
  } },
  completed: { path: [[50, '486']], at: 100, expected: {
    wake: ' -> completed', cancel: ' -> completed', failed: 'tell transportError, end -> terminated', 100: ' -> completed', 200: ' -> completed', 486: 'send ACK sip:b -> completed',
    500: 'send ACK sip:b -> completed',
  } },
  terminated: { path: [[50, '486'], [33_000, 'wake']], at: 99_000, expected: {
    wake: ' -> terminated', cancel: ' -> terminated', failed: ' -> terminated', 100: ' -> terminated', 200: ' -> terminated', 486: ' -> terminated',
  } },
})
