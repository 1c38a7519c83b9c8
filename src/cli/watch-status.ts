import { type Context, withReader } from '../app/context.js'
import { currentStatus } from '../app/current-status.js'
import { statusForPeople } from '../app/shown-commands.js'
import { systemClock } from '../engine/clock.js'
import { statusText } from './status/status-text.js'
import { printAgain } from './watch.js'

/** Prints the status again and again, for what is no terminal. */
export function watchStatus(context: Context, intervalMs: number): Promise<void> {
  return printAgain(intervalMs, () =>
    withReader(context, async (store) => {
      const now = systemClock.now()
      const status = await currentStatus(store, now, context.redact)
      return statusText(await statusForPeople(store, status, context.redact, now), now)
    }),
  )
}
