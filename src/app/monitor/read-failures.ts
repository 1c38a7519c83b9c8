import type { EpochMs } from '../../domain/job.js'
import type { JobReader } from '../../stores/store.js'
import { shownFailure } from '../../views/failure.js'
import type { MonitoredFailure } from './monitor-data.js'

const dayMs = 86_400_000
const maxGroups = 100

/** What has failed within a day, the latest failure first, with secrets masked. */
export async function monitoredFailures(
  store: JobReader,
  now: EpochMs,
  redact: readonly string[],
): Promise<readonly MonitoredFailure[]> {
  const groups = await store.failures(now - dayMs, maxGroups)
  return Promise.all(
    groups.map(async ({ error, ...group }) => {
      const sample = await store.job(group.sample)
      return { ...group, folded: error, error: shownFailure({ error }, sample, redact) }
    }),
  )
}
