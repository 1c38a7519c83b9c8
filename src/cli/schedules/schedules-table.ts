import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { localText, offsetText } from '../../domain/schedule/local-time.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'

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
      nextText(schedule, now),
      lastText(schedule, schedule.waiting),
      schedule.source,
    ]),
    look,
  )
}

type Next = Pick<ScheduleJson, 'nextAt' | 'tz' | 'paused' | 'fault'>

export function nextText({ nextAt, tz, paused, fault }: Next, now: EpochMs): string {
  if (fault !== null) return `faulty: ${fault}`
  if (nextAt === null || tz === null) return 'none: it has ended'
  if (paused) return 'paused'
  const at = Date.parse(nextAt)
  return `${localText(tz, at)} ${offsetText(tz, at)}${at > now ? `, in ${formatDuration(at - now)}` : ''}`
}

export function lastText({ lastSlot, tz }: Pick<ScheduleJson, 'lastSlot' | 'tz'>, waiting = 0): string {
  if (lastSlot === null || tz === null) return ''
  const waits = waiting === 0 ? '' : `, ${waiting} waiting`
  return `${lastSlot.outcome} ${localText(tz, Date.parse(lastSlot.slot))}${waits}`
}
