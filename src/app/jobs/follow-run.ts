import type { JobId } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import { AttemptReader, type OutputEntry } from './read-logs.js'
import { type JobMoment, watchJob } from './watch-job.js'

/** What somebody sees who follows a run: what it prints, and where it is. */
export type RunFact = OutputEntry | ({ readonly kind: 'moment' } & JobMoment)

/**
 * Gives the output of a job and its moments, until it is final or the signal fires. What an attempt has printed comes
 * between the moment that shows it running and the one that shows its end. Throws NotFoundError.
 */
export async function* followRun(store: Store, id: JobId, signal: AbortSignal): AsyncGenerator<RunFact> {
  let reading: AttemptReader | null = null
  for await (const moment of watchJob(store, id, signal)) {
    const { state, attempt: current } = moment.job
    const attempts = (await store.attempts(id)).map(({ attempt }) => attempt)
    const begun = attempts.filter((attempt) => attempt <= current && attempt >= (reading?.attempt ?? 0))
    const ended = begun.filter((attempt) => attempt < current || state !== 'running')
    for (const attempt of ended) {
      if (attempt !== reading?.attempt) reading = new AttemptReader(store, id, attempt)
      yield* reading.read()
    }
    yield { kind: 'moment', ...moment }
    for (const attempt of begun.slice(ended.length)) {
      if (attempt !== reading?.attempt) reading = new AttemptReader(store, id, attempt)
      yield* reading.read()
    }
  }
}
