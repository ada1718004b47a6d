/** What a thrown thing says of itself, safe to print: a system's code (ENOSPC), or the name of an error; never its text, which may quote its input. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
