import { NotFoundError } from '../../domain/errors.js'
import type { Job, JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { jobAt } from './expired.js'
import { patiently } from './patiently.js'

/** Resolves to the job when it is final or the signal fires. `runsHere`: whether this process runs it. */
export async function followJob(
  store: Store,
  id: JobId,
  signal: AbortSignal,
  runsHere: () => boolean = () => false,
): Promise<Job> {
  const changes = store.changes()
  for (;;) {
    const job = await patiently(
      signal,
      async () => {
        const stored = await store.job(id)
        if (stored === null) throw new NotFoundError('E_NO_JOB', `no job ${id}`, 'it was removed while it was followed')
        return jobAt(store, stored, systemClock.now())
      },
      runsHere,
    )
    if (isFinal(job.state) || signal.aborted) return job
    await changes.next(1_000, signal)
  }
}
