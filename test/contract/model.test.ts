import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NotificationPolicy } from '../../src/domain/notification.js'
import type { Lease } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { Subject } from './harness.js'
import { everything, operations, run } from './model-operations.js'
import { firstSchedules } from './model-schedules.js'
import { comparedKinds } from './stores.js'

// Some failures are told of, in jobs that may fail too.
const tellOnce: NotificationPolicy = ({ job }) =>
  job.task === 'tell' || job.queue === 'c'
    ? null
    : newJob({ task: 'tell', queue: job.queue, argsJson: `["${job.id}"]` })

// The one in another process is the same SQLite store: fewer runs show whether all gets across.
const groups = [
  { kinds: comparedKinds.filter(({ isApart }) => !isApart), notificationOf: tellOnce, runs: 60 },
  {
    kinds: comparedKinds.filter(({ name, isApart }) => isApart || name === 'memory'),
    notificationOf: () => null,
    runs: 10,
  },
].map((group) => ({ ...group, names: group.kinds.map(({ name }) => name).join(' and ') }))

test.each(groups)('Whatever is done in whatever order, $names answer the same and hold the same.', async (group) => {
  await fc.assert(
    fc.asyncProperty(fc.array(operations, { minLength: 10, maxLength: 60 }), async (sequence) => {
      const opened = await Promise.all(group.kinds.map((kind) => kind.open(group.notificationOf)))
      try {
        const subjects = opened.map((store) => ({ subject: new Subject(store), leases: [] as Lease[] }))
        const register = { kind: 'register' } as const
        for (const operation of [register, register, ...firstSchedules, ...sequence]) {
          const [model, ...others] = await Promise.all(
            subjects.map(async ({ subject, leases }) => ({
              answer: await run(subject, leases, operation),
              held: await everything(subject),
            })),
          )
          for (const other of others) expect(other).toEqual(model)
        }
      } finally {
        await Promise.all(opened.map((store) => store.close()))
      }
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? group.runs) },
  )
})
