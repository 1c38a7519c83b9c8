import type { Context } from '../app/context.js'
import { withReader, withStore } from '../app/context.js'
import { cancelJobs } from '../app/jobs/cancel-jobs.js'
import { removeJobs } from '../app/jobs/remove-jobs.js'
import { retryJobs } from '../app/jobs/retry-jobs.js'
import type { MonitoredFailure } from '../app/monitor/monitor-data.js'
import { pauseQueues } from '../app/queues/pause-queues.js'
import { resumeQueues } from '../app/queues/resume-queues.js'
import { pauseSchedules } from '../app/schedules/pause-schedules.js'
import { resumeSchedules } from '../app/schedules/resume-schedules.js'
import { triggerStored } from '../app/schedules/trigger-stored.js'
import { foldError } from '../domain/failure-group.js'
import type { JobId } from '../domain/job.js'
import { systemClock } from '../engine/clock.js'
import type { JobReader, Store } from '../stores/store.js'
import { type Action, type ActionAnswer, answerText, type GroupRetry, groupFilter } from './model/actions.js'

const pageSize = 500

/** How many failed jobs of a group are kept. Throws StoreUnavailableError. */
export function countGroup(context: Context, group: MonitoredFailure): Promise<GroupRetry> {
  return withReader(context, (store) => countedGroup(store, group))
}

/** Reads page by page: keys are heard between two pages. */
export async function countedGroup(store: Pick<JobReader, 'jobs'>, group: MonitoredFailure): Promise<GroupRetry> {
  const filter = groupFilter(group)
  const ids: JobId[] = []
  let others = 0
  for (let after: JobId | null = null; ; ) {
    const { items, next } = await store.jobs(filter, { limit: pageSize, after })
    for (const { id, error } of items) {
      ids.push(id)
      if (error !== null && foldError(error) !== group.folded) others += 1
    }
    if (next === null) break
    after = next
    await systemClock.sleep(0)
  }
  return { kind: 'retry-group', group, filter, ids: ids.reverse(), others }
}

/** Does what the command of the action does, by the same use case. Throws OffstageError. */
export function carryOut(context: Context, action: Action): Promise<ActionAnswer> {
  return withStore(context, (store) => carriedOut(store, context, action))
}

async function carriedOut(store: Store, context: Context, action: Action): Promise<ActionAnswer> {
  switch (action.kind) {
    case 'cancel':
      return cancelled(store, action.ids)
    case 'retry':
      return retried(store, action.ids)
    case 'retry-group':
      return retried(store, action.ids)
    case 'remove':
      return summed('remove', answersOf(await removeJobs(store, action.ids)), ['removed'], removeTexts)
    case 'pause-queue':
      await pauseQueues(store, [action.name])
      return good(`paused ${action.name}: its jobs wait`)
    case 'resume-queue':
      await resumeQueues(store, [action.name])
      return good(`resumed ${action.name}`)
    case 'pause-schedule':
      await pauseSchedules(store, [action.name], context.redact)
      return good(`paused ${action.name}`)
    case 'resume-schedule':
      await resumeSchedules(store, [action.name], context.redact)
      return good(`resumed ${action.name}`)
    case 'trigger': {
      const job = await triggerStored(store, action.name, context.redact)
      return good(`triggered ${action.name}: ${job.id}`)
    }
  }
}

function good(text: string): ActionAnswer {
  return { text, isGood: true, done: [] }
}

type Answers = readonly (readonly [id: JobId, answer: string])[]

const answersOf = (items: readonly { readonly id: JobId; readonly answer: string }[]): Answers =>
  items.map(({ id, answer }) => [id, answer])

const retryTexts = {
  waiting: 'wait already',
  running: 'run',
  completed: 'had completed',
  'key-taken': 'left: another job holds the key',
  'input-gone': 'left: the input is gone',
  unknown: 'unknown',
}
const removeTexts = { unended: 'had not ended', 'key-held': 'left: the key is held', unknown: 'unknown' }
const cancelTexts = { requested: 'running: asked to stop', ended: 'had ended', unknown: 'unknown' }

async function retried(store: Store, ids: readonly JobId[]): Promise<ActionAnswer> {
  return summed('retry', answersOf(await retryJobs(store, ids)), ['retried'], retryTexts)
}

async function cancelled(store: Store, ids: readonly JobId[]): Promise<ActionAnswer> {
  const { items, withoutWorker } = await cancelJobs(store, ids)
  const [note] = withoutWorker.values()
  return summed('cancel', answersOf(items), ['cancelled', 'requested'], cancelTexts, note)
}

/** One line for many answers. What succeeded need not stay selected. Answers with a text are named apart. */
function summed(
  kind: 'retry' | 'cancel' | 'remove',
  answers: Answers,
  succeeded: readonly string[],
  texts: Readonly<Record<string, string>>,
  note?: string,
): ActionAnswer {
  const others = new Map<string, number>()
  for (const [, answer] of answers) {
    const text = texts[answer]
    if (text !== undefined) others.set(text, (others.get(text) ?? 0) + 1)
  }
  const done = answers.filter(([, answer]) => succeeded.includes(answer)).map(([id]) => id)
  const count = answers.filter(([, answer]) => texts[answer] === undefined).length
  const text = answerText(kind, count, others)
  return { text: note === undefined ? text : `${text}; ${note}`, isGood: done.length > 0, done }
}
