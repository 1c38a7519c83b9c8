import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { localText, offsetText } from '../../domain/schedule/local-time.js'
import { pausedGlyph, stateGlyphs } from '../../views/glyphs.js'
import type { ScheduleJson } from '../../views/schedule.js'
import type { StatusJson } from '../../views/status.js'
import { type Look, lookOfStdout } from '../look.js'
import { type Cell, table } from '../table.js'

export function schedulesTable(
  schedules: readonly ScheduleJson[],
  now: EpochMs,
  look: Look = lookOfStdout(),
): Promise<string> {
  return table(
    [
      'SCHEDULE',
      { heading: 'TASK', flexible: true },
      { heading: 'RULE', flexible: true },
      { heading: 'ZONE', optional: true },
      'NEXT',
      'LAST',
      { heading: 'SOURCE', optional: true },
    ],
    schedules.map((schedule) => [
      schedule.name,
      schedule.task,
      schedule.rule ?? '',
      schedule.tz ?? '',
      nextCell(schedule, now),
      lastText(schedule, schedule.waiting),
      schedule.source,
    ]),
    look,
  )
}

type Next = Pick<ScheduleJson, 'nextAt' | 'tz' | 'paused' | 'fault'>

export function nextCell({ nextAt, tz, paused, fault }: Next, now: EpochMs): Cell {
  if (fault !== null) return { full: `faulty: ${fault}`, glyph: stateGlyphs.failed }
  if (nextAt === null || tz === null) return { full: 'none: it has ended', style: 'dim' }
  if (paused) return { full: 'paused', glyph: pausedGlyph }
  const at = Date.parse(nextAt)
  const local = localText(tz, at)
  const wait = at > now ? `, in ${formatDuration(at - now)}` : ''
  // On a terminal without the year and the seconds: the wait says the rest.
  return {
    full: `${local} ${offsetText(tz, at)}${wait}`,
    short: `${local.slice('yyyy-'.length, -':ss'.length)}${wait}`,
  }
}

export function lastText({ lastSlot, tz }: Pick<ScheduleJson, 'lastSlot' | 'tz'>, waiting = 0): string {
  if (lastSlot === null || tz === null) return ''
  const waits = waiting === 0 ? '' : `, ${waiting} waiting`
  return `${lastSlot.outcome} ${localText(tz, Date.parse(lastSlot.slot))}${waits}`
}

// The next ones only, on a terminal: the others would push the rest off the screen.
const maxSchedules = 10

/** What `status` shows of schedules. */
export async function schedulesAtAGlance(
  schedules: StatusJson['schedules'],
  now: EpochMs,
  look: Look = lookOfStdout(),
): Promise<string> {
  const late = '~' // after every time
  const sorted = [...schedules].sort((a, b) => ((a.nextAt ?? late) < (b.nextAt ?? late) ? -1 : 1))
  const first = look.width === null ? sorted : sorted.slice(0, maxSchedules)
  const more = schedules.length - first.length
  const rows = await table(
    [
      { heading: 'SCHEDULE', flexible: true },
      { heading: 'TASK', flexible: true, optional: true },
      { heading: 'RULE', flexible: true, optional: true },
      { heading: 'NEXT' },
      { heading: 'LAST' },
    ],
    first.map((schedule) => [
      schedule.name,
      schedule.task,
      schedule.rule ?? '',
      nextCell(schedule, now),
      lastText(schedule),
    ]),
    look,
  )
  return more === 0 ? rows : `${rows}\nand ${more} more: offstage schedule list`
}
