import { OffstageError } from '../domain/errors.js'
import type { EpochMs, NewJob } from '../domain/job.js'

/** For how long a token is valid from when its job was read. */
export const tokenValidMs = 60_000

/**
 * For how long a store knows a token: longer than any valid one is around, if whoever enqueued it has said that it is not
 * needed any more; else as long as a server may be down between an enqueue and its next try.
 */
export const tokenKeptMs = { forgotten: 10 * tokenValidMs, others: 90 * 86_400_000 } as const

/** Throws if it is too late to enqueue one of these jobs, whose token the store does not know. */
export function refuseLateTokens(jobs: readonly NewJob[], now: EpochMs, isKnown: (token: string) => boolean): void {
  for (const { token } of jobs) {
    if (token === undefined || now <= token.validUntil || isKnown(token.value)) continue
    throw new OffstageError('E_TOKEN_LATE', 'a job was read too long ago to be enqueued now', 'read it again')
  }
}
