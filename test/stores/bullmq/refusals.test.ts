import { expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { Context } from '../../../src/stores/bullmq/context.js'
import { Refusals } from '../../../src/stores/bullmq/refusals.js'
import { claimedJob } from '../../support/job.js'

const lease = { job: 'j1', attempt: 1, worker: 'w1', task: 'shell', queue: 'default', isNotification: false }

test('A refused job that cannot be failed now is failed before the next claim.', async () => {
  const answers = [Promise.reject(new Error('Redis is away')), Promise.resolve('s')]
  const calls = { begin: () => 1, end: () => {}, writeAs: () => answers.shift() }
  const context = { calls, clock: systemClock, leaseClock: null, notificationOf: null } as unknown as Context
  const refusals = new Refusals(context)
  await refusals.refuse([{ claim: { job: claimedJob(), lease }, message: 'no' }])
  expect(answers).toHaveLength(1)
  await refusals.refuse([])
  expect(answers).toHaveLength(0)
  await refusals.refuse([])
})
