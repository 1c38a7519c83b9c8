import { monitorViews } from '../../app/monitor/monitor-data.js'
import { askOrAct, chosenJobs, copyId, pauseOrResume, retryGroup, triggerSchedule } from './acting.js'
import { cursorAt } from './cursor.js'
import { goBack, openLog, openPart, openRow, showView } from './moving.js'
import { orderCounts } from './orders.js'
import { cursorRow, jobsShown, keysShown, scheduleShown } from './rows.js'
import { scrolled } from './scroll.js'
import type { DetailPart, State } from './state.js'
import { type Step, step } from './step.js'

/** A key: what it is called, where it holds and what it does. The bar of keys and the help are made of this table. */
export interface Key {
  /** As the terminal names them; any of them. */
  readonly keys: readonly string[]
  /** As people read it. */
  readonly label: string
  readonly help: string
  /** In the bar of keys; null: only in the help. */
  readonly short: string | null
  /** Whether it writes to the store. */
  readonly acts: boolean
  holds(state: State): boolean
  press(state: State, key: string): Step
}

const always = () => true
const onList = (state: State) => !(state.view === 'jobs' && state.jobs.isOpen) && state.schedule === null
const inJobs = (state: State) => state.view === 'jobs'
const inJobList = (state: State) => inJobs(state) && !state.jobs.isOpen
const overJobs = (state: State) => inJobs(state) && jobsShown(state).length > 0
const overFailures = (state: State) => state.view === 'failures' && keysShown(state).length > 0
const overQueues = (state: State) =>
  (state.view === 'queues' || state.view === 'overview') && keysShown(state).length > 0
const overSchedules = (state: State) => state.view === 'schedules' && scheduleShown(state) !== null
const pageOf = ({ size }: State) => Math.max(1, size.rows - 8)

/** The list moves, or the open part of a job does. */
function moved(state: State, rows: number): Step {
  if (state.view === 'jobs' && state.jobs.isOpen) {
    return step(scrolled(state, rows))
  }
  // Under a history the list must not move unseen.
  if (state.schedule !== null) return step(state)
  return step(cursorAt(state, cursorRow(state) + rows), { type: 'read' })
}

function key(
  keys: readonly string[],
  label: string,
  help: string,
  rest: Partial<Omit<Key, 'press'>> & Pick<Key, 'press'>,
): Key {
  return { keys, label, help, short: null, acts: false, holds: always, ...rest }
}

const parts: readonly (readonly [string, DetailPart, string])[] = [
  ['i', 'info', 'what is known of the job'],
  ['a', 'attempts', 'its attempts, with their errors'],
  ['e', 'args', 'its arguments and its result'],
]

