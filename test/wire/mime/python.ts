/** What Python's email package reads in a message: somebody else's parser. */
import { execFileSync, spawnSync } from 'node:child_process'

export interface Read { readonly type: string; readonly payload: string | null }

const script = `
import sys, json, email, email.policy, base64
out = []
for text in json.load(sys.stdin):
    m = email.message_from_bytes(base64.b64decode(text), policy=email.policy.compat32)
    out.append([{'type': p.get_content_type(), 'payload': None if p.is_multipart() else base64.b64encode(p.get_payload(decode=True) or b'').decode()} for p in m.walk()])
json.dump(out, sys.stdout)
`

export const hasPython = spawnSync('python3', ['-c', 'import email']).status === 0

/** The parts of each message, outermost first; payloads decoded, in base64. */
export function pythonReads(messages: readonly string[]): Read[][] {
  return JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(messages.map((m) => Buffer.from(m, 'latin1').toString('base64'))), maxBuffer: 1 << 28 }).toString()) as Read[][]
}
