import type { Clock } from '../../src/domain/clock.js'
import type { JobError } from '../../src/domain/failure.js'
import type { Attempt, AttemptState, ClaimedJob, Job, NewJob } from '../../src/domain/job.js'
import type {
  CancelledOutcome,
  CompletedOutcome,
  FailedOutcome,
  ReleasedOutcome,
  RetryOutcome,
} from '../../src/domain/outcome.js'
import type { NewWorker } from '../../src/stores/store.js'

/** A request that is due at once, for task `hello` on queue `default`. */
export function newJob(overrides: Partial<NewJob> = {}): NewJob {
  return {
    task: 'hello',
    argsJson: '["world"]',
    queue: 'default',
    priority: 0,
    dueAt: 0,
    expiresAt: null,
    maxRetries: 3,
    backoff: null,
    timeoutMs: null,
    key: null,
    reservedFor: null,
    lostWithWorker: false,
    trace: null,
    ...overrides,
  }
}

export function newWorker(clock: Clock, overrides: Partial<NewWorker> = {}): NewWorker {
  return {
    process: { pid: 4242, startTicks: 777 },
    host: 'here',
    bootId: clock.bootId,
    pidNamespace: 'pid:[1]',
    concurrency: 10,
    queues: null,
    tasks: null,
    scheduler: false,
    embedded: false,
    ...overrides,
  }
}

/** A job as a store would answer it: running its first attempt. */
export function runningJob(overrides: Partial<Job> = {}): Job {
  const { key, dueAt, ...given } = newJob()
  return {
    ...given,
    id: 'j1',
    state: 'running',
    reason: null,
    key: key?.name ?? null,
    createdAt: dueAt,
    dueAt,
    startedAt: 0,
    endedAt: null,
    attempt: 1,
    failures: 0,
    losses: 0,
    lossesAlone: 0,
    postponements: 0,
    suspect: false,
    resultJson: null,
    error: null,
    cancelRequested: false,
    worker: 'w1',
    endedBy: null,
    schedule: null,
    ...overrides,
  }
}

/** The same as a claim gives it out. */
export function claimedJob(overrides: Partial<Job> = {}): ClaimedJob {
  const job = runningJob(overrides)
  return { ...job, slot: job.schedule?.slot ?? null }
}

export const boom: JobError = { name: 'Error', message: 'boom', stack: 'Error: boom\n    at task' }

/** An attempt as a store would answer it: the first one, which took no time. */
export function attemptThat(state: AttemptState, overrides: Partial<Attempt> = {}): Attempt {
  const span = { startedAt: 0, endedAt: 0 }
  return {
    attempt: 1,
    state,
    reason: null,
    ...span,
    error: null,
    worker: 'w1',
    endedBy: null,
    usage: null,
    ...overrides,
  }
}

/** How an attempt may end, now. */
export function outcomesAt(clock: Clock) {
  const span = () => ({ startedAt: clock.now(), endedAt: clock.now() })
  return {
    completed: (resultJson = '42'): CompletedOutcome => ({
      kind: 'completed',
      resultJson,
      endedBy: 'return',
      ...span(),
    }),
    /** A failure that is tried again after `delayMs`. */
    retry: (delayMs: number, overrides: Partial<RetryOutcome> = {}): RetryOutcome => ({
      kind: 'retry',
      at: clock.now() + delayMs,
      reason: 'error',
      error: boom,
      counts: 'failure',
      endedBy: 'throw',
      ...span(),
      ...overrides,
    }),
    failed: (overrides: Partial<FailedOutcome> = {}): FailedOutcome => ({
      kind: 'failed',
      reason: 'error',
      error: boom,
      counts: 'failure',
      endedBy: 'throw',
      ...span(),
      ...overrides,
    }),
    cancelled: (): CancelledOutcome => ({ kind: 'cancelled', endedBy: 'signal', ...span() }),
    released: (started: boolean, suspect = false): ReleasedOutcome => ({
      kind: 'released',
      started,
      suspect,
      endedBy: 'released',
      ...span(),
    }),
  }
}