export const keyTable: readonly Key[] = [
  key(
    ['enter'],
    'enter',
    "opens the row: a queue's jobs, a job, a worker's jobs, a schedule's history, a group's jobs",
    {
      short: 'open',
      holds: (state) => onList(state) && keysShown(state).length > 0,
      press: openRow,
    },
  ),
  key(['x'], 'x', 'selects the job, or no longer', {
    short: 'select',
    holds: (state) => inJobList(state) && overJobs(state),
    press: (state) => {
      const id = jobsShown(state)[cursorRow(state)]?.id
      if (id === undefined) return step(state)
      const selected = new Set(state.jobs.selected)
      if (!selected.delete(id)) selected.add(id)
      return step(cursorAt({ ...state, jobs: { ...state.jobs, selected } }, cursorRow(state) + 1), { type: 'read' })
    },
  }),
  key(['A'], 'A', 'selects all jobs that are shown; again: none', {
    holds: (state) => inJobList(state) && overJobs(state),
    press: (state) => {
      const ids = jobsShown(state).map(({ id }) => id)
      const isAll = ids.every((id) => state.jobs.selected.has(id))
      return step({ ...state, jobs: { ...state.jobs, selected: new Set(isAll ? [] : ids) } })
    },
  }),
  key(['R'], 'R', 'retries failed and cancelled jobs: the selected ones, or the one at the cursor', {
    short: 'retry',
    acts: true,
    holds: overJobs,
    press: (state) => askOrAct(state, chosenJobs(state, 'retry')),
  }),
  key(['R'], 'R', 'retries all failed jobs of the group', {
    short: 'retry all',
    acts: true,
    holds: overFailures,
    press: retryGroup,
  }),
  key(['C'], 'C', 'cancels jobs', {
    short: 'cancel',
    acts: true,
    holds: overJobs,
    press: (state) => askOrAct(state, chosenJobs(state, 'cancel')),
  }),
  key(['D'], 'D', 'removes ended jobs', {
    short: 'remove',
    acts: true,
    holds: overJobs,
    press: (state) => askOrAct(state, chosenJobs(state, 'remove')),
  }),
  key(['p'], 'p', 'pauses the queue or the schedule, or resumes it', {
    short: 'pause',
    acts: true,
    holds: (state) => overQueues(state) || overSchedules(state),
    press: (state) => askOrAct(state, pauseOrResume(state)),
  }),
  key(['t'], 't', 'triggers the schedule now', {
    short: 'trigger',
    acts: true,
    holds: overSchedules,
    press: (state) => askOrAct(state, triggerSchedule(state)),
  }),
  key(['l'], 'l', 'the output of the job on the whole screen; it follows', {
    short: 'log',
    holds: overJobs,
    press: openLog,
  }),
  ...parts.map(([letter, part, help]) =>
    key([letter], letter, help, { holds: overJobs, press: (state) => openPart(state, part) }),
  ),
  key(['/'], '/', 'filters by a text; with ! first: what does not have it', {
    short: 'filter',
    holds: onList,
    press: (state) => step({ ...state, typing: state.filters[state.view] ?? '' }),
  }),
  key(['s'], 's', 'sorts by the next order', {
    short: 'sort',
    holds: onList,
    press: (state) => {
      const next = ((state.sorts[state.view] ?? 0) + 1) % orderCounts[state.view]
      return step({ ...state, sorts: { ...state.sorts, [state.view]: next } })
    },
  }),
  key(['y'], 'y', 'copies the id or the name (the terminal must allow OSC 52)', {
    short: 'copy',
    holds: (state) => keysShown(state).length > 0,
    press: copyId,
  }),
  key(['j', 'down'], 'j ↓', 'down', { press: (state) => moved(state, 1) }),
  key(['k', 'up'], 'k ↑', 'up', { press: (state) => moved(state, -1) }),
  key(['pagedown'], 'pgdn', 'a page down', { press: (state) => moved(state, pageOf(state)) }),
  key(['pageup'], 'pgup', 'a page up', { press: (state) => moved(state, -pageOf(state)) }),
  key(['g', 'home'], 'g', 'to the first row', { press: (state) => moved(state, -1_000_000) }),
  key(['G', 'end'], 'G', 'to the last row', { press: (state) => moved(state, 1_000_000) }),
  key(['escape'], 'esc', 'back; clears the filter first', {
    short: 'back',
    holds: (state) => state.view !== 'overview',
    press: goBack,
  }),
  key(['space'], 'space', 'freezes the picture, or lets it go on', {
    short: 'freeze',
    press: (state) => step({ ...state, isFrozen: !state.isFrozen }, { type: 'read' }),
  }),
  key(
    monitorViews.map((_, index) => String(index + 1)),
    '1-6',
    'the six views',
    {
      press: (state, pressed) => showView(state, monitorViews[Number(pressed) - 1] ?? 'overview'),
    },
  ),
  key(['tab', 'shift-tab'], 'tab', 'the next view; with shift the one before', {
    press: (state, pressed) => {
      const change = pressed === 'tab' ? 1 : monitorViews.length - 1
      const next = (monitorViews.indexOf(state.view) + change) % monitorViews.length
      return showView(state, monitorViews[next] ?? 'overview')
    },
  }),
  key(['?'], '?', 'this help', { short: 'help', press: (state) => step({ ...state, helpRow: 0 }) }),
  key(['q'], 'q', 'quits; so does Ctrl-C', { short: 'quit', press: (state) => step(state, { type: 'quit' }) }),
]
