/** Runs in a thread of its own, so that what never ends can be ended: each bomb through parser and endpoint, the least time of some tries. */
import { parentPort } from 'node:worker_threads'
import { body, edited, maxMessage, parseMessage, part } from '../../../src/wire/sip/index.ts'
import { slowness } from '../../../fuzz/harness/speed.ts'
import { newDesk } from './desk.ts'
import { requestText } from './fake.ts'

const filled = (piece: string) => piece.repeat(Math.floor(60_000 / piece.length))
const multipart = (boundary: string, text: string) => requestText().replace('Content-Length: 0', `Content-Type: multipart/mixed;boundary=${boundary}\r\nContent-Length: ${text.length}`) + text

const bombs: Readonly<Record<string, string>> = {
  'no boundary': requestText().replace('Content-Length: 0', 'Content-Type: multipart/mixed\r\nContent-Length: 60000') + filled('--\r\n'),
  'an empty boundary': multipart('""', filled('--\r\n')),
  'a boundary of one hyphen': multipart('-', filled('---\r\n')),
  'a boundary of hyphens': multipart('-'.repeat(70), filled('-')),
  'a boundary longer than there is': multipart('b'.repeat(8_000), filled(`--${'b'.repeat(8_000)}\r\n`)),
  'a boundary of blanks': multipart('"    "', filled('--    \r\n')),
  'delimiters alone': multipart('a', filled('--a\r\n')),
  'delimiters of another': multipart('a', filled('--ab\r\n')),
  'delimiters in the middle of lines': multipart('a', filled('x--a\r\n')),
  'one line of delimiters': multipart('a', `\r\n${filled('--a')}`),
  'parts in parts': multipart('a', filled('--a\r\nContent-Type: multipart/mixed;boundary=a\r\n\r\n')),
  'parts in parts, each with its own boundary': multipart('b0', Array.from({ length: 900 }, (_, i) => `--b${i}\r\nContent-Type: multipart/mixed;boundary=b${i + 1}\r\n\r\n`).join('')),
  'parts without an end of their head': multipart('a', `--a\r\n${filled('X: y\r\n')}`),
  'heads that fold for ever': multipart('a', `--a\r\nContent-Type:${filled('\r\n ')}`),
  'heads without a colon': multipart('a', filled('--a\r\nx\r\n')),
  'the last delimiter first': multipart('a', `--a--\r\n${filled('--a\r\n')}`),
  'a content type of parameters': requestText().replace('Content-Length: 0', `Content-Type: multipart/mixed${';a=b'.repeat(2_000)};boundary=a\r\nContent-Length: 50000`) + '--a\r\n'.repeat(10_000),
}

function tried(text: string): number {
  const started = performance.now(), parsed = parseMessage(text)
  if (parsed.ok) {
    part(parsed.message, 'application/sdp')
    edited(parsed.message, [])
    body(parsed.message)
  }
  newDesk().send(text)
  return performance.now() - started
}

for (const [name, text] of Object.entries(bombs)) {
  if (text.length > maxMessage) throw new Error(`${name} is longer than a message can be`)
  let least = Infinity
  for (let n = 0; n < 40 && (n < 5 || least > 1); n++) least = Math.min(least, tried(text) / slowness())
  parentPort!.postMessage({ name, least })
}
parentPort!.postMessage({ name: 'end', least: 0 })
