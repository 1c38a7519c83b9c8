import type { Context } from '../app/context.js'
import { withReader, withStore } from '../app/context.js'
import { cancelJobs } from '../app/jobs/cancel-jobs.js'
import { findJobs } from '../app/jobs/found-jobs.js'
import { removeJobs } from '../app/jobs/remove-jobs.js'
import { retryJobs } from '../app/jobs/retry-jobs.js'
import { pauseQueues } from '../app/queues/pause-queues.js'
import { resumeQueues } from '../app/queues/resume-queues.js'
import { pauseSchedules } from '../app/schedules/pause-schedules.js'
import { resumeSchedules } from '../app/schedules/resume-schedules.js'
import { triggerStored } from '../app/schedules/trigger-stored.js'
import type { JobId } from '../domain/job.js'
import type { Store } from '../stores/store.js'
import { type Action, type ActionAnswer, answerText, type GroupFilter } from './model/actions.js'

/** How many failed jobs of a group are kept. Throws StoreUnavailableError. */
export function countGroup(context: Context, filter: GroupFilter): Promise<Action> {
  return withReader(context, async (store) => {
    const { ids } = await findJobs(store, filter, ['failed'])
    return { kind: 'retry-group', filter, count: ids.length }
  })
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
      return retried(store, (await findJobs(store, action.filter, ['failed'])).ids)
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
