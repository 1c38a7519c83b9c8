import type { MonitoredQueue, MonitoredSchedule } from '../../app/monitor/monitor-data.js'
import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { sparkline } from '../../views/sparkline.js'
import { cursorRow, queuesShown } from '../model/rows.js'
import type { State } from '../model/state.js'
import { bar, grouped } from '../text/charts.js'
import { grid, listRow, window } from '../text/grid.js'
import { beside, type Line, lineOf, span } from '../text/line.js'
import { agoText, countText, inText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { attention } from './attention.js'
import { lastHour } from './last-hour.js'
import { failing, runningList } from './running.js'
import { bold, count, dim, latency, signed, slotText } from './signs.js'

/** Is it all right? The first lines say what is not; below is what runs, fails and comes next. */
export function overview(state: State, { width, height }: Area): readonly Line[] {
  const { queues = [], failures = [], schedules = [] } = state.data
  const isEmpty = queues.length === 0 && failures.length === 0
  const isShort = height < (width < 100 ? 36 : 24)
  const top = [...attention(state, width), ...lastHour(state, width, width >= 80 && !isShort), []]
  const queueRows = isShort ? 4 : Math.max(4, Math.floor(height / 3))
  const left = (leftWidth: number) => [
    ...(isEmpty ? noJobs() : queueList(state, leftWidth, queueRows)),
    [],
    ...workerList(state, leftWidth, isShort ? 2 : 4),
    ...(schedules.length === 0 ? [] : [[], ...nextList(state, leftWidth, isShort ? 2 : 5)]),
  ]
  const right = (rightWidth: number) => [
    ...runningList(state, rightWidth, isShort ? 2 : 5),
    [],
    ...failing(state, rightWidth, isShort ? 2 : 4),
  ]
  if (width < 100) return [...top, ...left(width), [], ...right(width)]
  const leftWidth = Math.floor(width * 0.6)
  return [...top, ...beside(left(leftWidth), right(width - leftWidth - 3), leftWidth, width)]
}

function noJobs(): readonly Line[] {
  return [[span(' No jobs yet. In another terminal: '), bold('offstage run hello name=Ada')]]
}

function queueList(state: State, width: number, height: number): readonly Line[] {
  const queues = queuesShown(state)
  const filter = state.filters.overview ?? ''
  if (queues.length === 0) return [[dim(` Nothing matches /${filter}; esc clears the filter`)]]
  const cursor = cursorRow(state)
  const { first, end } = window(queues.length, cursor, Math.min(queues.length, height))
  const { heading, rows } = grid(
    [
      { heading: 'QUEUE', flexible: true },
      { heading: 'QUEUED', align: 'right' },
      { heading: 'RUN', align: 'right' },
      { heading: 'SCHED', align: 'right' },
      { heading: 'FAILED', align: 'right' },
      ...(state.size.columns < 80 ? [] : [{ heading: 'OLDEST', align: 'right' } as const, { heading: '30 MIN' }]),
    ],
    queues.slice(first, end).map((queue) => queueCells(queue)),
    width - 1,
  )
  const more = queues.length - (end - first)
  return [
    [span(' '), ...heading, ...(filter === '' ? [] : [dim(`  /${filter}`)])],
    ...rows.map((row, index) => listRow(row, first + index === cursor, width)),
    ...(more === 0 ? [] : [[dim(` … ${more} more`)]]),
  ]
}

function queueCells(queue: MonitoredQueue) {
  const { name, paused, queued, running, scheduled, failed, latencyMs, depths } = queue
  return [
    paused ? lineOf(name, ' ', signed(pausedGlyph)) : name,
    count(countText(queued)),
    count(countText(running), 'cyan'),
    count(countText(scheduled)),
    count(countText(failed), 'red'),
    latency(latencyMs),
    span(sparkline(grouped(depths, 10)), depths.every((depth) => depth === 0) ? 'dim' : 'cyan'),
  ]
}

function workerList({ data, now }: State, width: number, most: number): readonly Line[] {
  const workers = (data.workers ?? []).filter(({ state }) => state !== 'dead')
  if (workers.length === 0)
    return [[span(' '), signed(stateGlyphs.failed, 'no worker is alive'), dim('; start one: offstage workers start')]]
  const busy = workers.reduce((sum, worker) => sum + worker.busy, 0)
  const places = workers.reduce((sum, worker) => sum + worker.concurrency, 0)
  const { rows } = grid(
    [
      { heading: '' },
      { heading: '', flexible: true },
      { heading: '' },
      { heading: '' },
      { heading: '', align: 'right' },
    ],
    workers
      .slice(0, most)
      .map((worker) => [
        worker.id,
        `${worker.host}:${worker.pid}`,
        worker.state === 'silent' ? signed(warningGlyph, 'silent') : dim(`up ${sinceText(worker.startedAt, now)}`),
        span(bar(worker.busy / Math.max(1, worker.concurrency), 10), 'cyan'),
        `${worker.busy} of ${worker.concurrency}`,
      ]),
    width - 1,
  )
  const more = workers.length - rows.length
  return [
    [bold(' WORKERS'), dim(`  ${workers.length} alive, ${countText(busy)} of ${countText(places)} busy`)],
    ...rows.map((row) => [span(' '), ...row]),
    ...(more === 0 ? [] : [[dim(` … ${more} more`)]]),
  ]
}

function nextList(state: State, width: number, most: number): readonly Line[] {
  const { schedules = [] } = state.data
  const cells = ({ name, nextAt, paused, fault, slots }: MonitoredSchedule) => {
    const last = slots.at(-1) ?? null
    const next =
      fault !== null
        ? signed(stateGlyphs.failed, 'faulty')
        : paused
          ? signed(pausedGlyph, 'paused')
          : nextAt === null
            ? dim('ended')
            : span(inText(nextAt, state.now))
    return [name, next, slotText(last), last === null ? dim('-') : dim(agoText(last.through, state.now))]
  }
  const { heading, rows } = grid(
    [{ heading: 'NEXT', flexible: true }, { heading: 'IN' }, { heading: 'LAST', flexible: true }, { heading: '' }],
    schedules.slice(0, most).map(cells),
    width - 1,
  )
  const more = schedules.length - rows.length
  return [
    [span(' '), ...heading],
    ...rows.map((row) => [span(' '), ...row]),
    ...(more === 0 ? [] : [[dim(` … ${more} more`)]]),
  ]
}
