import { type Context, withReader } from '../../app/context.js'
import {
  maxSlots,
  type NextOfAll,
  type NextRequest,
  nextSlots,
  nextSlotsOfAll,
} from '../../app/schedules/next-slots.js'
import { formatDuration } from '../../domain/duration.js'
import { isoTime } from '../../views/iso-time.js'
import type { DueJson } from '../../views/slot.js'
import { say } from '../say.js'

/** The slots to come. Says if they will not fire, or are not all shown. Throws NotFoundError. */
export async function next(context: Context, request: NextRequest): Promise<readonly DueJson[]> {
  const { name } = request
  const answer = await withReader(context, (store) => nextSlots(store, request))
  const { slots, fault, paused, truncated, expectation } = answer
  if (fault !== null) say(`${name} is faulty: ${fault}`)
  if (paused) say(`${name} is paused: these will be left out; resume it: offstage schedule resume ${name}`)
  if (truncated) say(`only the first ${maxSlots} are shown`)
  if (expectation !== null) {
    const { everyMs, lastSuccessAt } = expectation
    const last = lastSuccessAt === null ? 'there was none yet' : `the last was ${isoTime(lastSuccessAt)}`
    say(`${name}: a success is expected every ${formatDuration(everyMs)}; ${last}`)
  }
  return slots
}

/** The slots to come of all schedules. Says which ones will not fire, and if not all are shown. */
export async function nextOfAll(context: Context, request: Omit<NextRequest, 'name'>): Promise<NextOfAll['slots']> {
  const { slots, silent, truncated } = await withReader(context, (store) => nextSlotsOfAll(store, request))
  for (const { name, fault } of silent) if (fault !== null) say(`${name} is faulty, and left out: ${fault}`)
  const paused = silent.flatMap(({ name, fault }) => (fault === null ? [name] : []))
  if (paused.length > 0) say(`paused, and left out: ${paused.join(', ')}`)
  if (truncated) say(`only the first ${maxSlots} are shown`)
  return slots
}
