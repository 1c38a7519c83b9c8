import { formatDuration } from '../../domain/duration.js'
import type { BegunAnew } from '../../domain/schedule/revise.js'
import type { SlotRecord } from '../../domain/schedule/schedule.js'
import type { EngineEmitter } from '../../engine/events.js'
import { say } from '../say.js'

const maxShown = 5

/** Shows what a scheduler decides, except for the slots that fire as they should. */
export function reportSlots(engine: EngineEmitter): void {
  engine.on('schedule.slots', ({ schedule: name, records }) => {
    const unusual = records.filter(({ outcome }) => outcome !== 'fired')
    for (const record of unusual.slice(0, maxShown)) say(`schedule ${name}: ${slotText(record)}`)
    const others = unusual.length - maxShown
    if (others > 0) say(`schedule ${name}: and ${others} more; see "offstage schedule history ${name}"`)
  })
  engine.on('clock.back', ({ byMs }) => {
    say(`the clock went back by ${formatDuration(byMs)}: slots that were decided while it was ahead do not fire again`)
  })
  engine.on('schedules.anew', ({ schedules }) => {
    const [first] = schedules
    if (first === undefined) return
    say(`the clock was ahead, at ${iso(first.until)}: ${named(schedules)} from now on`)
  })
  engine.on('schedules.ahead', ({ schedules }) => {
    const until = Math.max(...schedules.map((schedule) => schedule.until))
    say(
      `${namesOf(schedules)}: nothing fires before ${iso(until)}, since slots until then were decided while the clock was ahead`,
    )
  })
  engine.on('schedule.faulty', ({ schedule, why }) => say(`schedule ${schedule} is faulty: ${why}`))
}

function slotText({ slot, through, outcome, reason }: SlotRecord): string {
  const slots = slot === through ? iso(slot) : `${iso(slot)} to ${iso(through)}`
  return `${slots} ${outcome}${reason === null ? '' : `: ${reason}`}`
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
