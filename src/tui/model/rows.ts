import type {
  MonitoredFailure,
  MonitoredQueue,
  MonitoredSchedule,
  MonitoredWorker,
  MonitorView,
} from '../../app/monitor/monitor-data.js'
import type { JobId } from '../../domain/job.js'
import type { JobListItem } from '../../views/job.js'
import { failureOrders, jobOrders, type Order, queueOrders, scheduleOrders, workerOrders } from './orders.js'
import type { State } from './state.js'

/** The rows of each view as they are shown: filtered and sorted. */
export function queuesShown(state: State): readonly MonitoredQueue[] {
  return shown(state, state.data.queues ?? [], queueOrders, ({ name }) => name)
}

export function jobsShown(state: State): readonly JobListItem[] {
  // Those of another filter are on their way out: the new ones come with the next look.
  const { jobs } = state.data
  if (jobs === undefined || jobs.filter !== state.jobs.filter) return []
  const { worker: holder } = state.jobs
  const held = holder === null ? jobs.items : jobs.items.filter(({ worker }) => worker === holder)
  return shown(state, held, jobOrders, (job) => {
    const { id, task, queue, state: jobState, reason, error, schedule, worker } = job
    const words = [
      id,
      task,
      queue,
      jobState,
      reason,
      error?.name,
      error?.message.slice(0, 1_000),
      schedule?.name,
      worker,
    ]
    return words.filter((word) => word != null).join(' ')
  })
}

export function workersShown(state: State): readonly MonitoredWorker[] {
  return shown(state, state.data.workers ?? [], workerOrders, ({ id, host, pid, queues }) =>
    [id, `${host}:${pid}`, ...(queues ?? ['all'])].join(' '),
  )
}

export function schedulesShown(state: State): readonly MonitoredSchedule[] {
  return shown(state, state.data.schedules ?? [], scheduleOrders, ({ name, task, rule }) => `${name} ${task} ${rule}`)
}

export function failuresShown(state: State): readonly MonitoredFailure[] {
  return shown(state, state.data.failures ?? [], failureOrders, ({ task, error }) => `${task} ${error}`)
}

function shown<T>(
  state: State,
  items: readonly T[],
  orders: readonly Order<T>[],
  words: (item: T) => string,
): readonly T[] {
  const filter = state.filters[state.view] ?? ''
  const isInverse = filter.startsWith('!')
  const wanted = (isInverse ? filter.slice(1) : filter).toLowerCase()
  const found = wanted === '' ? items : items.filter((item) => words(item).toLowerCase().includes(wanted) !== isInverse)
  const compare = orders[state.sorts[state.view] ?? 0]?.compare
  return compare == null ? found : found.toSorted(compare)
}

/** What tells the rows of a view apart. */
export function keysShown(state: State, view: MonitorView = state.view): readonly string[] {
  switch (view) {
    case 'overview':
    case 'queues':
      return queuesShown(state).map(({ name }) => name)
    case 'jobs':
      return jobsShown(state).map(({ id }) => id)
    case 'workers':
      return workersShown(state).map(({ id }) => id)
    case 'schedules':
      return schedulesShown(state).map(({ name }) => name)
    case 'failures':
      return failuresShown(state).map(keyOfGroup)
  }
}

export function keyOfGroup({ task, folded }: Pick<MonitoredFailure, 'task' | 'folded'>): string {
  return `${task} ${folded}`
}

/** The row at the cursor: that of its item, or the nearest one if the item is gone; -1 if there is no row. */
export function cursorRow(state: State): number {
  const keys = keysShown(state)
  const { key, row } = state.cursors[state.view] ?? { key: null, row: 0 }
  const found = key === null ? -1 : keys.indexOf(key)
  return found >= 0 ? found : Math.min(row, keys.length - 1)
}

/** The job at the cursor; null in other views, and if there is none. */
export function jobAtCursor(state: State): JobListItem | null {
  return state.view === 'jobs' ? (jobsShown(state)[cursorRow(state)] ?? null) : null
}

/** The group of failures at the cursor; null in other views, and if there is none. */
export function groupAtCursor(state: State): MonitoredFailure | null {
  return state.view === 'failures' ? (failuresShown(state)[cursorRow(state)] ?? null) : null
}

/** The schedule whose history is open, or else that at the cursor. */
export function scheduleShown(state: State): MonitoredSchedule | null {
  if (state.schedule === null) return schedulesShown(state)[cursorRow(state)] ?? null
  return state.data.schedules?.find(({ name }) => name === state.schedule) ?? null
}

/** The jobs that an action is about: the one that is open, the selected ones, or else that at the cursor. */
export function jobsChosen(state: State): readonly JobId[] {
  if (state.jobs.selected.size > 0 && !state.jobs.isOpen) return [...state.jobs.selected]
  const job = jobAtCursor(state)
  return job === null ? [] : [job.id]
}
