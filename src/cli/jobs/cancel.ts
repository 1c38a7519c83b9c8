import {
  type Cancelled,
  type CancelResult,
  cancelInBatches,
  cancelJobs,
  findCancellable,
} from '../../app/jobs/cancel-jobs.js'
import { noJob } from '../../app/jobs/find-job.js'
import type { JobId } from '../../domain/job.js'
import type { JobFilter, Store } from '../../stores/store.js'
import { confirm } from '../confirm.js'
import { say } from '../say.js'

const texts: Readonly<Record<Cancelled['answer'], string>> = {
  cancelled: 'cancelled',
  requested: 'runs, and was asked to stop',
  ended: 'has ended already',
  unknown: 'is no job',
}

/** Cancels these jobs. Throws NotFoundError, after all others are cancelled, if one is unknown. */
export async function cancelByIds(store: Store, ids: readonly JobId[]): Promise<readonly Cancelled[]> {
  return shown(await cancelJobs(store, ids))
}

export interface BulkChoice {
  readonly dryRun: boolean
  readonly yes: boolean
}

/** Cancels all jobs that a filter finds, after a question; with `dryRun` only says which. */
export async function cancelFound(store: Store, filter: JobFilter, { dryRun, yes }: BulkChoice) {
  const ids = await findCancellable(store, filter)
  if (dryRun) {
    for (const id of ids) say(`${id} would be cancelled`)
    return ids.map((id) => ({ id, answer: 'would be cancelled' as const }))
  }
  if (ids.length === 0) say('No such jobs.')
  if (ids.length === 0 || !(yes || (await confirm(`Cancel ${ids.length} job${ids.length === 1 ? '' : 's'}?`))))
    return []
  const items: Cancelled[] = []
  for await (const result of cancelInBatches(store, ids)) items.push(...shown(result))
  return items
}

/** Says what became of each job. Throws NotFoundError if one is unknown. */
function shown({ items, withoutWorker }: CancelResult): readonly Cancelled[] {
  for (const { id, answer } of items) {
    const why = withoutWorker.get(id)
    if (answer !== 'unknown') say(why === undefined ? `${id} ${texts[answer]}` : `${id}: ${why}`)
  }
  const unknown = items.find(({ answer }) => answer === 'unknown')
  if (unknown !== undefined) throw noJob(unknown.id)
  return items
}
