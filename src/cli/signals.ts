import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'

/** The signals that ask a command to end. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Ending = (typeof endings)[number]

const numbers: Readonly<Record<Ending, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

// After the second signal: enough to hand jobs back, if the store takes them.
const lastWordsMs = 2_000

/** What the terminal or the system asks of a command that has more to do than to die. */
export interface Interruption {
  /** Fires at the first signal. */
  readonly first: AbortSignal
  /** Fires at the second one. The process then ends within two seconds, whatever it waits for. */
  readonly second: AbortSignal
  /** What the process exits with if the signals cut it short. */
  readonly exitCode: number
  /** Gives the signals their usual meaning back. */
  release(): void
}

/** `exitCode`: whatever the signal; 128 and the number of the last one unless said. */
export function takeSignals(exitCode?: number): Interruption {
  const first = new AbortController()
  const second = new AbortController()
  let exitCodeNow = exitCode ?? exitCodes.interrupted
  const release = onSignals((code) => {
    exitCodeNow = exitCode ?? code
    if (!first.signal.aborted) return first.abort()
    second.abort()
    setTimeout(() => endProcess(exitCodeNow), lastWordsMs).unref()
  })
  return {
    first: first.signal,
    second: second.signal,
    get exitCode() {
      return exitCodeNow
    },
    release,
  }
}

/** Calls `handle` for each signal with 128 and its number. Answers how to give the signals their usual meaning back. */
export function onSignals(handle: (exitCode: number) => void): () => void {
  const handlers = endings.map((name) => {
    const handler = () => handle(128 + numbers[name])
    process.on(name, handler)
    return { name, handler }
  })
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler)
  }
}

/** Resolves when the signal fires. */
export function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
