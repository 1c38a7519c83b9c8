import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { localText, offsetText } from '../../domain/schedule/local-time.js'
import { pausedGlyph, stateGlyphs } from '../../views/glyphs.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { shownTask } from '../../views/shown-task.js'
import type { SlotJson } from '../../views/slot.js'
import type { StatusJson } from '../../views/status.js'
import { stateText } from '../jobs/job-text.js'
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
      shownTask(schedule),
      schedule.rule ?? '',
      schedule.tz ?? '',
      nextCell(schedule, now),
      lastCell(schedule, schedule.waiting),
      schedule.source,
    ]),
    look,
  )
}

type Next = Pick<ScheduleJson, 'nextAt' | 'tz' | 'paused' | 'ended' | 'fault'>

export function nextCell({ nextAt, tz, paused, ended, fault }: Next, now: EpochMs): Cell {
  if (fault !== null) return { full: `faulty: ${fault}`, glyph: stateGlyphs.failed }
  if (nextAt === null || tz === null) return { full: `none: ${ended ?? 'it has ended'}`, style: 'dim' }
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

/** What became of the last slot, and of its job: one that failed must not look as if all were well. */
export function lastCell({ lastSlot, tz }: Pick<ScheduleJson, 'lastSlot' | 'tz'>, waiting = 0): Cell {
  if (lastSlot === null || tz === null) return ''
  const { jobState, outcome, slot } = lastSlot
  const waits = waiting === 0 ? '' : `, ${waiting} waiting`
  const local = localText(tz, Date.parse(slot))
  const end = jobState === null ? '' : `, ${endText(lastSlot)}`
  return {
    full: `${outcome} ${local}${end}${waits}`,
    short: `${outcome} ${local.slice('yyyy-'.length, -':ss'.length)}${jobState === 'completed' ? '' : end}${waits}`,
    ...(jobState === null ? {} : { glyph: stateGlyphs[jobState] }),
  }
}

/** How the job of a slot ended: `failed (timeout) after 5m`; empty if it has not. */
export function endText({ jobState, jobReason, jobDurationMs }: EndedSlot): string {
  if (jobState === null) return ''
  const took = jobDurationMs === null ? '' : ` after ${formatDuration(jobDurationMs)}`
  return `${stateText({ state: jobState, reason: jobReason })}${took}`
}

type EndedSlot = Pick<SlotJson, 'jobState' | 'jobReason' | 'jobDurationMs'>

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
      lastCell(schedule),
    ]),
    look,
  )
  return more === 0 ? rows : `${rows}\nand ${more} more: offstage schedule list`
}
