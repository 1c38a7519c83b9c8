import { OffstageError } from '../../domain/errors.js'
import type { WorkerInfo } from '../../stores/store.js'

// The others are of the same kind.
const mostNamed = 10

/** What is thrown when workers keep `what` from being done. */
export function workersAlive(what: string, workers: readonly WorkerInfo[], hint: string): OffstageError {
  const named = workers.slice(0, mostNamed).map(({ id, process, host }) => `${id} (pid ${process.pid} on ${host})`)
  const more = workers.length > mostNamed ? [`${workers.length - mostNamed} more`] : []
  const are = workers.length === 1 ? 'is' : 'are'
  return new OffstageError('E_WORKERS_ALIVE', `${what}: ${[...named, ...more].join(', ')} ${are} alive`, hint)
}
