import type { FailureGroup } from '../../domain/failure-group.js'
import type { EpochMs } from '../../domain/job.js'
import { minuteOf } from '../../domain/statistics.js'
import { stateGlyphs } from '../../views/glyphs.js'
import { sparkline } from '../../views/sparkline.js'
import { failureOrders } from '../model/orders.js'
import { cursorRow, failuresShown } from '../model/rows.js'
import type { State } from '../model/state.js'
import { grid, listRow, window } from '../text/grid.js'
import { type Content, type Line, lineOf, span, widthOfLine } from '../text/line.js'
import { agoText, clockText, countText, durationText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { listTitle } from './list-title.js'
import { bold, count, dim, ruled, signed } from './signs.js'

/** What failed within a day, by task and error; below more of the group at the cursor. */
export function failuresView(state: State, { width, height }: Area): readonly Line[] {
  const groups = failuresShown(state)
  const filter = state.filters.failures ?? ''
  if (groups.length === 0) {
    const text =
      filter === ''
        ? signed(stateGlyphs.completed, 'Nothing has failed in 24h.')
        : dim(`Nothing matches /${filter}; esc clears the filter`)
    return [[], [span(' '), text]]
  }
  const cursor = cursorRow(state)
  const detail = detailOf(groups[cursor], state, width)
  const { first, end } = window(groups.length, cursor, Math.max(1, height - 2 - detail.length))
  const { heading, rows } = grid(
    [
      { heading: 'TASK', flexible: true },
      { heading: 'ERROR', flexible: true },
      { heading: 'TIMES', align: 'right' },
      { heading: 'FIRST', from: 80 },
      { heading: 'LAST' },
      { heading: '30 MIN', from: 80 },
      { heading: 'SAMPLE', from: 80 },
    ],
    groups.slice(first, end).map((group) => cells(group, state.now)),
    width - 1,
  )
  const jobs = groups.reduce((sum, group) => sum + group.count, 0)
  const crumbs = [`last 24h: ${countText(jobs)} failed`]
  return [
    listTitle(state, groups.length, state.data.failures?.length ?? 0, failureOrders, width, crumbs),
    [span(' '), ...heading],
    ...rows.map((row, index) => listRow(row, first + index === cursor, width)),
    ...detail,
  ]
}

function cells(
  { task, error, count: times, firstAt, lastAt, minutes, sample }: FailureGroup,
  now: EpochMs,
): readonly Content[] {
  return [
    lineOf(signed(stateGlyphs.failed), ` ${task}`),
    error === '' ? dim('other errors') : error,
    count(countText(times)),
    agoText(firstAt, now),
    sinceText(lastAt, now),
    span(sparkline(perThreeMinutes(minutes, now)), 'red'),
    sample,
  ]
}

function perThreeMinutes(minutes: FailureGroup['minutes'], now: EpochMs): readonly number[] {
  const last = minuteOf(now)
  const sums = new Array<number>(10).fill(0)
  for (const { minute, count: times } of minutes) {
    const index = 9 - Math.floor((last - minute) / 3)
    if (index >= 0 && index < 10) sums[index] = (sums[index] ?? 0) + times
  }
  return sums
}

function detailOf(group: FailureGroup | undefined, { data }: State, width: number): readonly Line[] {
  if (group === undefined) return []
  const { task, error, firstAt } = group
  const starter = (data.workers ?? [])
    .filter(({ startedAt }) => startedAt <= firstAt)
    .sort((a, b) => b.startedAt - a.startedAt)[0]
  const soonMs = 15 * 60_000
  // A failure that begins soon after a worker started came with what that one loaded.
  const deploy =
    starter !== undefined && firstAt - starter.startedAt < soonMs
      ? [
          span(
            `began ${durationText(firstAt - starter.startedAt)} after ${starter.id} started (${clockText(starter.startedAt)})`,
            'yellow',
          ),
        ]
      : []
  return [
    [],
    ruled([bold(task), dim('  in full')], [], width, widthOfLine),
    lineOf('   ', error === '' ? 'of more than 200 different errors' : error),
    ...(deploy.length === 0 ? [] : [lineOf('   ', ...deploy)]),
  ]
}
