/** Which message a text is: all that rules choose by. Standards RFC 3261 7.1, 7.2, 8.1.1.5 */
import { draftOf, valueIn } from './head.ts'

/** The method of a response is that of its CSeq; undefined where the text is no message. */
export function messageFacts(text: string): { readonly method: string; readonly status: number } | undefined {
  const { start, lines } = draftOf(text), [first = '', second = '', third = ''] = start.split(' ')
  if (third === 'SIP/2.0' && first !== '') return { method: first, status: 0 }
  const cseq = lines.find(({ name }) => name === 'cseq'), method = cseq ? valueIn(cseq).split(' ').at(-1) ?? '' : ''
  return first === 'SIP/2.0' && /^[1-6][0-9]{2}$/.test(second) && method !== '' ? { method, status: Number(second) } : undefined
}
