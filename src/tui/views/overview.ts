import type { MonitoredQueue, MonitoredSchedule } from '../../app/monitor/monitor-data.js'
import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { cursorRow, queuesShown } from '../model/rows.js'
import type { State } from '../model/state.js'
import { bar, grouped, sparkline } from '../text/charts.js'
import { grid, listRow, window } from '../text/grid.js'
import { beside, type Line, lineOf, span, spread } from '../text/line.js'
import { agoText, countText, durationText, inText, jobsText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { bold, count, dim, latency, signed, slotText, stateSign } from './signs.js'

/** Is it all right? The first lines say what is not; below is what runs, fails and comes next. */
export function overview(state: State, area: Area): readonly Line[] {
  const { width, height } = area
  const { queues = [], failures = [], schedules = [] } = state.data
  const isEmpty = queues.length === 0 && failures.length === 0
  const top = [...attention(state, width), ...lastHour(state, width), []]
  const left = (leftWidth: number) => [
    ...(isEmpty ? noJobs() : queueList(state, leftWidth, Math.max(3, Math.floor(height / 3)))),
    [],
    ...workerList(state, leftWidth),
    ...(schedules.length === 0 ? [] : [[], ...nextList(state, leftWidth)]),
  ]
  if (width < 100) return [...top, ...left(width), [], ...runningList(state, width), [], ...failing(state, width)]
  const leftWidth = Math.floor(width * 0.6)
  const rightWidth = width - leftWidth - 3
  return [
    ...top,
    ...beside(
      left(leftWidth),
      [...runningList(state, rightWidth), [], ...failing(state, rightWidth)],
      leftWidth,
      width,
    ),
  ]
}

function noJobs(): readonly Line[] {
  return [[span(' No jobs yet. In another terminal: '), bold('offstage run hello name=Ada')]]
}

/** The reasons of the health, and what is paused or waits for nobody: each with the view that shows it. */
function attention(state: State, width: number): readonly Line[] {
  const { health = null, queues = [], workers = [], schedules = [], schedulerAlive = true } = state.data
  const reasons = (health?.reasons ?? []).map((reason) => ({
    sign: signed(health?.status === 'unhealthy' ? stateGlyphs.failed : warningGlyph, reason),
    view: reason.includes('fail') ? 6 : reason.includes('schedule') ? 5 : 2,
  }))
  const paused = queues
    .filter((queue) => queue.paused)
    .map(({ name, pausedAt, queued }) => ({
      sign: signed(
        pausedGlyph,
        `${name} is paused${pausedAt === null ? '' : ` for ${sinceText(pausedAt, state.now)}`}; ${jobsText(queued)} wait`,
      ),
      view: 2,
    }))
  const waiting = queues.reduce((sum, { queued, paused: isPaused }) => sum + (isPaused ? 0 : queued), 0)
  const isAlone = workers.every((worker) => worker.state === 'dead')
  const nobody =
    isAlone && waiting > 0
      ? [
          {
            sign: signed(stateGlyphs.failed, `no worker is alive; ${jobsText(waiting)} wait: offstage workers start`),
            view: 4,
          },
        ]
      : []
  const silent =
    schedules.some(({ paused: isPaused, nextAt }) => !isPaused && nextAt !== null) && !schedulerAlive
      ? [
          {
            sign: signed(stateGlyphs.failed, 'no scheduler is alive: schedules do not fire: offstage workers start'),
            view: 5,
          },
        ]
      : []
  const lines = [...nobody, ...reasons, ...silent, ...paused].slice(0, 6)
  if (lines.length === 0) return []
  return [...lines.map(({ sign, view }) => spread([span(' '), sign], [dim(`${view} `)], width)), []]
}

function lastHour({ data }: State, width: number): readonly Line[] {
  const { lastHour: hour } = data
  if (hour === undefined) return []
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const perSecond = ((hour.done.at(-2) ?? 0) + (hour.failed.at(-2) ?? 0)) / 60
  const facts: readonly (readonly [string, string])[] = [
    ['done', countText(sum(hour.done))],
    ['failed', countText(sum(hour.failed))],
    ['retried', countText(hour.retried)],
    ['last minute', `${perSecond >= 10 ? countText(perSecond) : perSecond.toFixed(1)}/s`],
    ['p50', durationText(hour.p50Ms)],
    ['p95', durationText(hour.p95Ms)],
  ]
  const words = facts.flatMap(([name, value]) => [dim(`  ${name} `), span(value)])
  const title: Line = [bold(' LAST HOUR'), ...words]
  if (width < 80) return [title]
  const room = Math.max(20, width - 36)
  const chart = (name: string, values: readonly number[], style: 'green' | 'red', unit: string): Line => {
    const shown = grouped(values, room)
    const most = Math.max(...shown)
    return [
      dim(` ${name.padEnd(7)}`),
      span(sparkline(shown, most), most === 0 ? 'dim' : style),
      dim(`  ${unit}most ${countText(most)}`),
    ]
  }
  return [title, chart('done', hour.done, 'green', 'a minute each, '), chart('failed', hour.failed, 'red', '')]
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

function workerList({ data, now }: State, width: number): readonly Line[] {
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
      .slice(0, 4)
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

function nextList(state: State, width: number): readonly Line[] {
  const { schedules = [] } = state.data
  const cells = ({ name, nextAt, paused, fault, slots }: MonitoredSchedule) => {
    const last = slots.at(-1) ?? null
    const next =
      fault !== null
        ? signed(stateGlyphs.failed, 'faulty')
        : paused
          ? signed(pausedGlyph, 'paused')
          : nextAt === null
            ? dim('-')
            : span(inText(nextAt, state.now))
    return [name, next, slotText(last), last === null ? dim('-') : dim(agoText(last.through, state.now))]
  }
  const { heading, rows } = grid(
    [{ heading: 'NEXT', flexible: true }, { heading: 'IN' }, { heading: 'LAST', flexible: true }, { heading: '' }],
    schedules.slice(0, 5).map(cells),
    width - 1,
  )
  const more = schedules.length - rows.length
  return [
    [span(' '), ...heading],
    ...rows.map((row) => [span(' '), ...row]),
    ...(more === 0 ? [] : [[dim(` … ${more} more`)]]),
  ]
}

function runningList({ data, now }: State, width: number): readonly Line[] {
  const { running = [], workers = [], queues = [] } = data
  const places = workers.reduce((sum, { state, concurrency }) => sum + (state === 'dead' ? 0 : concurrency), 0)
  const all = queues.reduce((sum, queue) => sum + queue.running, 0)
  const shown = running.slice(0, 5)
  const lines = shown.flatMap(({ id, task, worker, startedAt, progress }) => {
    const left = lineOf(' ', stateSign('running'), ` ${id} ${task}`)
    const right = [dim(`${worker ?? ''}  `), span(sinceText(startedAt, now).padStart(7))]
    const own: Line = spread(left, right, width)
    if (progress === null) return [own]
    const percent = `${Math.round(progress.fraction * 100)} %`
    return [
      own,
      lineOf('   ', span(bar(progress.fraction, 12).padEnd(12), 'cyan'), ` ${percent} ${progress.message ?? ''}`),
    ]
  })
  const more = all - shown.length
  const title = spread(
    [bold(' RUNNING'), dim(`  ${countText(all)}${places === 0 ? '' : ` of ${countText(places)}`}`)],
    [dim('WORKER      FOR')],
    width,
  )
  return [title, ...lines, ...(more <= 0 ? [] : [[dim(`   … ${countText(more)} more`)]])]
}

function failing({ data, now }: State, width: number): readonly Line[] {
  const { failures = [] } = data
  if (failures.length === 0) return [[span(' '), signed(stateGlyphs.completed, 'nothing has failed in 24h')]]
  const lines = failures
    .slice(0, 4)
    .flatMap(({ task, error, count: times, lastAt }) => [
      spread(
        [span(' '), signed(stateGlyphs.failed, task)],
        [span(countText(times).padStart(6)), dim(sinceText(lastAt, now).padStart(8))],
        width,
      ),
      lineOf('   ', dim(error === '' ? 'other errors' : error)),
    ])
  return [spread([bold(' FAILING')], [dim(' TIMES    LAST')], width), ...lines]
}
