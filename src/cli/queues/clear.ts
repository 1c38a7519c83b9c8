import { type Context, withStoreUnless } from '../../app/context.js'
import { findQueue } from '../../app/queues/list-queues.js'
import { queueName } from '../../domain/names.js'
import { actOn, type BulkItem } from '../jobs/bulk.js'
import { cancelling } from '../jobs/cancel.js'

/** Cancels what waits on a queue, after a question. Throws UsageError, and NotFoundError if there is no such queue. */
export function clear(
  context: Context,
  word: string,
  choice: { readonly dryRun: boolean; readonly yes: boolean },
): Promise<readonly BulkItem[]> {
  const queue = queueName(word)
  return withStoreUnless(choice.dryRun, context, async (store) => {
    await findQueue(store, queue)
    const filter = { queue, states: ['scheduled', 'queued'] as const }
    const items = await actOn(store, cancelling, { kind: 'filter', filter, ...choice })
    return items.map(({ id, answer }) => ({ id, answer }))
  })
}
