import type { MonitorData } from '../../app/monitor/monitor-data.js'
import type { EpochMs } from '../../domain/job.js'
import type { ActionAnswer, GroupRetry } from './actions.js'
import { keepCursor } from './cursor.js'
import { pressed } from './press.js'
import { groupAtCursor, jobAtCursor, keyOfGroup } from './rows.js'
import type { State } from './state.js'
import { type Step, step } from './step.js'
import { answers, isPictured, subjectOf } from './subject.js'

/** What happens to the monitor. */
export type Event =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'read'; readonly data: Partial<MonitorData> & Pick<MonitorData, 'at'> }
  | { readonly type: 'unread'; readonly reason: string; readonly at: EpochMs }
  /** The next look at the store comes in so many milliseconds. */
  | { readonly type: 'paused'; readonly ms: number }
  | { readonly type: 'resized'; readonly columns: number; readonly rows: number }
  /** The jobs of a group were counted: now it can be asked. */
  | { readonly type: 'counted'; readonly action: GroupRetry }
  | { readonly type: 'uncounted'; readonly reason: string }
  | { readonly type: 'acted'; readonly answer: ActionAnswer }

/** The state after an event, and what has to be done. */
export function update(state: State, event: Event): Step {
  switch (event.type) {
    case 'key':
      return pressed(state, event.key)
    case 'read':
      return step(withData(state, event.data))
    case 'unread':
      return step({ ...state, now: event.at, trouble: event.reason })
    case 'paused':
      return step(event.ms === state.pauseMs ? state : { ...state, pauseMs: event.ms })
    case 'resized':
      return step({ ...state, size: { columns: event.columns, rows: event.rows } })
    case 'counted':
      return step(asked(state, event.action))
    case 'uncounted':
      return step({ ...state, message: { text: event.reason, style: 'red' } })
    case 'acted':
      return step(answered(state, event.answer), { type: 'read' })
  }
}

function withData(state: State, data: Partial<MonitorData> & Pick<MonitorData, 'at'>): State {
  if (state.isFrozen && isPictured(state)) return withDetail({ ...state, trouble: null }, data)
  const pictured = answers(state, data) ? subjectOf(state) : state.pictured
  const next = { ...state, now: data.at, trouble: null, data: { ...state.data, ...data }, pictured }
  return keepCursor(keepSelection(next))
}

/** The cursor moves in a frozen list too: the job that it comes to is read once. */
function withDetail(state: State, { job }: Partial<MonitorData>): State {
  const atCursor = jobAtCursor(state)?.id
  if (job == null || job.job.id !== atCursor) return state
  const { job: before } = state.data
  const isKnown = before != null && before.job.id === atCursor && (before.log !== null || job.log === null)
  return isKnown ? state : { ...state, data: { ...state.data, job } }
}

/** Jobs that the list no longer has may be gone for good. */
function keepSelection(state: State): State {
  const { selected } = state.jobs
  const { jobs } = state.data
  if (state.view !== 'jobs' || selected.size === 0 || jobs?.filter !== state.jobs.filter || jobs.hasMore) return state
  const there = new Set(jobs.items.map(({ id }) => id))
  const left = [...selected].filter((id) => there.has(id))
  return left.length === selected.size ? state : { ...state, jobs: { ...state.jobs, selected: new Set(left) } }
}

function asked(state: State, action: GroupRetry): State {
  const { question, typing, helpRow, acting } = state
  // The answer comes late. It must not turn a key that is meant for something else into a yes.
  const isBusy = question !== null || typing !== null || helpRow !== null || acting !== null
  const group = groupAtCursor(state)
  if (isBusy || group === null || keyOfGroup(group) !== keyOfGroup(action.group)) return state
  if (action.ids.length === 0) {
    return { ...state, message: { text: 'none of these jobs is kept and failed any more', style: 'yellow' } }
  }
  return { ...state, question: action, message: null }
}

function answered(state: State, { text, isGood, done }: ActionAnswer): State {
  const selected = new Set([...state.jobs.selected].filter((id) => !done.includes(id)))
  return {
    ...state,
    acting: null,
    jobs: { ...state.jobs, selected },
    message: { text, style: isGood ? 'green' : 'red', of: state.acting },
  }
}
