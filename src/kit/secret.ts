/** Values that must not reach a log, an error or a URL: they print as a mark, whatever prints them. */
import { inspect } from 'node:util'

class Hidden {
  readonly #value: string
  readonly #mark: string
  constructor(value: string, mark: string) { this.#value = value; this.#mark = mark }
  /** The only way to the value: every use is found by searching for `.reveal(`. */
  reveal(): string { return this.#value }
  toString(): string { return this.#mark }
  toJSON(): string { return this.#mark }
  [inspect.custom](): string { return this.#mark }
}

/** A password, key, hash of a password or token. */
export type Secret = Hidden & { readonly kind?: 'secret' }
/** A personal datum: a dialled number, an address, digits pressed. */
export type Pii = Hidden & { readonly kind?: 'pii' }

export function secret(value: string): Secret { return new Hidden(value, '[secret]') }
export function pii(value: string): Pii { return new Hidden(value, '[personal]') }
