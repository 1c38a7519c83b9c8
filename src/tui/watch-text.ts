import { OffstageError } from '../domain/errors.js'
import { systemClock } from '../engine/clock.js'
import { openTerminal } from './terminal.js'

// As in the monitor: a text that takes long to make is made less often.
const maxShare = 0.04

/** Shows a text on the whole screen, made anew each interval, until somebody quits with q or Ctrl-C. */
export async function watchText(title: string, intervalMs: number, make: () => Promise<string>): Promise<void> {
  const listeners = new Set<() => void>()
  const over = new AbortController()
  let resized = new AbortController()
  let lines: readonly string[] = [title]
  const show = (text: string) => {
    const rows = process.stdout.rows || 24
    lines = [title, '', ...text.split('\n')].slice(0, rows)
    for (const listener of listeners) listener()
  }
  const terminal = openTerminal({
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    lines: () => lines,
    pressed: (key) => {
      if (key === 'q' || key === 'ctrl-c') terminal.close()
    },
    resized: () => resized.abort(),
  })
  const making = (async () => {
    while (!over.signal.aborted) {
      resized = new AbortController()
      const before = process.cpuUsage()
      show(await textOrTrouble(make))
      const { user, system } = process.cpuUsage(before)
      const pauseMs = Math.max(intervalMs, (user + system) / 1_000 / maxShare)
      await systemClock.sleep(pauseMs, AbortSignal.any([over.signal, resized.signal]))
    }
  })()
  making.catch((error: Error) => terminal.close(error))
  try {
    await terminal.ended
  } finally {
    over.abort()
  }
  await making
}

/** A store that does not answer may come back. */
async function textOrTrouble(make: () => Promise<string>): Promise<string> {
  try {
    return await make()
  } catch (thrown) {
    if (!(thrown instanceof OffstageError)) throw thrown
    return thrown.message
  }
}
