import type { EpochMs } from '../../domain/job.js'
import { isWaitingForClock } from '../../domain/schedule/health.js'
import { begunAnew, setBack } from '../../domain/schedule/revise.js'
import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { slotsOf } from '../../domain/schedule/slots.js'

/** What a clock that was ahead has done to a schedule. */
export interface ClockText {
  readonly what: string
  readonly hint: string
  /** Whether it lets times pass. */
  readonly isSilent: boolean
}

const toldForMs = 86_400_000

/** What a clock that was ahead has done to a schedule; null: nothing, or it is a day ago. */
export function clockText(schedule: StoredSchedule, now: EpochMs): ClockText | null {
  const { name, source, plan, decidedUntil, clockAhead } = schedule
  if (plan === null) return null
  const anew = setBack(schedule, now)
  if (anew !== null && begunAnew(schedule, anew).length > 0) {
    const what = `begins anew with the next scheduler: its times to ${iso(decidedUntil)} were decided while the clock was ahead`
    return { what, hint: 'start one: offstage workers start', isSilent: true }
  }
  if (isWaiting(schedule, now)) {
    const again = source === 'cli' ? 'add it again' : 'start a worker'
    const what = `does not fire before ${iso(decidedUntil)}: its times until then were decided while the clock was ahead`
    return { what, hint: `to begin anew: offstage schedule remove ${name}, then ${again}`, isSilent: true }
  }
  if (clockAhead === null || now - clockAhead.setBackAt > toldForMs) return null
  const what = `began anew at ${iso(clockAhead.setBackAt)}: the clock was ahead, and slots were decided to ${iso(clockAhead.until)}`
  return { what, hint: `what was decided then: offstage schedule history ${name}`, isSilent: false }
}

function isWaiting(schedule: StoredSchedule, now: EpochMs): boolean {
  if (schedule.plan === null) return false
  try {
    return isWaitingForClock(schedule, slotsOf(schedule.plan.rule), now)
  } catch {
    return false // a zone that this system does not know: the schedule is faulty
  }
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
