import { queueName } from '../../domain/names.js'
import type { Store } from '../../stores/store.js'
import type { QueueJson } from '../../views/queue.js'
import { nearestQueue, queuesNamed } from './list-queues.js'

/** Something that a user should know about a queue that was paused. */
export type PauseNote =
  | { readonly kind: 'unchanged'; readonly name: string }
  /** It has no jobs, perhaps because its name is mistyped. */
  | { readonly kind: 'no-jobs'; readonly name: string; readonly nearest: string | null }

/** Pauses queues, also those that have no jobs yet. Resolves to how they are now. */
export async function pauseQueues(
  store: Store,
  names: readonly string[],
): Promise<{ readonly items: readonly QueueJson[]; readonly notes: readonly PauseNote[] }> {
  const before = await store.queues()
  const answers = await store.pauseQueues(names)
  const notes = names.flatMap((name, index): PauseNote[] => {
    if (answers[index] === 'unchanged') return [{ kind: 'unchanged', name }]
    if (before.some((queue) => queue.name === name)) return []
    return [{ kind: 'no-jobs', name, nearest: nearestQueue(name, before) }]
  })
  return { items: await queuesNamed(store, names), notes }
}

/** The names of queues as a user typed them, each once. Throws UsageError. */
export function parseQueueNames(words: readonly string[]): readonly string[] {
  return [...new Set(words.map(queueName))]
}
