import { type Context, withReader } from '../app/context.js'
import { currentStatus } from '../app/current-status.js'
import { OffstageError } from '../domain/errors.js'
import { systemClock } from '../engine/clock.js'
import { exitCodes } from './exit-codes.js'
import { say } from './say.js'
import { takeSignals } from './signals.js'
import { statusText } from './status/status-text.js'

/** Whether the live monitor can be shown: both ends are a terminal that knows escape codes. */
export function canShowMonitor(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb'
}

/** Prints the status again and again, for what is no terminal, until a signal comes or the reader has gone. */
export async function watchStatus(context: Context, intervalMs: number): Promise<void> {
  const interruption = takeSignals(exitCodes.done)
  for (let isFirst = true; !interruption.graceful.aborted; isFirst = false) {
    await printStatus(context, isFirst)
    await systemClock.sleep(intervalMs, interruption.graceful)
  }
  interruption.release()
}

/** A store that does not answer ends it only at the start: later it may come back. */
async function printStatus(context: Context, isFirst: boolean): Promise<void> {
  try {
    const now = systemClock.now()
    const text = await withReader(context, async (store) =>
      statusText(await currentStatus(store, now, context.redact), now),
    )
    process.stdout.write(`${isFirst ? '' : '\n'}${text}\n`)
  } catch (thrown) {
    if (isFirst || !(thrown instanceof OffstageError)) throw thrown
    say(thrown.message)
  }
}
