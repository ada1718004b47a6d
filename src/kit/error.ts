/** Why a file cannot be read, or written, in words where we have some. */
export function fileReason(error: unknown): string {
  const code = errorCode(error), words = fileReasons[code]
  return words === undefined ? code : `${words} (${code})`
}
const fileReasons: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'it is a directory', EACCES: 'this user has no right to it', ENOSPC: 'the disk is full' }

/** What a thrown thing says of itself, safe to print: a system's code (ENOSPC), or the name of an error; never its text, which may quote its input. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
