import { stateGlyphs } from '../../views/glyphs.js'
import type { JobListItem } from '../../views/job.js'
import { shownTask } from '../../views/shown-task.js'
import { jobOrders } from '../model/orders.js'
import { cursorRow, jobsShown } from '../model/rows.js'
import { isSmall, type State } from '../model/state.js'
import { grid, listRow, window } from '../text/grid.js'
import { beside, type Content, type Line, lineOf, span, spread } from '../text/line.js'
import { agoText, countText, durationText, inText } from '../words.js'
import type { Area } from './area.js'
import { detailView } from './job-detail.js'
import { count, dim, jobState, signed } from './signs.js'

/** The jobs, and the one at the cursor: below, from 140 columns on beside them, or on the whole screen. */
export function jobsView(state: State, area: Area): readonly Line[] {
  const { width, height } = area
  if (state.jobs.isOpen) return detailView(state, area)
  if (isSmall(state)) return list(state, area)
  if (width >= 140) {
    const leftWidth = Math.floor(width * 0.58)
    const detail = detailView(state, { width: width - leftWidth - 3, height: height - 1 })
    const left = list({ ...state }, { width: leftWidth, height: height - 1 })
    return [title(state, width), ...beside(left, detail, leftWidth, width)]
  }
  const jobs = jobsShown(state)
  const listHeight = Math.max(3, Math.min(jobs.length + 2, Math.floor(height / 2)))
  const above = list(state, { width, height: listHeight })
  return [title(state, width), ...above, ...detailView(state, { width, height: height - above.length - 1 })]
}

function title(state: State, width: number): Line {
  const { jobs: data } = state.data
  const shown = jobsShown(state).length
  const filter = state.filters.jobs ?? ''
  const crumbs = ['Jobs', ...state.jobs.crumbs, ...(filter === '' ? [] : [`/${filter}`])].join(' › ')
  const read = data?.items.length ?? 0
  const all = data?.hasMore ? totalOf(state) : read
  // What was typed is looked for in the jobs that were read, and these are the newest.
  const of =
    filter !== '' && data?.hasMore
      ? `${countText(shown)} of the newest ${countText(read)}`
      : `${countText(shown)} of ${all === null ? `${countText(read)} and more` : countText(all)}`
  const selected =
    state.jobs.selected.size === 0 ? [] : [span(`   ${countText(state.jobs.selected.size)} selected`, 'cyan')]
  const order = jobOrders[state.sorts.jobs ?? 0]?.name ?? ''
  return spread([span(` ${crumbs}`, 'bold')], [dim(`${of}   ${order}`), ...selected, span(' ')], width)
}

/** How many jobs the filter has, where the counters of the queues can tell. */
function totalOf({ data, jobs }: State): number | null {
  const { queue, states, ...rest } = jobs.filter
  if (Object.keys(rest).length > 0) return null
  const wanted = states ?? (['scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const)
  const queues = (data.queues ?? []).filter(({ name }) => queue === undefined || name === queue)
  return queues.reduce((sum, counts) => sum + wanted.reduce((own, state) => own + counts[state], 0), 0)
}

function list(state: State, { width, height }: Area): readonly Line[] {
  const jobs = jobsShown(state)
  if (jobs.length === 0) return [[], ...emptyLines(state)]
  const cursor = cursorRow(state)
  const hasMore = jobs.length > height - 1
  const { first, end } = window(jobs.length, cursor, Math.max(1, height - (hasMore ? 2 : 1)))
  const { columns } = state.size
  const { heading, rows } = grid(
    [
      { heading: '' },
      { heading: 'JOB' },
      { heading: 'STATE' },
      { heading: 'TASK', flexible: true },
      { heading: 'QUEUE', flexible: true, from: 80 },
      { heading: 'TRY', align: 'right', from: 60 },
      { heading: 'WAITED', align: 'right', from: 100 },
      { heading: 'TOOK', align: 'right' },
      { heading: 'ENDED', align: 'right' },
      ...(columns < 80 ? [] : [{ heading: 'ERROR', flexible: true } as const]),
    ],
    jobs.slice(first, end).map((job) => cells(job, state)),
    width - 1,
  )
  const more = (state.data.jobs?.hasMore ? (totalOf(state) ?? jobs.length) : jobs.length) - end
  return [
    [span(' '), ...heading],
    ...rows.map((row, index) => listRow(row, first + index === cursor, width)),
    ...(hasMore ? [[dim(more > 0 ? ` … ${countText(more)} more` : '')]] : []),
  ]
}

function emptyLines({ data, filters, jobs }: State): readonly Line[] {
  const filter = filters.jobs ?? ''
  if (data.jobs?.filter !== jobs.filter) return [[dim(' reading the store')]]
  if (filter !== '') return [[dim(` Nothing matches /${filter}; esc clears the filter`)]]
  const { states, task, queue } = jobs.filter
  if (states?.length === 1 && states[0] === 'failed')
    return [[span(' No failed jobs. '), signed(stateGlyphs.completed)]]
  if (task !== undefined || queue !== undefined || states !== undefined) return [[dim(' No such jobs.')]]
  return [[span(' No jobs yet. In another terminal: '), span('offstage run hello name=Ada', 'bold')]]
}

function cells(job: JobListItem, { now, jobs }: State): readonly Content[] {
  const { id, queue, startedAt, endedAt, dueAt, createdAt, failures, maxRetries, error, progress } = job
  const waitedFrom = Date.parse(dueAt ?? createdAt)
  const waited = startedAt === null ? null : Math.max(0, Date.parse(startedAt) - waitedFrom)
  const took =
    startedAt === null ? null : endedAt === null ? (job.state === 'running' ? now : null) : Date.parse(endedAt)
  const percent = progress === null ? '' : `${Math.round(progress.fraction * 100)} % ${progress.message ?? ''}`
  return [
    jobs.selected.has(id) ? span('x', 'cyan') : ' ',
    id,
    jobState(job),
    shownTask(job),
    queue,
    `${Math.min(failures + (job.state === 'completed' || failures === 0 || job.state === 'running' ? 1 : 0), maxRetries + 1)}/${maxRetries + 1}`,
    waited === null || job.failures > 0 ? dim('-') : durationText(waited),
    took === null ? dim('-') : count(durationText(Math.max(0, took - Date.parse(startedAt ?? '')))),
    endedAt !== null
      ? dim(agoText(endedAt, now))
      : job.state === 'scheduled'
        ? span(`in ${inText(dueAt, now)}`, 'yellow')
        : dim('-'),
    job.state === 'running'
      ? span(percent, 'cyan')
      : error === null
        ? ''
        : lineOf(error.message === '' ? error.name : error.message),
  ]
}
