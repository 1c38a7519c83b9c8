import { formatDuration } from '../../domain/duration.js'
import type { EngineEmitter } from '../../engine/events.js'
import { say } from '../say.js'

const maxShown = 5

/** Shows what a scheduler decides, except for the slots that fire as they should. */
export function reportSlots(engine: EngineEmitter): void {
  engine.on('schedule.slots', ({ schedule: name, records }) => {
    const unusual = records.filter(({ outcome }) => outcome !== 'fired')
    for (const { slot, outcome, reason } of unusual.slice(0, maxShown)) {
      say(`schedule ${name}: ${new Date(slot).toISOString()} ${outcome}${reason === null ? '' : `: ${reason}`}`)
    }
    const others = unusual.length - maxShown
    if (others > 0) say(`schedule ${name}: and ${others} more; see "offstage schedule history ${name}"`)
  })
  engine.on('clock.back', ({ byMs }) => {
    say(`the clock went back by ${formatDuration(byMs)}: slots that were decided while it was ahead do not fire again`)
  })
  engine.on('schedule.faulty', ({ schedule, why }) => say(`schedule ${schedule} is faulty: ${why}`))
}
