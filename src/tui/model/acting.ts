import type { JobState } from '../../domain/job.js'
import { type Action, questionOf } from './actions.js'
import { cursorRow, groupAtCursor, jobsChosen, jobsShown, keysShown, queuesShown, scheduleShown } from './rows.js'
import type { State } from './state.js'
import { type Step, step } from './step.js'

/** Asks before what cannot be undone, and does the rest at once. null: there is nothing to act on. */
export function askOrAct(state: State, action: Action | string | null): Step {
  if (action === null) return step(state)
  if (typeof action === 'string') return step({ ...state, message: { text: action, style: 'yellow' } })
  if (state.acting !== null) return step({ ...state, message: underWay })
  if (questionOf(action) !== null) return step({ ...state, question: action })
  return step({ ...state, acting: action }, { type: 'act', action })
}

const underWay = { text: 'an action is under way: wait for its end', style: 'yellow' } as const

const fits: Readonly<Record<'retry' | 'cancel' | 'remove', readonly JobState[]>> = {
  retry: ['failed', 'cancelled'],
  cancel: ['scheduled', 'queued', 'running'],
  remove: ['completed', 'failed', 'cancelled'],
}
const noneFits = {
  retry: 'only failed and cancelled jobs can be retried',
  cancel: 'it has ended',
  remove: 'it has not ended: C cancels it',
}

/** The selected jobs, or the one at the cursor. Those whose state is known not to fit are left out. */
export function chosenJobs(state: State, kind: 'retry' | 'cancel' | 'remove'): Action | string | null {
  const states = new Map(jobsShown(state).map((job) => [job.id, job.state]))
  const chosen = jobsChosen(state)
  const ids = chosen.filter((id) => {
    const known = states.get(id)
    return known === undefined || fits[kind].includes(known)
  })
  if (chosen.length === 0) return null
  return ids.length === 0 ? noneFits[kind] : { kind, ids }
}

export function pauseOrResume(state: State): Action | null {
  if (state.view === 'schedules') {
    const schedule = scheduleShown(state)
    return schedule === null
      ? null
      : { kind: schedule.paused ? 'resume-schedule' : 'pause-schedule', name: schedule.name }
  }
  const queue = queuesShown(state)[cursorRow(state)]
  return queue === undefined ? null : { kind: queue.paused ? 'resume-queue' : 'pause-queue', name: queue.name }
}

export function triggerSchedule(state: State): Action | null {
  const schedule = scheduleShown(state)
  return schedule === null ? null : { kind: 'trigger', name: schedule.name }
}

/** Counts the failed jobs of the group first: the question says how many. */
export function retryGroup(state: State): Step {
  if (state.acting !== null) return step({ ...state, message: underWay })
  const group = groupAtCursor(state)
  if (group === null) return step(state)
  return step({ ...state, message: { text: 'counting the failed jobs', style: 'dim' } }, { type: 'count', group })
}

export function copyId(state: State): Step {
  const text = groupAtCursor(state)?.sample ?? state.schedule ?? keysShown(state)[cursorRow(state)]
  if (text === undefined) return step(state)
  return step(
    { ...state, message: { text: `copied ${text}, if the terminal allows it`, style: 'dim' } },
    { type: 'copy', text },
  )
}
