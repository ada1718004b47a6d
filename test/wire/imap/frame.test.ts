/** RFC 3501 2.2.1, RFC 7888: a stream becomes commands, however it is cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expect, feed, type Framed, type Framing, newFraming, restart, take, unread } from '../../../src/wire/imap/index.ts'
import { linear } from '../../linear.ts'

/** Feeds pieces of `size` octets; literals are held, but streamed where the text says so. */
function framed(text: string, size: number, most = 1_000): Framed[] {
  const framing = newFraming(), found: Framed[] = []
  for (let i = 0; i < text.length; i += size) {
    feed(framing, text.slice(i, i + size))
    for (let one = take(framing, most); one; one = take(framing, most)) {
      found.push(one)
      if (one.is === 'literal') expect(framing, one.size, one.text.includes('STREAM') ? 'stream' : one.declined || one.text.includes('DISCARD') ? 'discard' : 'hold')
    }
  }
  return found
}

/** What was streamed in how many pieces depends on the cut: it is put together. */
function told(found: Framed[]): string[] {
  const said: string[] = []
  for (const one of found) {
    const text = one.is === 'octets' ? one.data : `${one.is} ${one.text}`, last = said.at(-1)
    if (one.is === 'octets' && last?.startsWith('octets ')) said[said.length - 1] = last + text
    else said.push(one.is === 'octets' ? `octets ${text}` : text)
  }
  return said
}

const rows: Record<string, [string, string[]]> = {
  'commands glued together': ['a NOOP\r\nb NOOP\r\n', ['command a NOOP', 'command b NOOP']],
  'an empty line': ['\r\na NOOP\r\n', ['command ', 'command a NOOP']],
  'a literal that waits': ['a LOGIN {3}\r\nbob {2}\r\npw\r\n', ['literal a LOGIN {3}\r\n', 'literal a LOGIN {3}\r\nbob {2}\r\n', 'command a LOGIN {3}\r\nbob {2}\r\npw']],
  'a literal that does not wait': ['a LOGIN {3+}\r\nbob x\r\n', ['literal a LOGIN {3+}\r\n', 'command a LOGIN {3+}\r\nbob x']],
  'line ends inside a literal': ['a X {4}\r\n\r\n\r\n\r\nb Y\r\n', ['literal a X {4}\r\n', 'command a X {4}\r\n\r\n\r\n', 'command b Y']],
  'an empty literal': ['a X {0}\r\n\r\n', ['literal a X {0}\r\n', 'command a X {0}\r\n']],
  'a streamed literal': ['a STREAM {5}\r\nhello\r\nb Y\r\n', ['literal a STREAM {5}\r\n', 'octets hello', 'command ', 'command b Y']],
  'a literal read past': ['a DISCARD {5+}\r\nhello\r\nb Y\r\n', ['literal a DISCARD {5+}\r\n', 'command b Y']],
  'a second literal behind one read past': ['a DISCARD {2+}\r\nxy {8+}\r\nb NOOP\r\n rest\r\nc Y\r\n', ['literal a DISCARD {2+}\r\n', 'literal  {8+}\r\n', 'command c Y']],
  'a lone LF': ['a NOOP\nb NOOP\r\n', ['lineEnd a NOOP', 'command b NOOP']],
  'brackets that announce nothing': ['a X {}\r\nb X {+}\r\nc X {1-}\r\nd X {12345678901}\r\ne X 5}\r\n', ['command a X {}', 'command b X {+}', 'command c X {1-}', 'command d X {12345678901}', 'command e X 5}']],
}

for (const [name, [text, wanted]] of Object.entries(rows)) {
  test(`RFC 3501 2.2.1 framing: ${name}`, () => {
    for (const size of [1, 2, 3, 5, 1_000]) assert.deepEqual(told(framed(text, size)), wanted, `in pieces of ${size}`)
  })
}

test('RFC 7888 3 a binary literal and one that does not wait are told apart', () => {
  assert.deepEqual(framed('a X ~{3+}\r\nabc\r\n', 100)[0], { is: 'literal', text: 'a X ~{3+}\r\n', size: 3, waits: false, binary: true, declined: false })
  assert.deepEqual(framed('a X {3}\r\nabc\r\n', 100)[0], { is: 'literal', text: 'a X {3}\r\n', size: 3, waits: true, binary: false, declined: false })
})

test('A41 a line that is too long is told once and read past, wherever it is cut', () => {
  for (const size of [1, 7, 50, 10_000]) {
    const found = framed(`a ${'x'.repeat(500)}\r\nb NOOP\r\n`, size, 100)
    assert.deepEqual(found.map((one) => one.is), ['tooLong', 'command'], `in pieces of ${size}`)
    assert.ok(found[0]?.is === 'tooLong' && found[0].text.startsWith('a x') && found[0].text.length <= 128)
  }
})

test('A41 what waits is no more than one command may hold', () => {
  const framing: Framing = newFraming()
  let most = 0
  for (let i = 0; i < 20_000; i++) {
    feed(framing, 'x')
    take(framing, 100)
    most = Math.max(most, framing.length + unread(framing))
  }
  assert.ok(most <= 101, `${most}`)
})

test('RFC 3501 7.5 a refused literal is forgotten with its command', () => {
  const framing = newFraming()
  feed(framing, 'a X {9}\r\n')
  assert.equal(take(framing, 100)?.is, 'literal')
  restart(framing)
  feed(framing, 'b NOOP\r\n')
  assert.deepEqual(take(framing, 100), { is: 'command', text: 'b NOOP' })
})

const octetByOctet = (text: string) => () => {
  const framing = newFraming()
  for (const octet of text) {
    feed(framing, octet)
    for (let one = take(framing, 100_000); one; one = take(framing, 100_000)) if (one.is === 'literal') expect(framing, one.size, 'hold')
  }
}
linear('A5 RFC 3501 2.2.1 octet by octet', 20_000, {
  'a line that does not end': (n) => octetByOctet('a'.repeat(n)), 'short commands': (n) => octetByOctet('a NOOP\r\n'.repeat(n / 8)), 'one literal': (n) => octetByOctet(`a {${n}}\r\n${'x'.repeat(n)}\r\n`), 'many literals in one command': (n) => octetByOctet(`a${' {9+}\r\nxxxxxxxxx'.repeat(n / 16)}\r\n`),
})
