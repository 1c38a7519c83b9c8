import { OffstageError } from '../domain/errors.js'
import { systemClock } from '../engine/clock.js'
import { exitCodes } from './exit-codes.js'
import { say } from './say.js'
import { takeSignals } from './signals.js'

/** Whether a live screen can be shown: both ends are a terminal that knows escape codes. */
export function canShowScreen(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb'
}

/** Prints a text again and again, for what has no screen, until a signal or `q` comes or the reader has gone. */
export async function printAgain(intervalMs: number, text: () => Promise<string>): Promise<void> {
  const interruption = takeSignals(exitCodes.done)
  const keys = readQuit()
  const ended = AbortSignal.any([interruption.graceful, keys.quit])
  try {
    for (let isFirst = true; !ended.aborted; isFirst = false) {
      await printOnce(text, isFirst)
      await systemClock.sleep(intervalMs, ended)
    }
  } finally {
    keys.release()
    interruption.release()
  }
}

// A terminal that passes on each key sends no signal for it.
const ctrlC = '\u0003'

/** `quit` fires at `q` and Ctrl-C, as in the live screen. Keys are read only where both ends are a terminal. */
function readQuit(): { readonly quit: AbortSignal; release(): void } {
  const { stdin, stdout } = process
  const quit = new AbortController()
  if (!stdin.isTTY || !stdout.isTTY) return { quit: quit.signal, release() {} }
  const onKeys = (keys: Buffer) => {
    if (keys.includes('q') || keys.includes(ctrlC)) quit.abort()
  }
  stdin.setRawMode(true).on('data', onKeys)
  return {
    quit: quit.signal,
    release() {
      stdin.off('data', onKeys).setRawMode(false).pause()
    },
  }
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
