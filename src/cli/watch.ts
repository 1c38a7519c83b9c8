import { OffstageError } from '../domain/errors.js'
import { systemClock } from '../engine/clock.js'
import { exitCodes } from './exit-codes.js'
import { say } from './say.js'
import { takeSignals } from './signals.js'

/** Whether a live screen can be shown: both ends are a terminal that knows escape codes. */
export function canShowScreen(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb'
}

/** Prints a text again and again, for what is no terminal, until a signal comes or the reader has gone. */
export async function printAgain(intervalMs: number, text: () => Promise<string>): Promise<void> {
  const interruption = takeSignals(exitCodes.done)
  for (let isFirst = true; !interruption.graceful.aborted; isFirst = false) {
    await printOnce(text, isFirst)
    await systemClock.sleep(intervalMs, interruption.graceful)
  }
  interruption.release()
}

/** A store that does not answer ends it only at the start: later it may come back. */
async function printOnce(text: () => Promise<string>, isFirst: boolean): Promise<void> {
  try {
    const shown = await text()
    process.stdout.write(`${isFirst ? '' : '\n'}${shown}\n`)
  } catch (thrown) {
    if (isFirst || !(thrown instanceof OffstageError)) throw thrown
    say(thrown.message)
  }
}
