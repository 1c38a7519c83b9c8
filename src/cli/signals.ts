import type { StopSignals } from '../app/stop-signals.js'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'

/** The signals that ask a command to end. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Ending = (typeof endings)[number]

const numbers: Readonly<Record<Ending, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

// After the second signal: long enough to hand jobs back, if the store accepts them.
const lastWordsMs = 2_000

/**
 * What the terminal or the system asks of a command that has work to end first. The first signal is graceful. The
 * second one is immediate: the process then ends within two seconds, whatever it waits for.
 */
export interface Interruption extends StopSignals {
  /** What the process exits with if the signals cut it short. */
  readonly exitCode: number
  /** As a first signal; another call changes nothing. */
  stop(): void
  /** Gives the signals their usual meaning back. */
  release(): void
}

/** `exitCode`: whatever the signal; 128 and the number of the last one unless given. */
export function takeSignals(exitCode?: number): Interruption {
  const graceful = new AbortController()
  const immediate = new AbortController()
  let exitCodeNow = exitCode ?? exitCodes.interrupted
  const release = onSignals((code) => {
    exitCodeNow = exitCode ?? code
    if (!graceful.signal.aborted) return graceful.abort()
    immediate.abort()
    setTimeout(() => endProcess(exitCodeNow), lastWordsMs).unref()
  })
  return {
    graceful: graceful.signal,
    immediate: immediate.signal,
    stop: () => graceful.abort(),
    get exitCode() {
      return exitCodeNow
    },
    release,
  }
}

/**
 * Calls `handle` for each signal with 128 and its number. Returns a function that gives the signals their usual meaning
 * back.
 */
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

// Node takes longer ones for a millisecond.
const longestTimerMs = 2 ** 31 - 1

/** The signal that a time limit is over, for `AbortSignal.any`; none without a limit. */
export function lateSignals(timeoutMs: number | null): readonly AbortSignal[] {
  return timeoutMs === null ? [] : [AbortSignal.timeout(Math.min(timeoutMs, longestTimerMs))]
}
