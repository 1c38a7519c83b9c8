import { explainWithoutWorker } from '../app/jobs/explain-job.js'
import { NotFoundError } from '../domain/errors.js'
import type { JobId, JobState } from '../domain/job.js'
import { systemClock } from '../engine/clock.js'
import type { JobFilter, Store } from '../stores/store.js'
import { confirm } from './confirm.js'
import { say } from './say.js'

/** What became of each job: `requested` of one that runs, which its worker stops within a moment. */
export interface Cancelled {
  readonly id: JobId
  readonly answer: 'cancelled' | 'requested' | 'ended' | 'unknown'
}

const texts: Readonly<Record<Cancelled['answer'], string>> = {
  cancelled: 'cancelled',
  requested: 'runs, and was asked to stop',
  ended: 'has ended already',
  unknown: 'is no job',
}

/** Cancels these jobs. Throws NotFoundError, after all others are cancelled, if one is unknown. */
export async function cancelJobs(store: Store, ids: readonly JobId[]): Promise<readonly Cancelled[]> {
  const answers = await store.cancel(ids)
  const items = ids.map((id, index) => ({ id, answer: answers[index] ?? 'unknown' }))
  const requested = items.filter(({ answer }) => answer === 'requested').map(({ id }) => id)
  const notYet = await explainWithoutWorker(store, requested, systemClock.now())
  for (const { id, answer } of items) {
    if (answer === 'unknown') continue
    const why = notYet.get(id)
    say(why === undefined ? `${id} ${texts[answer]}` : `${id}: ${why}`)
  }
  const unknown = items.find(({ answer }) => answer === 'unknown')
  if (unknown === undefined) return items
  throw new NotFoundError('E_NO_JOB', `no job ${unknown.id}`, 'see "offstage jobs list" for those there are')
}

const cancellable: readonly JobState[] = ['scheduled', 'queued', 'running']
const page = 1_000

export interface BulkChoice {
  readonly dryRun: boolean
  readonly yes: boolean
}

/** Cancels all jobs that a filter finds, after a question; with `dryRun` only says which. */
export async function cancelFound(store: Store, filter: JobFilter, { dryRun, yes }: BulkChoice) {
  const ids = await findIds(store, { ...filter, states: filter.states ?? cancellable })
  if (dryRun) {
    for (const id of ids) say(`${id} would be cancelled`)
    return ids.map((id) => ({ id, answer: 'would be cancelled' as const }))
  }
  if (ids.length === 0) say('No such jobs.')
  if (ids.length === 0 || !(yes || (await confirm(`Cancel ${ids.length} job${ids.length === 1 ? '' : 's'}?`))))
    return []
  const items: Cancelled[] = []
  for (let first = 0; first < ids.length; first += page)
    items.push(...(await cancelJobs(store, ids.slice(first, first + page))))
  return items
}

async function findIds(store: Store, filter: JobFilter): Promise<readonly JobId[]> {
  const ids: JobId[] = []
  for (let after: JobId | null = null; ; ) {
    const { items, next } = await store.jobs(filter, { limit: page, after })
    ids.push(...items.map(({ id }) => id))
    if (next === null) return ids
    after = next
  }
}
