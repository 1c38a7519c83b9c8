import type { Store } from '../../stores/store.js'
import type { QueueJson } from '../../views/queue.js'
import { noQueue, queuesNamed } from './list-queues.js'

/**
 * Lets queues run again. Resolves to how they are now, and which were not paused. Throws NotFoundError, and resumes
 * none then.
 */
export async function resumeQueues(
  store: Store,
  names: readonly string[],
): Promise<{ readonly items: readonly QueueJson[]; readonly unchanged: readonly string[] }> {
  const before = await store.queues()
  const unknown = names.find((name) => !before.some((queue) => queue.name === name))
  if (unknown !== undefined) throw noQueue(unknown, before)
  const answers = await store.resumeQueues(names)
  const unchanged = names.filter((_, index) => answers[index] === 'unchanged')
  return { items: await queuesNamed(store, names), unchanged }
}
