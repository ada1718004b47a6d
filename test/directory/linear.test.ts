/** A5: the work for a site file grows with its length and no faster, right or wrong as it may be. */
import { readSite } from '../../src/directory/site.ts'
import { everywhere, linear, type Make } from '../linear.ts'

const site = (head: string, line: (i: number) => string, tail = ''): Make => (n) => {
  const text = head + Array.from({ length: n }, (_, i) => line(i)).join('') + tail
  return () => readSite(text, 'site.yaml')
}

linear('A5 site file', 100, {
  'users': site('users:\n', (i) => `  - { userId: u${i}, extension: "${1_000_000 + i}" }\n`),
  'users with an unknown field': site('users:\n', (i) => `  - { userId: u${i}, extensio: "1" }\n`),
  'the same user': site('users:\n', () => '  - { userId: u }\n'),
  'the same field': site('users:\n  - userId: a\n', () => '    userId: b\n'),
  'unknown lists': site('', (i) => `a${i}: x\n`),
  'services that are none': site('services:\n', (i) => `  s${i}: { port: 1 }\n`),
  'the same number': site('users:\n', (i) => `  - { userId: u${i}, extension: "1" }\n`),
  'phones of nobody': site('phones:\n', (i) => `  - { name: p${i}, user: nobody${i} }\n`),
  'phones with lines': site('phones:\n', (i) => `  - { name: p${i}, lines: ["${i}"], deviceSecurityMode: nonSecure }\n`),
  'members of a hunt group': site('huntGroups: [{ number: "9", members: [', (i) => `"${i}", `, '"x"] }]'),
  'a ring of forwards': site('lines:\n', (i) => `  - { number: "${i}", forwardAll: "${i + 1}" }\n`),
  'park lots': site('parkLots:\n', (i) => `  - { name: L${i}, from: "${100_000 + 2 * i}", to: "${100_001 + 2 * i}" }\n`),
  'comments': site('', () => '#c\n', 'users: []'),
})
linear('A5 site file,', 1_000, everywhere((text) => readSite(text, 'site.yaml'), { 'alone:': ['', ''], 'in quotes:': ['users: "', '"'], 'in brackets:': ['users: [', ']'] }))
