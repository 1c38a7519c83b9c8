import { formatDuration } from '../../domain/duration.js'
import type { BegunAnew } from '../../domain/schedule/revise.js'
import type { EngineEmitter } from '../../engine/events.js'
import type { Log } from '../log/log.js'
import { slotEntries } from '../log/slot-entries.js'
import { say } from '../say.js'

/** Writes what a scheduler decides. */
export function reportSlots(engine: EngineEmitter, log: Log): void {
  engine.on('schedule.slots', ({ schedule, records }) => {
    for (const entry of slotEntries(schedule, records)) log.entry(entry)
  })
  engine.on('clock.back', ({ byMs }) => {
    say(
      `the clock went back by ${formatDuration(byMs)}: slots that were decided while it was ahead do not fire again`,
      'warning',
    )
  })
  engine.on('schedules.anew', ({ schedules }) => {
    const [first] = schedules
    if (first === undefined) return
    say(`the clock was ahead, at ${iso(first.until)}: ${named(schedules)} from now on`, 'warning')
  })
  engine.on('schedules.ahead', ({ schedules }) => {
    const until = Math.max(...schedules.map((schedule) => schedule.until))
    say(
      `${namesOf(schedules)}: nothing fires before ${iso(until)}, since slots until then were decided while the clock was ahead`,
      'warning',
    )
  })
  engine.on('schedule.faulty', ({ schedule, why }) => say(`schedule ${schedule} is faulty: ${why}`, 'error'))
}

function named(schedules: readonly BegunAnew[]): string {
  return `${namesOf(schedules)} ${schedules.length === 1 ? 'begins' : 'begin'} anew`
}

const maxNamed = 3

/** The names of schedules, for a line. */
function namesOf(schedules: readonly BegunAnew[]): string {
  const names = schedules.slice(0, maxNamed).map(({ name }) => name)
  const others = schedules.length - names.length
  return `schedule${schedules.length === 1 ? '' : 's'} ${names.join(', ')}${others === 0 ? '' : ` and ${others} more`}`
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
