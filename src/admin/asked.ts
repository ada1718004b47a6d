/** What `explain request` is asked, and what it comes to. */
import type { Options } from './commands.ts'
import type { House } from './house.ts'

export const transports = ['udp', 'tcp', 'tls', 'wss'] as const
export type Transport = typeof transports[number]

export interface Verdict { readonly verdict: 'allow' | 'challenge' | 'refuse'; readonly status?: number | undefined; readonly because: string; readonly rule: string; readonly trunk?: string | undefined }

/** What is asked of the system. */
export type Asked = Pick<House, 'snapshot' | 'live' | 'methods'>

export function textOf(options: Options, name: string): string | undefined { return typeof options[name] === 'string' ? options[name] : undefined }
