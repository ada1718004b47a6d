/** Opening a listener: the usual port, its fallback where that is not permitted, and a clear word where neither can be had. */
import type { Problem, Result } from '../kit/result.ts'
import type { Binding } from './bindings.ts'
import type { EdgeLog } from './door.ts'
import { problem, reasonOf } from './problems.ts'

export function listenProblem(binding: Binding, port: number, error: unknown): Problem {
  const where = `${binding.name} ${binding.transport}/${binding.address}:${port}`
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':    return problem('edge.portInUse', where)
    case 'EACCES':
    case 'EPERM':         return problem('edge.portNotPermitted', where)
    case 'EADDRNOTAVAIL': return problem('edge.addressNotHere', where)
    default:              return problem('edge.listenFailed', where, reasonOf(error))
  }
}

/** `open` at the binding's port, then at its fallback where the first is not permitted to this user. */
export async function withFallback<T>(binding: Binding, log: EdgeLog, open: (port: number) => Promise<Result<T>>): Promise<Result<T>> {
  const first = await open(binding.port)
  if (first.ok || first.problem.code !== 'edge.portNotPermitted' || binding.fallback === undefined) return first
  const second = await open(binding.fallback)
  if (second.ok) log('warn', problem('edge.fallbackPort', binding.name, `${binding.fallback} instead of ${binding.port}`))
  return second
}
