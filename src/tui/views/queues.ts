import type { MonitoredQueue } from '../../app/monitor/monitor-data.js'
import type { JobState } from '../../domain/job.js'
import { type Style, stateGlyphs } from '../../views/glyphs.js'
import { queueOrders } from '../model/orders.js'
import { cursorRow, queuesShown } from '../model/rows.js'
import { isSmall, type State } from '../model/state.js'
import { grid, listRow, window } from '../text/grid.js'
import { type Content, cutLine, type Line, span } from '../text/line.js'
import { countText } from '../words.js'
import type { Area } from './area.js'
import { listTitle } from './list-title.js'
import { count, dim, latency, pausedFor, signed } from './signs.js'

/** The queues in numbers, and one bar each, cut by state. */
export function queuesView(state: State, { width, height }: Area): readonly Line[] {
  const queues = queuesShown(state)
  if (queues.length === 0) return [[], [dim(emptyText(state))]]
  const cursor = cursorRow(state)
  // The bars need as many rows as the list; the list comes first.
  const listHeight = Math.max(1, Math.min(queues.length, isSmall(state) ? height - 1 : Math.floor((height - 4) / 2)))
  const { first, end } = window(queues.length, cursor, listHeight)
  const seen = queues.slice(first, end)
  const { heading, rows } = grid(
    [
      { heading: 'QUEUE', flexible: true },
      { heading: 'STATE' },
      { heading: 'QUEUED', align: 'right' },
      { heading: 'RUN', align: 'right' },
      { heading: 'SCHED', align: 'right', from: 60 },
      { heading: 'DONE 1H', align: 'right', from: 80 },
      { heading: 'FAILED', align: 'right' },
      { heading: 'OLDEST', align: 'right', from: 80 },
      { heading: 'IN/MIN', align: 'right', from: 80 },
      { heading: 'OUT/MIN', align: 'right', from: 80 },
      { heading: 'WORKERS', flexible: true, from: 100 },
    ],
    seen.map((queue) => cells(queue, state)),
    width - 1,
  )
  const list = [[span(' '), ...heading], ...rows.map((row, index) => listRow(row, first + index === cursor, width))]
  if (isSmall(state)) return list
  const title = listTitle(state, queues.length, state.data.queues?.length ?? 0, queueOrders, width)
  return [title, ...list, ...bars(seen, width), ...unserved(queues)]
}

function emptyText(state: State): string {
  const filter = state.filters[state.view] ?? ''
  if (filter !== '') return ` Nothing matches /${filter}; esc clears the filter`
  return ' No queues yet: a queue is there once it has had a job.'
}

function cells(queue: MonitoredQueue, state: State): readonly Content[] {
  const { inPerMinute, outPerMinute, workers } = queue
  return [
    queue.name,
    stateOf(queue, state),
    count(countText(queue.queued)),
    count(countText(queue.running), 'cyan'),
    count(countText(queue.scheduled)),
    count(countText(queue.completedLastHour)),
    count(countText(queue.failed), 'red'),
    latency(queue.latencyMs),
    inPerMinute === null ? dim('-') : count(countText(inPerMinute)),
    count(countText(outPerMinute)),
    workers.length === 0 ? dim('-') : workers.join(' '),
  ]
}

function stateOf({ paused, pausedAt, workers, queued }: MonitoredQueue, { now }: State): Content {
  if (paused) return pausedFor(pausedAt, now)
  if (workers.length > 0) return span('serving')
  return queued > 0 ? signed(stateGlyphs.failed, 'nobody') : dim('nobody')
}

const barStates: readonly (readonly [JobState, Style])[] = [
  ['running', 'cyan'],
  ['queued', 'white'],
  ['scheduled', 'yellow'],
  ['failed', 'red'],
]

/** A bar for each queue: a sign stands for as many jobs as the longest bar needs. */
function bars(queues: readonly MonitoredQueue[], width: number): readonly Line[] {
  const nameWidth = Math.min(24, Math.max(...queues.map(({ name }) => name.length)))
  const room = width - nameWidth - 4
  const totals = queues.map((queue) => barStates.reduce((sum, [state]) => sum + queue[state], 0))
  const perSign = Math.max(1, ...totals.map((total) => total / room))
  const legend = barStates.flatMap(([state]) => [signed(stateGlyphs[state], state), span('  ')])
  const scale = perSign > 1 ? [dim(`a sign for ${countText(Math.ceil(perSign))} jobs, or fewer`)] : []
  return [
    [],
    [span(' '), ...legend, ...scale],
    ...queues.map((queue) => {
      const signs = barStates.map(([state, style]) => {
        const length = queue[state] === 0 ? 0 : Math.max(1, Math.round(queue[state] / perSign))
        return span(stateGlyphs[state].unicode.repeat(length), style)
      })
      return cutLine([span(` ${queue.name.slice(0, nameWidth).padEnd(nameWidth)}  `), ...signs], width)
    }),
  ]
}

/** What to do about queues that nobody serves. */
function unserved(queues: readonly MonitoredQueue[]): readonly Line[] {
  const alone = queues.filter(({ workers, queued, paused }) => workers.length === 0 && queued > 0 && !paused)
  return alone
    .slice(0, 3)
    .map(({ name }) => [
      span(` ${name}: no worker serves it; `, 'yellow'),
      span(`offstage workers start --queues ${name}`),
    ])
}
