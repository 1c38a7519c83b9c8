import type { MonitorData } from '../../app/monitor/monitor-data.js'
import type { State, Subject } from './state.js'

/** What the picture is of now. */
export function subjectOf({ view, jobs, schedule }: State): Subject {
  return { view, filter: jobs.filter, schedule }
}

/** Whether the picture has been read already: jobs of another filter, or another schedule, are another picture. */
export function isPictured(state: State): boolean {
  const { pictured } = state
  if (pictured === null || pictured.view !== state.view) return false
  if (state.view === 'jobs') return pictured.filter === state.jobs.filter
  return state.view !== 'schedules' || pictured.schedule === state.schedule
}

/** Whether a look was for this picture: a key may have come while the store was read. */
export function answers(state: State, data: Partial<MonitorData>): boolean {
  switch (state.view) {
    case 'overview':
      return data.lastHour !== undefined
    case 'queues':
      return data.queues !== undefined
    case 'jobs':
      return data.jobs?.filter === state.jobs.filter
    case 'workers':
      return data.running !== undefined
    case 'schedules':
      return data.schedules !== undefined && (data.history?.name ?? null) === state.schedule
    case 'failures':
      return data.failures !== undefined
  }
}
