import { afterEach, beforeEach, expect, test } from 'vitest'
import { findJobs } from '../../../src/app/jobs/found-jobs.js'
import { systemClock } from '../../../src/engine/clock.js'
import { newJob, outcomesAt } from '../../support/job.js'
import { PlainBullmq } from '../../support/plain-bullmq.js'

const outcome = outcomesAt(systemClock)
let plain: PlainBullmq
beforeEach(async () => {
  plain = await PlainBullmq.open()
})
afterEach(() => plain.close())

// Of several queues: some of those that move come first, whatever order Redis has them in.
const queueOf = (n: number) => `${n % 2 === 0 ? 'stays' : 'moves'}${n % 8}`

test('Failed jobs are all found while others of them are retried.', async () => {
  const { store } = plain
  const worker = await plain.register()
  const jobs = Array.from({ length: 4_000 }, (_, n) => newJob({ queue: queueOf(n) }))
  const enqueued = await store.enqueue(jobs)
  const idsOf = (kind: string) => enqueued.map(({ id }) => id).filter((_, n) => queueOf(n).startsWith(kind))
  for (;;) {
    const claims = await plain.claim(worker, 250)
    if (claims.length === 0) break
    await store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.failed() })))
  }
  const moving = idsOf('moves')
  let isOver = false
  const retried = (async () => {
    for (let from = 0; from < moving.length; from += 20) await store.retry(moving.slice(from, from + 20))
    isOver = true
  })()
  const staying = idsOf('stays')
  let looks = 0
  for (; !isOver; looks++) {
    const found = new Set((await findJobs(store, {}, ['failed'])).ids)
    expect(staying.filter((id) => !found.has(id))).toEqual([])
  }
  await retried
  expect(looks).toBeGreaterThan(1)
})
