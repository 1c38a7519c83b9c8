import type { Clock } from '../domain/clock.js'

const freshMs = 1_000

/**
 * Calls `compute` at most once a second, however many ask: who asks while it is under way, or within a second, gets the same
 * answer, an error too.
 */
export function shared<T>(compute: () => Promise<T>, clock: Clock): () => Promise<T> {
  let last: { readonly startedAt: number; readonly answer: Promise<T>; isDone: boolean } | null = null
  return () => {
    if (last !== null && (!last.isDone || clock.monotonicMs() - last.startedAt < freshMs)) return last.answer
    const answer = compute()
    const current = { startedAt: clock.monotonicMs(), answer, isDone: false }
    const done = () => {
      current.isDone = true
    }
    answer.then(done, done)
    last = current
    return answer
  }
}
