import type { Writing } from './writing.js'

export function pauseQueues({ statements, clock, names }: Writing, queues: readonly string[]) {
  const now = clock.now()
  return queues.map((name) => (statements.pauseQueue.run(now, names.queue(name)).changes > 0 ? 'paused' : 'unchanged'))
}

export function resumeQueues({ statements }: Writing, queues: readonly string[]) {
  return queues.map((name) => (statements.resumeQueue.run(name).changes > 0 ? 'resumed' : 'unchanged'))
}
