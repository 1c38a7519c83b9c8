import { type Cancelled, cancelJobs } from '../../app/jobs/cancel-jobs.js'
import type { JobState } from '../../domain/job.js'
import type { BulkAction } from './bulk.js'

/** `why`: what becomes of a running job whose worker cannot stop it. */
type CancelledItem = Cancelled & { readonly why?: string }

export const cancellable: readonly JobState[] = ['scheduled', 'queued', 'running']

const texts: Readonly<Record<Cancelled['answer'], string>> = {
  cancelled: 'cancelled',
  requested: 'runs, and was asked to stop',
  ended: 'has ended already',
  changed: 'has changed meanwhile',
  unknown: 'is no job',
}

export const cancelling: BulkAction<CancelledItem> = {
  verb: 'cancel',
  past: 'cancelled',
  states: cancellable,
  done: ['cancelled', 'requested'],
  refused: [],
  kept: {},
  async act(store, ids, states) {
    const { items, withoutWorker } = await cancelJobs(store, ids, states)
    return items.map((item) => {
      const why = withoutWorker.get(item.id)
      return why === undefined ? item : { ...item, why }
    })
  },
  text: ({ id, answer, why }) => (why === undefined ? `${id} ${texts[answer]}` : `${id}: ${why}`),
}
