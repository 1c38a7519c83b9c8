import type { MonitorView } from '../../app/monitor/monitor-data.js'
import type { FailureGroup } from '../../domain/failure-group.js'
import { groupFilter } from './actions.js'
import { cursorRow, failuresShown, keysShown } from './rows.js'
import { allJobs, type DetailPart, type JobsView, type State } from './state.js'
import { type Step, step } from './step.js'

/** Another view, as a digit or tab opens it: nothing to go back to. */
export function showView(state: State, view: MonitorView): Step {
  return step(
    { ...state, view, back: [], schedule: null, jobs: view === 'jobs' ? allJobs : state.jobs },
    { type: 'read' },
  )
}

/** Opens the row at the cursor. */
export function openRow(state: State): Step {
  const key = keysShown(state)[cursorRow(state)]
  if (key === undefined) return step(state)
  switch (state.view) {
    case 'overview':
    case 'queues':
      return openJobs(state, { filter: { queue: key }, crumbs: [key] })
    case 'jobs':
      return step({ ...state, jobs: { ...state.jobs, isOpen: true, scrolled: 0 } }, { type: 'read' })
    case 'workers':
      return openJobs(state, { filter: { states: ['running'] }, crumbs: ['running', key], worker: key })
    case 'schedules':
      return step({ ...state, schedule: key }, { type: 'read' })
    case 'failures': {
      const group = failuresShown(state)[cursorRow(state)]
      return group === undefined ? step(state) : openGroup(state, group)
    }
  }
}

function openGroup(state: State, group: FailureGroup): Step {
  return openJobs(state, {
    filter: groupFilter(group),
    crumbs: ['failed', group.task, group.error].filter((word) => word !== ''),
  })
}

function openJobs(state: State, jobs: Pick<JobsView, 'filter' | 'crumbs'> & Partial<JobsView>): Step {
  // The filter that was typed for another list of jobs is not meant for this one.
  const filters = { ...state.filters, jobs: '' }
  return step(
    {
      ...state,
      view: 'jobs',
      back: [...state.back, state.view],
      filters,
      cursors: { ...state.cursors, jobs: { key: null, row: 0 } },
      jobs: { ...allJobs, ...jobs },
    },
    { type: 'read' },
  )
}

/** Back: first from an open part, then from a filter, then to the view before. */
export function goBack(state: State): Step {
  if (state.view === 'jobs' && state.jobs.isOpen) {
    const part = state.jobs.part === 'log' ? 'info' : state.jobs.part
    return step({ ...state, jobs: { ...state.jobs, isOpen: false, part, scrolled: 0 } }, { type: 'read' })
  }
  if (state.schedule !== null) return step({ ...state, schedule: null }, { type: 'read' })
  if ((state.filters[state.view] ?? '') !== '') {
    return step({ ...state, filters: { ...state.filters, [state.view]: '' } }, { type: 'read' })
  }
  if (state.view === 'jobs' && state.jobs.selected.size > 0) {
    return step({ ...state, jobs: { ...state.jobs, selected: new Set() } })
  }
  const view = state.back.at(-1) ?? 'overview'
  const filters = state.view === 'jobs' ? { ...state.filters, jobs: '' } : state.filters
  const jobs = state.view === 'jobs' ? allJobs : state.jobs
  return step({ ...state, view, filters, jobs, back: state.back.slice(0, -1) }, { type: 'read' })
}

export function openPart(state: State, part: DetailPart): Step {
  return step({ ...state, jobs: { ...state.jobs, part, scrolled: 0 } }, { type: 'read' })
}

export function openLog(state: State): Step {
  return step({ ...state, jobs: { ...state.jobs, part: 'log', isOpen: true, scrolled: 0 } }, { type: 'read' })
}
