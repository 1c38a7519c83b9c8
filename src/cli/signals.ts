/** The signals that ask a command to end. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Ending = (typeof endings)[number]

const numbers: Readonly<Record<Ending, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** What the terminal or the system asks of a command that has more to do than to die. */
export interface Interruption {
  /** Fires at the first signal. */
  readonly first: AbortSignal
  /** Fires at the second one. */
  readonly second: AbortSignal
  /** 128 and the number of the signal that came last. */
  readonly exitCode: number
  /** Gives the signals their usual meaning back. */
  release(): void
}

export function takeSignals(): Interruption {
  const first = new AbortController()
  const second = new AbortController()
  let exitCode = 0
  const handlers = endings.map((name) => {
    const handler = () => {
      exitCode = 128 + numbers[name]
      ;(first.signal.aborted ? second : first).abort()
    }
    process.on(name, handler)
    return { name, handler }
  })
  return {
    first: first.signal,
    second: second.signal,
    get exitCode() {
      return exitCode
    },
    release: () => {
      for (const { name, handler } of handlers) process.off(name, handler)
    },
  }
}

/** Resolves when the signal fires. */
export function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
