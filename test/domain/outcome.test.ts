import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxLosses, maxLossesAlone } from '../../src/domain/job.js'
import { afterFailure, afterLoss, outcomeOfReport } from '../../src/domain/outcome.js'
import { boom, claimedJob, runningJob } from '../support/job.js'

const half = () => 0.5
const span = { startedAt: 1_000, endedAt: 1_500 }
const failure = { reason: 'error', error: boom, endedBy: 'throw', ...span } as const
const loss = { reason: 'lost', error: boom, endedBy: 'exit', ...span } as const

describe('What becomes of a job whose attempt', () => {
  test('returned: it is completed.', () => {
    const report = { kind: 'returned', resultJson: '[1]', ...span } as const
    const outcome = { kind: 'completed', resultJson: '[1]', endedBy: 'return', ...span }
    expect(outcomeOfReport(claimedJob(), report, half)).toEqual(outcome)
  })

  test('threw: it is tried again after the wait of its policy.', () => {
    const report = { kind: 'threw', error: boom, verdict: 'by policy', ...span } as const
    const outcome = { kind: 'retry', at: 1_500 + 2_000, counts: 'failure', ...failure }
    expect(outcomeOfReport(claimedJob({ failures: 1 }), report, half)).toEqual(outcome)
  })

  test('threw what must not be tried again: it is failed at once.', () => {
    const report = { kind: 'threw', error: boom, verdict: 'never', ...span } as const
    expect(outcomeOfReport(claimedJob(), report, half)).toEqual({ kind: 'failed', counts: 'failure', ...failure })
  })

  test('asked for later: it is tried again then, and no counter moves, whatever retries are left.', () => {
    const report = { kind: 'asked for later', delayMs: 600_000, error: boom, ...span } as const
    expect(outcomeOfReport(claimedJob({ maxRetries: 0 }), report, half)).toEqual({
      kind: 'retry',
      at: 1_500 + 600_000,
      counts: 'postponement',
      ...failure,
    })
  })
})

describe('A task that asks for later without saying when', () => {
  const report = { kind: 'asked for later', delayMs: null, error: boom, ...span } as const
  const waitMs = (postponements: number) => {
    const outcome = outcomeOfReport(claimedJob({ postponements }), report, half)
    return outcome.kind === 'retry' ? outcome.at - 1_500 : null
  }

  test('waits twice as long each time in a row, from a second to a minute.', () => {
    expect([0, 1, 2, 5, 6, 7, 99].map(waitMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000])
  })

  test('fails after a hundred times in a row, and so does one that says when.', () => {
    const last = claimedJob({ postponements: 100, maxRetries: 0 })
    expect(outcomeOfReport(last, report, half)).toMatchObject({ kind: 'failed', counts: 'failure' })
    expect(outcomeOfReport(last, { ...report, delayMs: 1 }, half).kind).toBe('failed')
    // It is a failure like any other: the job may be tried again.
    expect(outcomeOfReport(claimedJob({ postponements: 100, maxRetries: 1 }), report, half)).toMatchObject({
      kind: 'retry',
      counts: 'failure',
    })
    expect(outcomeOfReport(claimedJob({ postponements: 99 }), { ...report, delayMs: 1 }, half).kind).toBe('retry')
  })
})

describe('After a failure', () => {
  test('A job has as many retries as its policy says, whatever its losses.', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(9), (maxRetries, failures, losses) => {
        const { kind, counts } = afterFailure(claimedJob({ maxRetries, failures, losses, attempt: 50 }), failure, half)
        expect(kind).toBe(failures < maxRetries ? 'retry' : 'failed')
        expect(counts).toBe('failure')
      }),
    )
  })

  test('The reason of the failure stays.', () => {
    const timeout = { ...failure, reason: 'timeout', endedBy: 'killed' } as const
    expect(afterFailure(claimedJob(), timeout, half)).toMatchObject({ reason: 'timeout', endedBy: 'killed' })
  })
})

describe('After a loss', () => {
  test('A job is tried again at once, whatever its failures.', () => {
    const job = runningJob({ failures: 99, maxRetries: 0 })
    expect(afterLoss(job, 'loss', loss)).toEqual({ kind: 'retry', at: 1_500, counts: 'loss', ...loss })
    expect(afterLoss(job, 'loss alone', loss)).toMatchObject({ kind: 'retry', counts: 'loss alone' })
  })

  test('It is failed at the third loss alone, and at the tenth of any kind.', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(4), fc.boolean(), (losses, lossesAlone, alone) => {
        const last = losses + 1 >= maxLosses || (alone && lossesAlone + 1 >= maxLossesAlone)
        expect(afterLoss({ losses, lossesAlone }, alone ? 'loss alone' : 'loss', loss).kind).toBe(
          last ? 'failed' : 'retry',
        )
      }),
    )
    expect([maxLosses, maxLossesAlone]).toEqual([10, 3])
  })
})
