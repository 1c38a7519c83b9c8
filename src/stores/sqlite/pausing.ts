import type { Clock } from '../../domain/clock.js'
import type { Statements } from './statements.js'

export function pauseQueues(statements: Statements, clock: Clock, names: readonly string[]) {
  const now = clock.now()
  return names.map((name) => (statements.pauseQueue.run(name, now).changes > 0 ? 'paused' : 'unchanged'))
}

export function resumeQueues(statements: Statements, names: readonly string[]) {
  return names.map((name) => (statements.resumeQueue.run(name).changes > 0 ? 'resumed' : 'unchanged'))
}
