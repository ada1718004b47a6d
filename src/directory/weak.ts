/**
 * Which passwords and PINs anybody would guess.
 *
 * Standards  unity-connection rule "Recommended Voice Mail Authentication Rule": PIN of 6, password of 8, no trivial ones
 * Security   answers why in words that do not hold the secret
 */
import type { Secret } from '../kit/secret.ts'

/** What a guesser knows about somebody. */
export interface Known { readonly names: readonly (string | undefined)[]; readonly numbers: readonly (string | undefined)[] }

const minPassword = 8, minPin = 6
const common = new Set(['password', 'password1', 'passwort', 'passw0rd', 'p@ssw0rd', 'changeme', 'changeit', 'letmein1', 'welcome1', 'administrator', 'ringfort', 'iloveyou',
  'qwertyui', 'qwerty123', 'qwertz123', '12345678', '123456789', '1234567890', '87654321', '11111111', '00000000', 'abcdefgh', 'abcd1234', 'asdfghjk', 'default1', 'secret12', 'voicemail'])

/** The rules in one phrase each. */
export const secretRules = {
  password: `at least ${minPassword} characters, four of them different, no run, no word that anybody tries first, and not the name or number of its owner`,
  PIN: `at least ${minPin} digits, three of them different, no run, none three times in a row, nothing that repeats itself, no date, and not the extension or name of its owner`,
} as const

/** Why this password is refused; undefined if it may stand. For web, mail and digest alike. */
export function weakPassword(password: Secret, known: Known): string | undefined {
  const text = password.reveal().toLowerCase()
  if ([...text].length < minPassword) return `It has fewer than ${minPassword} characters.`
  if (new Set(text).size < 4) return 'It has fewer than four different characters.'
  if (common.has(text)) return 'It is one of the first that anybody tries.'
  const own = [...known.names, ...known.numbers].map((w) => w?.toLowerCase() ?? '').filter((w) => w.length >= 3)
  const rest = own.reduce((left, word) => left.replaceAll(word, ''), text)
  if (rest.length < 4 && rest !== text) return 'It is little more than the name or number it belongs to.'
  if (own.some((word) => text === reverse(word))) return 'It is a name or number turned round.'
  return isRun(text) ? 'It is a run of neighbouring characters.' : undefined
}

/** Why this PIN is refused; undefined if it may stand. */
export function weakPin(pin: Secret, known: Known): string | undefined {
  const text = pin.reveal()
  if (!/^[0-9]*$/.test(text)) return 'It has other characters than digits.'
  if (text.length < minPin) return `It has fewer than ${minPin} digits.`
  if (isRun(text)) return 'It is a run of neighbouring digits.'
  if (/000|111|222|333|444|555|666|777|888|999/.test(text)) return 'One digit stands three times in a row.'
  if (new Set(text).size < 3) return 'It has fewer than three different digits.'
  if (repeats(text)) return 'It repeats itself.'
  const numbers = known.numbers.map((n) => n?.replace(/[^0-9]/g, '') ?? '').filter((n) => n.length >= 3)
  if (numbers.some((n) => same(text, n) || same(text, reverse(n)))) return 'It is the extension, turned round or repeated.'
  if (known.names.flatMap(words).some((word) => text.includes(keys(word)))) return 'It spells a name on the keys.'
  return isDate(text) ? 'It is a date.' : undefined
}

/** The word itself, once or several times, with at most one digit more. */
function same(text: string, word: string): boolean { return text.includes(word) && text.replaceAll(word, '').length <= 1 }

function reverse(text: string): string { return [...text].reverse().join('') }

/** All steps between neighbours are the same: 0, +1 or -1. */
function isRun(text: string): boolean {
  const step = text.charCodeAt(1) - text.charCodeAt(0)
  if (Math.abs(step) > 1) return false
  for (let i = 2; i < text.length; i++) if (text.charCodeAt(i) - text.charCodeAt(i - 1) !== step) return false
  return true
}

/** A shorter piece over and over. */
function repeats(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length++) {
    if (text.length % length === 0 && text.slice(0, length).repeat(text.length / length) === text) return true
  }
  return false
}

function words(name: string | undefined): string[] {
  return (name ?? '').toLowerCase().split(/[^a-z]+/).filter((word) => word.length >= 4)
}

/** ITU-T E.161 keypad. */
function keys(word: string): string {
  return [...word].map((letter) => '22233344455566677778889999'[letter.charCodeAt(0) - 97]).join('')
}

/** Eight digits that are a day of a year from 1900 to 2099, in any of three orders. */
function isDate(text: string): boolean {
  if (text.length !== 8) return false
  const orders = [[0, 4, 6], [4, 2, 0], [4, 0, 2]] as const
  return orders.some(([y, m, d]) => {
    const [year, month, day] = [Number(text.slice(y, y + 4)), Number(text.slice(m, m + 2)), Number(text.slice(d, d + 2))]
    return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
  })
}
