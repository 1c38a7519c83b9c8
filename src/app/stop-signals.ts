/** How a use case that goes on is asked to end. A terminal gives them from its signals. */
export interface StopSignals {
  /** Ends it in an orderly way: running jobs may finish, or are cancelled. */
  readonly graceful: AbortSignal
  /** Ends it at once. */
  readonly immediate: AbortSignal
}

/** Resolves when the signal fires. */
export function fired(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
