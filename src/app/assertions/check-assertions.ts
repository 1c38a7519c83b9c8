import { type Assertion, holds, type Measure } from '../../domain/assertion.js'
import { defaultHealthLimits, healthStatuses } from '../../domain/health.js'
import type { EpochMs } from '../../domain/job.js'
import { isInSums } from '../../domain/statistics-name.js'
import type { Store } from '../../stores/store.js'
import type { HealthJson } from '../../views/health.js'
import type { QueueJson } from '../../views/queue.js'
import { currentHealth } from '../health/current-health.js'
import { listQueues } from '../queues/list-queues.js'

/** An assertion with the number that was seen. What is `null` in the JSON shapes is 0 here: nothing waits, nothing failed. */
export interface CheckedAssertion {
  readonly assertion: string
  readonly holds: boolean
  readonly value: number
  /** Why the number may mean nothing; null: there is a queue, or a task, of that name. */
  readonly doubt: string | null
}

/** Checks assertions at one moment. Reads only what they are about. */
export async function checkAssertions(
  store: Store,
  assertions: readonly Assertion[],
  now: EpochMs,
): Promise<readonly CheckedAssertion[]> {
  const has = (kind: Measure['kind']) => assertions.some(({ measure }) => measure.kind === kind)
  const queues = has('queue') ? await listQueues(store) : []
  const health = has('health') ? await currentHealth(store, defaultHealthLimits, now, []) : null
  return Promise.all(
    assertions.map(async (assertion) => {
      const { value, doubt } = await measured(store, assertion.measure, queues, health, now)
      return { assertion: assertion.text, holds: holds(assertion, value), value, doubt }
    }),
  )
}

interface Value {
  readonly value: number
  readonly doubt: string | null
}

async function measured(
  store: Store,
  measure: Measure,
  queues: readonly QueueJson[],
  health: HealthJson | null,
  now: EpochMs,
): Promise<Value> {
  switch (measure.kind) {
    case 'queue': {
      const queue = queues.find(({ name }) => name === measure.queue)
      if (queue === undefined) return { value: 0, doubt: `there is no queue ${measure.queue}` }
      return { value: numberOf(queue[measure.field]), doubt: null }
    }
    case 'health':
      return { value: health === null ? 0 : numberOf(health[measure.field]), doubt: null }
    case 'count': {
      const { field, sinceMs, task, queue } = measure
      const all = await store.statistics(sinceMs === null ? null : now - sinceMs)
      const found = all
        .filter((one) => (task === null ? isInSums(one) : task === one.task))
        .filter((one) => (queue ?? one.queue) === one.queue)
      const value = found.reduce((sum, one) => sum + (field === 'total' ? one.completed + one.failed : one[field]), 0)
      return { value, doubt: found.length > 0 ? null : await unknownName(store, task, queue) }
    }
  }
}

/** Says so if nothing in the store has a task, or a queue, of that name: it may be a slip. */
async function unknownName(store: Store, task: string | null, queue: string | null): Promise<string | null> {
  if (task !== null && !(await isKnownTask(store, task))) return `nothing here knows a task ${task}`
  if (queue === null || (await listQueues(store)).some(({ name }) => name === queue)) return null
  return (await store.statistics(null)).some((one) => one.queue === queue) ? null : `there is no queue ${queue}`
}

/** By the jobs that have ended, the jobs that are left, the schedules and the workers. */
async function isKnownTask(store: Store, task: string): Promise<boolean> {
  const [ended, schedules, workers] = await Promise.all([store.statistics(null), store.schedules(), store.workers()])
  return (
    ended.some((one) => one.task === task) ||
    schedules.some((schedule) => schedule.task === task || schedule.name === task) ||
    workers.some(({ tasks }) => tasks?.includes(task)) ||
    (await store.jobs({ task }, { limit: 1, after: null })).items.length > 0
  )
}

/** Lists count their items, and a status is a number as in the metrics: 0 is healthy. */
function numberOf(value: number | boolean | string | readonly string[] | null): number {
  if (Array.isArray(value)) return value.length
  if (typeof value === 'string') return (healthStatuses as readonly string[]).indexOf(value)
  return Number(value ?? 0)
}
