import { newNonInviteClient, nonInviteClient, type NonInviteClient, type NonInviteClientInput, type NonInviteClientOutput } from '../../src/wire/sip/transaction/nonInviteClient.ts'
import { matrix, type Play, play } from '../wire/sip/rows.ts'

const the: Play<NonInviteClient, NonInviteClientInput, NonInviteClientOutput> = {
  machine: nonInviteClient,
  start: (reliable) => newNonInviteClient(0, reliable, 'OPTIONS'),
  input: (name) => name === 'wake' || name === 'failed' ? { is: name } : { is: 'response', status: Number(name) },
}

play(the, {
  'RFC 3261 17.1.2.2 Timer E doubles up to T2, Timer F ends it after 64*T1': { reliable: false, rows: [
    [499,    'wake', '',             'trying'],
    [500,    'wake', 'send OPTIONS', 'trying'],
    [1_500,  'wake', 'send OPTIONS', 'trying'],
    [3_500,  'wake', 'send OPTIONS', 'trying'],
    [7_500,  'wake', 'send OPTIONS', 'trying'],
    [11_500, 'wake', 'send OPTIONS', 'trying'],
    [15_500, 'wake', 'send OPTIONS', 'trying'],
    [19_500, 'wake', 'send OPTIONS', 'trying'],
    [23_500, 'wake', 'send OPTIONS', 'trying'],
    [27_500, 'wake', 'send OPTIONS', 'trying'],
    [31_500, 'wake', 'send OPTIONS', 'trying'],
    [32_000, 'wake', 'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.2.2 in Proceeding Timer E is reset with T2 and Timer F still ends it': { reliable: false, rows: [
    [100,    '100',  'tell response', 'proceeding'],
    [200,    '100',  'tell response', 'proceeding'],
    [500,    'wake', 'send OPTIONS',  'proceeding'],
    [4_499,  'wake', '',              'proceeding'],
    [4_500,  'wake', 'send OPTIONS',  'proceeding'],
    [8_500,  'wake', 'send OPTIONS',  'proceeding'],
    [32_000, 'wake', 'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.2.2 a final response is told once; Timer K absorbs its retransmissions for T4': { reliable: false, rows: [
    [100,    '200',  'tell response', 'completed'],
    [600,    'wake', '',              'completed'],
    [700,    '200',  '',              'completed'],
    [5_099,  'wake', '',              'completed'],
    [5_100,  'wake', 'end',           'terminated'],
  ] },
  'RFC 3261 17.1.2.2 over a connection nothing is sent again and Timer K is zero': { reliable: true, rows: [
    [500,    'wake', '',              'trying'],
    [600,    '100',  'tell response', 'proceeding'],
    [4_500,  'wake', '',              'proceeding'],
    [5_000,  '200',  'tell response, end', 'terminated'],
  ] },
  'RFC 3261 17.1.2.2 over a connection Timer F ends it after 64*T1': { reliable: true, rows: [
    [31_999, 'wake', '',              'trying'],
    [32_000, 'wake', 'tell timeout, end', 'terminated'],
  ] },
  'RFC 3261 17.1.4 a transport error is told and ends it': { reliable: false, rows: [
    [20,     'failed', 'tell transportError, end', 'terminated'],
  ] },
})

matrix('RFC 3261 17.1.2', the, {
  trying: { path: [], at: 100, expected: {
    wake: ' -> trying', failed: 'tell transportError, end -> terminated', 100: 'tell response -> proceeding', 199: 'tell response -> proceeding',
    200: 'tell response -> completed', 300: 'tell response -> completed', 699: 'tell response -> completed',
  } },
  proceeding: { path: [[50, '100']], at: 100, expected: {
    wake: ' -> proceeding', failed: 'tell transportError, end -> terminated', 100: 'tell response -> proceeding', 200: 'tell response -> completed', 699: 'tell response -> completed',
  } },
  completed: { path: [[50, '200']], at: 100, expected: { wake: ' -> completed', failed: ' -> completed', 100: ' -> completed', 200: ' -> completed', 699: ' -> completed' } },
  terminated: { path: [[50, '200'], [9_000, 'wake']], at: 99_000, expected: {
    wake: ' -> terminated', failed: ' -> terminated', 100: ' -> terminated', 200: ' -> terminated', 699: ' -> terminated',
  } },
})
