import type { MonitoredSchedule, ScheduleHistory } from '../../app/monitor/monitor-data.js'
import { localText, offsetText } from '../../domain/schedule/local-time.js'
import { pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import { scheduleOrders } from '../model/orders.js'
import { cursorRow, schedulesShown } from '../model/rows.js'
import type { State } from '../model/state.js'
import { grid, listRow, window } from '../text/grid.js'
import { type Content, type Line, lineOf, span } from '../text/line.js'
import { agoText, durationText, inText, sinceText } from '../words.js'
import type { Area } from './area.js'
import { listTitle } from './list-title.js'
import { bold, dim, signed, slotSign, slotText } from './signs.js'

/** The schedules, the next one first, each with its last slots; or the history of one. */
export function schedulesView(state: State, area: Area): readonly Line[] {
  const { history } = state.data
  if (state.schedule !== null && history?.name === state.schedule) return historyView(history, state, area)
  const { width, height } = area
  const schedules = schedulesShown(state)
  const filter = state.filters.schedules ?? ''
  if (schedules.length === 0) return emptyLines(filter)
  const cursor = cursorRow(state)
  const warning = noScheduler(state)
  const { first, end } = window(schedules.length, cursor, Math.max(1, height - 3 - warning.length))
  const { heading, rows } = grid(
    [
      { heading: 'SCHEDULE', flexible: true },
      { heading: 'RULE', flexible: true },
      { heading: 'NEXT', from: 100 },
      { heading: 'IN' },
      { heading: 'LAST', flexible: true },
      { heading: 'AGO', from: 80 },
      { heading: '12 SLOTS', from: 80 },
    ],
    schedules.slice(first, end).map((schedule) => cells(schedule, state)),
    width - 1,
  )
  return [
    ...warning,
    listTitle(state, schedules.length, state.data.schedules?.length ?? 0, scheduleOrders, width),
    [span(' '), ...heading],
    ...rows.map((row, index) => listRow(row, first + index === cursor, width)),
    legend,
  ]
}

const legend: Line = [
  span(' '),
  signed(stateGlyphs.completed, 'fired'),
  span('  '),
  signed(warningGlyph, 'late'),
  dim('  - skipped  · missed  '),
  signed(stateGlyphs.failed, 'its job failed'),
]

function emptyLines(filter: string): readonly Line[] {
  if (filter !== '') return [[], [dim(` Nothing matches /${filter}; esc clears the filter`)]]
  return [
    [],
    [span(' No schedules. '), bold("offstage schedule report --cron '0 2 * * *'")],
    [dim(' Those of the code come with a worker or "offstage schedule sync".')],
  ]
}

function noScheduler({ data }: State): readonly Line[] {
  if (data.schedulerAlive !== false) return []
  return [[span(' '), signed(stateGlyphs.failed, 'no scheduler is alive, so nothing fires: offstage workers start')]]
}

function cells(schedule: MonitoredSchedule, { now }: State): readonly Content[] {
  const { name, rule, tz, nextAt, paused, ended, fault, slots } = schedule
  const last = slots.at(-1) ?? null
  const local = nextAt === null || tz === null ? dim(ended ?? '-') : span(localText(tz, Date.parse(nextAt)))
  return [
    name,
    fault === null ? (rule ?? '') : signed(stateGlyphs.failed, fault),
    paused ? signed(pausedGlyph, 'paused') : local,
    paused ? signed(pausedGlyph) : nextAt === null ? dim('ended') : inText(nextAt, now),
    slotText(last),
    last === null ? dim('-') : dim(sinceText(last.through, now)),
    slots.map(slotSign),
  ]
}

/** What became of the last slots, and when the next ones are. */
function historyView(
  { name, tz, slots, next }: ScheduleHistory,
  { now }: State,
  { width, height }: Area,
): readonly Line[] {
  const ahead = next.map(({ at, local, offset, note }) => [
    span(' '),
    span(`${local} ${offset}`),
    dim(`  in ${inText(at, now)}`),
    ...(note === null ? [] : [span(`  ${note}`, 'yellow')]),
  ])
  const local = (at: number) => `${localText(tz, at)} ${offsetText(tz, at)}`
  const room = Math.max(1, height - ahead.length - 4)
  const { heading, rows } = grid(
    [
      { heading: 'SLOT' },
      { heading: 'OUTCOME' },
      { heading: 'LATE', align: 'right' },
      { heading: 'JOB' },
      { heading: 'ITS END' },
      { heading: 'AGO' },
      { heading: 'REASON', flexible: true },
    ],
    slots
      .slice(0, room)
      .map((slot) => [
        local(slot.slot),
        lineOf(slotSign(slot), ` ${slot.outcome}`),
        slot.lateMs >= 1_000 ? durationText(slot.lateMs) : dim('-'),
        slot.job ?? dim('-'),
        slot.jobEnd === null ? dim('-') : lineOf(slot.jobEnd.state, dim(` ${durationText(slot.jobEnd.durationMs)}`)),
        dim(agoText(slot.through, now)),
        slot.reason ?? '',
      ]),
    width - 1,
  )
  return [
    [bold(` ${name}`), dim(`  next (${tz})`)],
    ...(ahead.length === 0 ? [[dim(' no times to come')]] : ahead),
    [],
    [span(' '), ...heading],
    ...rows.map((row) => [span(' '), ...row]),
  ]
}
