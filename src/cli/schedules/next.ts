import { type Context, withReader } from '../../app/context.js'
import { maxSlots, type NextRequest, nextSlots } from '../../app/schedules/next-slots.js'
import type { DueJson } from '../../views/slot.js'
import { say } from '../say.js'

/** The slots to come. Says if they will not fire, or are not all shown. Throws NotFoundError. */
export async function next(context: Context, request: NextRequest): Promise<readonly DueJson[]> {
  const { name } = request
  const { slots, fault, paused, truncated } = await withReader(context, (store) => nextSlots(store, request))
  if (fault !== null) say(`${name} is faulty: ${fault}`)
  if (paused) say(`${name} is paused: these will be left out; resume it: offstage schedule resume ${name}`)
  if (truncated) say(`only the first ${maxSlots} are shown`)
  return slots
}
