import type { MonitoredWorker } from '../../app/monitor/monitor-data.js'
import { leaseMs } from '../../stores/store.js'
import { stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { workerOrders } from '../model/orders.js'
import { cursorRow, workersShown } from '../model/rows.js'
import type { State } from '../model/state.js'
import { bar } from '../text/charts.js'
import { grid, listRow, window } from '../text/grid.js'
import { type Content, type Line, lineOf, span } from '../text/line.js'
import { bytesText, durationText, inText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { listTitle } from './list-title.js'
import { dim, signed, stateSign } from './signs.js'

/** The workers, and below the jobs of the one at the cursor. */
export function workersView(state: State, { width, height }: Area): readonly Line[] {
  const workers = workersShown(state)
  const filter = state.filters.workers ?? ''
  if (workers.length === 0) {
    const text =
      filter === ''
        ? ' No worker is alive. Start one: offstage workers start'
        : ` Nothing matches /${filter}; esc clears the filter`
    return [[], [dim(text)]]
  }
  const cursor = cursorRow(state)
  const jobs = jobsOf(state, workers[cursor]?.id, Math.max(1, Math.min(10, height - 4)))
  const { first, end } = window(workers.length, cursor, Math.max(1, height - 3 - jobs.length))
  const { heading, rows } = grid(
    [
      { heading: 'WORKER' },
      { heading: 'HOST:PID', flexible: true },
      { heading: 'UP' },
      { heading: 'BEAT' },
      { heading: 'BUSY' },
      { heading: '', align: 'right' },
      { heading: 'PROCS', align: 'right', from: 80 },
      { heading: 'MEM', align: 'right', from: 80 },
      { heading: 'QUEUES', flexible: true, from: 60 },
      { heading: '', from: 100 },
    ],
    workers.slice(first, end).map((worker) => cells(worker, state)),
    width - 1,
  )
  return [
    listTitle(state, workers.length, state.data.workers?.length ?? 0, workerOrders, width),
    [span(' '), ...heading],
    ...rows.map((row, index) => listRow(row, first + index === cursor, width)),
    ...jobs,
  ]
}

function cells(worker: MonitoredWorker, { now }: State): readonly Content[] {
  const { id, host, pid, startedAt, lastBeatAt, busy, concurrency, processes, rssBytes, queues } = worker
  const beat = sinceText(lastBeatAt, now)
  return [
    id,
    `${host}:${pid}`,
    sinceText(startedAt, now),
    worker.state === 'alive' ? dim(beat) : signed(worker.state === 'dead' ? stateGlyphs.failed : warningGlyph, beat),
    span(bar(busy / Math.max(1, concurrency), 6).padEnd(6), 'cyan'),
    `${busy}/${concurrency}`,
    String(processes),
    rssBytes === null ? dim('-') : bytesText(rssBytes),
    queues === null ? 'all' : queues.join(' '),
    standingText(worker, now),
  ]
}

function standingText({ state, lastBeatAt, hasScheduler }: MonitoredWorker, now: number): Content {
  if (state === 'dead') return span('dead', 'red')
  if (state === 'silent') return span(`silent: lease ${inText(lastBeatAt + leaseMs, now)}`, 'yellow')
  return hasScheduler ? lineOf(stateSign('running'), ' schedules') : ''
}

function jobsOf({ data, now }: State, worker: string | undefined, height: number): readonly Line[] {
  const running = (data.running ?? []).filter((job) => job.worker === worker)
  if (running.length === 0) return []
  const shown = running.slice(0, height).map(({ id, task, queue, startedAt, progress }) => {
    const percent = progress === null ? '' : `  ${Math.round(progress.fraction * 100)} % ${progress.message ?? ''}`
    return lineOf(
      '   ',
      stateSign('running'),
      ` ${id} ${task}`,
      dim(`  ${queue}  ${durationText(startedAt === null ? null : Math.max(0, now - startedAt))}${percent}`),
    )
  })
  const more = running.length - shown.length
  return [[], ...shown, ...(more === 0 ? [] : [[dim(`   … ${more} more`)]])]
}
