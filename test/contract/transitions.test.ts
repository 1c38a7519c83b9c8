import { expect } from 'vitest'
import { type JobState, jobStates } from '../../src/domain/job.js'
import { canMove } from '../../src/domain/transitions.js'
import type { Lease } from '../../src/stores/store.js'
import { contract, type Subject } from './harness.js'

/** A job in `state`, and the lease of its last attempt. */
async function jobIn(subject: Subject, state: JobState): Promise<Lease> {
  const claim = await subject.start({ expiresAt: subject.clock.now() + 60_000 })
  const { retry, released, completed, failed, cancelled } = subject.outcome
  const outcomes = {
    scheduled: retry(1_000),
    queued: released(false),
    running: null,
    completed: completed(),
    failed: failed(),
    cancelled: cancelled(),
  }
  const outcome = outcomes[state]
  if (outcome !== null) await subject.settle(claim, outcome)
  expect((await subject.job(claim.job.id)).state).toBe(state)
  return claim.lease
}

/** All that can be done to a job from outside. */
const operations: Readonly<Record<string, (subject: Subject, lease: Lease) => Promise<unknown>>> = {
  claim: (subject, { worker }) => subject.claim(worker),
  completed: (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.completed() }]),
  failed: (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.failed() }]),
  cancelled: (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.cancelled() }]),
  'retry at once': (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.retry(0) }]),
  'retry later': (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.retry(9) }]),
  released: (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.released(true) }]),
  unstarted: (subject, lease) => subject.store.settle([{ lease, outcome: subject.outcome.released(false) }]),
  cancel: (subject, { job }) => subject.store.cancel([job]),
  'sweep while alive': (subject) => subject.sweep(),
  'sweep when dead': (subject, { worker }) => subject.sweep([worker]),
  'sweep when due': async (subject) => {
    await subject.advance(1_000)
    await subject.sweep()
  },
  'sweep when all is over': async (subject) => {
    await subject.advance(60_000)
    await subject.sweep()
  },
  deregister: (subject, { worker }) => subject.store.deregister(worker),
}

contract('transitions', (test) => {
  for (const state of jobStates) {
    test(`Whatever is done to a job that is ${state}, it goes only where the table lets it.`, async (subject) => {
      for (const [name, operate] of Object.entries(operations)) {
        const lease = await jobIn(subject, state)
        await operate(subject, lease)
        const { state: after } = await subject.job(lease.job)
        const allowed = after === state || canMove(state, after)
        expect(allowed, `${name}: ${state} -> ${after}`).toBe(true)
        await subject.store.cancel([lease.job])
      }
    })
  }

  test('An ended job stays exactly as it is, whatever is done to it.', async (subject) => {
    for (const state of ['completed', 'failed', 'cancelled'] as const) {
      for (const [name, operate] of Object.entries(operations)) {
        const lease = await jobIn(subject, state)
        const before = await subject.job(lease.job)
        await operate(subject, lease)
        expect(await subject.job(lease.job), name).toEqual(before)
      }
    }
  })
})
