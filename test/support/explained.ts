import { expect, test } from 'vitest'
import type { JobFacts, WorkerFact } from '../../src/domain/explain/facts.js'
import { explain } from '../../src/domain/explain.js'
import type { Attempt, Job } from '../../src/domain/job.js'
import { attemptThat, boom, runningJob } from './job.js'

export const now = Date.UTC(2030, 0, 1, 12)
export const second = 1_000
export const minute = 60_000

export function worker(overrides: Partial<WorkerFact> = {}): WorkerFact {
  const times = { lastBeatAt: now - second, leaseEndsAt: now + 29 * second }
  const place = { id: 'w1', pid: 4711, host: 'box' }
  return { ...place, queues: null, tasks: null, standing: 'alive', ...times, concurrency: 10, running: 0, ...overrides }
}

export const silent = worker({ standing: 'silent', lastBeatAt: now - 12 * second, leaseEndsAt: now + 18 * second })
export const expired = worker({ standing: 'expired', lastBeatAt: now - 2 * minute, leaseEndsAt: now - 90 * second })
export const dead = worker({ standing: 'dead' })
export const foreground = worker({ id: 'w2', queues: [] })

interface Case {
  readonly job?: Partial<Job>
  readonly attempts?: readonly Attempt[]
  readonly facts?: Partial<JobFacts>
}

/** Explains a job of the queue `mail`, with one worker around that has room. */
export function explained(state: Job['state'], { job, attempts = [], facts }: Case = {}): string {
  const waits = state === 'scheduled' || state === 'queued'
  const given = { state, queue: 'mail', dueAt: now, ...(waits ? { attempt: 0, startedAt: null, worker: null } : {}) }
  const around = { workers: [worker()], pausedAt: null, ahead: 0, maxAhead: 10_000, hold: null, ...facts }
  return explain(runningJob({ ...given, ...job }), attempts, around, now)
}

/** Each case by what it is, with what is said of it. */
export function saying(
  state: Job['state'],
  cases: Readonly<Record<string, readonly [text: string, given?: Case]>>,
): void {
  test.each(Object.entries(cases))('%s.', (_, [text, given]) => {
    expect(explained(state, given)).toBe(text)
  })
}

export const failed = attemptThat('failed', { reason: 'error', error: boom })
export const later = { name: 'RetryLater', message: 'asked to run again in 10m', stack: null }
export const lost = attemptThat('failed', { reason: 'lost', endedBy: 'lost' })
