import { describe, expect, test } from 'vitest'
import { explained, failed, now, saying, second } from '../../support/explained.js'
import { attemptThat, boom } from '../../support/job.js'

describe('A job that has ended', () => {
  const took = (ms: number) => ({ startedAt: now - ms, endedAt: now })
  const completed = attemptThat('completed', { ...took(1_200), endedBy: 'return' })
  saying('completed', {
    'completed at once': ['completed after 1.2s in its only attempt', { attempts: [completed] }],
    'completed at last': [
      'completed after 1.2s in the last of 3 attempts',
      { attempts: [failed, attemptThat('released'), completed] },
    ],
  })

  const error = { reason: 'error', error: boom } as const
  const message = { name: 'Error', message: `first ${'x'.repeat(200)}\nsecond`, stack: null }
  saying('failed', {
    'used up its retries': [
      'failed in the last of 4 attempts, with all 3 retries used up: Error: boom',
      { job: { ...error, failures: 4 }, attempts: [failed, failed, failed, failed] },
    ],
    'used up its only retry': [
      'failed in the last of 2 attempts, with its only retry used up: Error: boom',
      { job: { ...error, failures: 2, maxRetries: 1 }, attempts: [failed, failed] },
    ],
    'was run before by a worker of BullMQ': [
      'failed in the last of 2 attempts, with its only retry used up: Error: boom',
      { job: { ...error, failures: 2, maxRetries: 1, attempt: 2 }, attempts: [failed] },
    ],
    'has no retries': [
      'failed in its only attempt, with no retries: Error: boom',
      { job: { ...error, failures: 1, maxRetries: 0 }, attempts: [failed] },
    ],
    'must not be retried': [
      'failed in its only attempt, by an error that forbids a retry: NonRetryableError',
      {
        job: { ...error, error: { ...boom, name: 'NonRetryableError', message: '' }, failures: 1 },
        attempts: [failed],
      },
    ],
    'says one line of a long error': [
      `failed in its only attempt, with no retries: Error: first ${'x'.repeat(146)}…`,
      { job: { ...error, error: message, failures: 1, maxRetries: 0 }, attempts: [failed] },
    ],
    'has expired': [
      'expired: it was not started before 2030-01-01T12:00:00.000Z',
      { job: { reason: 'expired', expiresAt: now } },
    ],
    'was lost alone': [
      'its process died 4 times (3 times while it was alone there), which is too often to run it again; the last time: ProcessLost: exit code 1',
      {
        job: {
          reason: 'lost',
          losses: 4,
          lossesAlone: 3,
          error: { name: 'ProcessLost', message: 'exit code 1', stack: null },
        },
      },
    ],
    'was lost whenever it was alone': [
      'its process died 3 times while it was alone there, which is too often to run it again; the last time: no error was kept',
      { job: { reason: 'lost', losses: 3, lossesAlone: 3 } },
    ],
    'was lost with others': [
      'its process died 10 times, which is too often to run it again; the last time: Error: boom',
      { job: { reason: 'lost', losses: 10, error: boom } },
    ],
  })

  const steps = {
    signal: 'it heeded the signal',
    abandoned: 'its promise still hung after the grace, and was abandoned',
    killed: 'it ignored the signal or blocked its event loop, and its process was killed',
  } as const
  test.each(Object.entries(steps))(
    'Its end by %s is explained, after a time limit and after a cancel.',
    (endedBy, step) => {
      const by = { ...took(36 * second), endedBy: endedBy as keyof typeof steps }
      const timedOut = { reason: 'timeout', timeoutMs: 30 * second, failures: 1, maxRetries: 0 } as const
      expect(explained('failed', { job: timedOut, attempts: [attemptThat('failed', by)] })).toBe(
        `timed out after 30s in its only attempt, with no retries: ${step}`,
      )
      expect(explained('cancelled', { attempts: [failed, attemptThat('cancelled', by)] })).toBe(
        `cancelled while it ran, after 36s in the last of 2 attempts: ${step}`,
      )
    },
  )

  saying('cancelled', {
    'was cancelled before it began': ['cancelled while it waited, before it was started'],
    'was cancelled between attempts': [
      'cancelled while it waited to run again, after 1 attempt',
      { attempts: [failed] },
    ],
  })
})
