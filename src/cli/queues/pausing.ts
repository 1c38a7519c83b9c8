import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { NotFoundError } from '../../domain/errors.js'
import { type JobState, jobStates } from '../../domain/job.js'
import { nearestName, queueName } from '../../domain/names.js'
import { systemClock } from '../../engine/clock.js'
import type { QueueInfo, Store } from '../../stores/store.js'
import { type QueueJson, queueToJson } from '../../views/queue.js'
import { say } from '../say.js'

/** Pauses queues, those too that have no jobs yet; answers how they are now. Throws UsageError. */
export function pauseQueues(context: Context, names: readonly string[]): Promise<readonly QueueJson[]> {
  return change(context, 'queues pause', names, async (store, queues) => {
    const before = await store.queues()
    const answers = await store.pauseQueues(queues)
    queues.forEach((name, index) => {
      if (answers[index] === 'unchanged') say(`${name} was paused already`)
      else if (!before.some((queue) => queue.name === name)) say(withoutJobs(name, before))
    })
  })
}

/** Lets queues run again; answers how they are now. Throws UsageError and NotFoundError, and resumes none of them then. */
export function resumeQueues(context: Context, names: readonly string[]): Promise<readonly QueueJson[]> {
  return change(context, 'queues resume', names, async (store, queues) => {
    const before = await store.queues()
    const unknown = queues.find((name) => !before.some((queue) => queue.name === name))
    if (unknown !== undefined) throw noQueue(unknown, before)
    const answers = await store.resumeQueues(queues)
    queues.forEach((name, index) => {
      if (answers[index] === 'unchanged') say(`${name} was not paused`)
    })
  })
}

function change(
  context: Context,
  command: string,
  names: readonly string[],
  use: (store: Store, queues: readonly string[]) => Promise<void>,
): Promise<readonly QueueJson[]> {
  const queues = [...new Set(names.map(queueName))]
  refuseMemory(context, command)
  return withStore(context, async (store) => {
    await use(store, queues)
    const infos = await store.queues()
    const now = systemClock.now()
    // One that has no jobs is no queue any more once it is resumed.
    return queues.map((name) => queueToJson(infos.find((info) => info.name === name) ?? withoutAny(name), now))
  })
}

function withoutAny(name: string): QueueInfo {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>
  return { name, paused: false, counts, oldestQueuedAt: null }
}

function withoutJobs(name: string, known: readonly QueueInfo[]): string {
  const nearest = nearestQueue(name, known)
  const question = nearest === null ? '' : `; did you mean ${nearest}?`
  return `${name} has no jobs yet: those that come will wait${question}`
}

function noQueue(name: string, known: readonly QueueInfo[]): NotFoundError {
  const nearest = nearestQueue(name, known)
  const hint = nearest === null ? 'see "offstage queues list" for those there are' : `did you mean "${nearest}"?`
  return new NotFoundError('E_NO_QUEUE', `no queue ${name}: it has no jobs and is not paused`, hint)
}

function nearestQueue(name: string, known: readonly QueueInfo[]): string | null {
  return nearestName(
    name,
    known.map((queue) => queue.name),
  )
}
